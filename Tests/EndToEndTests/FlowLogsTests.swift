import Foundation
import GatewayStub
import TestSupport
import Testing

@Suite("config flow-logs lists what the account has", .tags(.network), .unlessFast)
struct FlowLogsTests {
  @Test("a table shows every flow log with status, output, target, version, timers and gateways")
  func table() async throws {
    try await GatewayStub.run { stub in
      stub.put(.netflow("fl-0"))
      stub.put(.logService("fl-1"))
      stub.put(StubFlowLog("fl-2", ["Name": "evil\u{1b}[2J\nname", "Status": "Inactive", "TotalSagNum": "0"]))
      let outcome = try await CloudOperator(stub).flowLogs()
      #expect(outcome.status == 0, "\(outcome.errors)")
      // The wide characters of the second name occupy two columns each.
      #expect(
        outcome.lines == [
          "ID    NAME                 STATUS    OUTPUT   TARGET                    VERSION  ACTIVE  INACTIVE  GATEWAYS",
          "fl-0  branch               Active    netflow  192.168.0.9:2055          V9        300 s      15 s  2",
          "fl-1  流日志               Active    sls      flows/sag in cn-shanghai  -         600 s      60 s  1",
          "fl-2  evil\\u{1b}[2J\\nname  Inactive  -        -                         -             -         -  0",
        ], "\(outcome.output)")
    }
  }

  @Test("the gateways are told by number and name, and by number alone where the names are refused")
  func gateways() async throws {
    try await GatewayStub.run { stub in
      stub.put(.netflow("fl-0"))
      stub.put(.netflow("fl-1"))
      for index in 0..<5 { stub.put(StubGateway("sag-\(index)", name: "b\(index)", flowLog: "fl-0")) }
      stub.put(StubGateway("sag-9", flowLog: "fl-1"))
      let person = try CloudOperator(stub)
      let outcome = try await person.flowLogs()
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.lines.dropFirst().first?.hasSuffix("  5: b0, b1, b2 and 2 more") == true, "\(outcome.output)")
      #expect(outcome.lines.last?.hasSuffix("  1: sag-9") == true, "\(outcome.output)")
      stub.inject(.code("NoPermission", status: 403), into: "DescribeFlowLogSags")
      let refused = try await person.flowLogs()
      #expect(refused.status == 0, "\(refused.errors)")
      #expect(refused.lines.dropFirst().first?.hasSuffix("15 s  5") == true, "\(refused.output)")
      #expect(refused.errorLines.count { $0.contains("names of the gateways are not known") } == 1)
    }
  }

  @Test("JSON has the members of the API, and all pages")
  func json() async throws {
    try await GatewayStub.run { stub in
      for index in 0..<120 { stub.put(.netflow("fl-\(index)")) }
      let outcome = try await CloudOperator(stub).flowLogs(["--format", "json"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let logs = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
      #expect(logs.compactMap { $0["FlowLogId"] as? String } == (0..<120).map { "fl-\($0)" })
      #expect(logs.first?["NetflowServerPort"] as? Int == 2055)
      #expect(stub.requests.count == 3)
    }
  }

  @Test("a region without flow logs is said to have none")
  func none() async throws {
    try await GatewayStub.run { stub in
      let outcome = try await CloudOperator(stub).flowLogs()
      #expect(outcome.status == 0)
      #expect(outcome.output == "")
      #expect(outcome.errors.contains("no flow logs in cn-shanghai"))
    }
  }

  @Test("a region is needed, from the option, the configuration or the environment")
  func region() async throws {
    try await GatewayStub.run { stub in
      let person = try CloudOperator(stub)
      let command = ["config", "flow-logs", "--endpoint", stub.endpoint]
      let missing = try await Sagflow.run(command, environment: person.environment)
      #expect(missing.status == 64)
      #expect(missing.errors.contains("no region: set --region, smartAccessGateway.region in the configuration, or "))
      for name in ["ALIBABA_CLOUD_REGION_ID", "SAGFLOW_SMART_ACCESS_GATEWAY_REGION"] {
        let outcome = try await Sagflow.run(
          command, environment: person.environment.merging([name: "eu-west-1"]) { $1 })
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(stub.requests.last?.parameters["RegionId"] == "eu-west-1")
      }
    }
  }
}
