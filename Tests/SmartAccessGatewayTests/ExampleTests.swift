import CloudAPI
import GatewayStub
import TestSupport
import Testing

import SmartAccessGateway

@Suite("Example of the documentation", .tags(.network), .unlessFast)
struct ExampleTests {
  @Test("points a region's flow logs at a collector")
  func example() async throws {
    try await GatewayStub.run { stub in
      stub.put(.netflow("fl-0"))
      stub.put(.logService("fl-1"))
      let endpoint = try ServiceEndpoint(stub.endpoint)
      let credentials = Samples.credentials
      // Example begins.
      let client = SmartAccessGatewayClient(region: "cn-shanghai", endpoint: endpoint, credentials: credentials)
      var changes = FlowLogChanges()
      changes.collectorAddress = "192.0.2.10"
      changes.collectorPort = 9995

      for log in try await client.flowLogs() where log.outputType == OutputType.netflow.rawValue {
        let settings = try changes.settings(over: log)
        if let problem = settings.problems().first { throw problem }
        try await client.modifyFlowLogAttribute(log.id, settings)
      }
      // Example ends.
      let changed = try #require(try await client.flowLog("fl-0"))
      #expect((changed.netflowServerIP, changed.netflowServerPort) == ("192.0.2.10", 9995))
      #expect(try await client.flowLog("fl-1")?.netflowServerIP == nil)
    }
  }

  @Test("is the one that is tested")
  func documentation() throws {
    let example = try DocumentedExample.compiled()
    #expect(!example.isEmpty)
    #expect(try DocumentedExample.documented("SmartAccessGateway") == example)
  }
}
