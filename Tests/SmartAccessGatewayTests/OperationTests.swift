import CloudAPI
import Foundation
import GatewayStub
import SmartAccessGateway
import TestSupport
import Testing

@Suite("Operations that make, bind and activate flow logs", .tags(.network), .unlessFast)
struct OperationTests {
  /// The settings with a name and a test marker.
  private static var settings: FlowLogSettings {
    var settings = Samples.settings
    settings.description = "mark 1"
    return settings
  }

  @Test("all gateways of a flow log are listed, page after page", arguments: [0, 1, 49, 50, 51, 120])
  func paging(count: Int) async throws {
    try await GatewayStub.run { stub in
      stub.put(.netflow("fl-0"))
      stub.put(StubGateway("sag-free", name: "free", description: "of nobody"))
      for index in 0..<count { stub.put(StubGateway("sag-\(index)", flowLog: "fl-0")) }
      let client = try stub.client()
      #expect(try await client.gateways(of: "fl-0") == (0..<count).map { Gateway(id: "sag-\($0)") })
      #expect(stub.questions.count { $0.action == "DescribeFlowLogSags" } == max(1, (count + 49) / 50))
      #expect(
        try await client.unboundGateways() == [Gateway(id: "sag-free", name: "free", description: "of nobody")])
    }
  }

  /// Returns every operation, in an order that the service accepts.
  private static func all(of id: String) -> [FlowLogOperation] {
    [
      .modify(flowLog: id, settings), .associate(flowLog: id, gateway: "sag-1"), .activate(flowLog: id),
      .deactivate(flowLog: id), .dissociate(flowLog: id, gateway: "sag-1"), .delete(flowLog: id),
    ]
  }

  @Test("each operation is sent as it is shown beforehand, and does what it is for")
  func operations() async throws {
    try await GatewayStub.run { stub in
      stub.put(StubGateway("sag-1"))
      let client = try stub.client()
      let id = try await client.createFlowLog(Self.settings)
      for operation in Self.all(of: id) {
        if case .modify = operation {} else { #expect(try await !client.isDone(operation), "\(operation)") }
        try await client.perform(operation)
        #expect(try await client.isDone(operation), "\(operation)")
      }
      #expect(stub.flowLogs == [])
      let sent = stub.requests.filter { !$0.action.hasPrefix("Describe") }
      for (operation, request) in zip([.create(Self.settings)] + Self.all(of: id), sent) {
        let preview = operation.preview(region: "cn-shanghai", endpoint: try ServiceEndpoint(stub.endpoint))
        #expect(request.action == operation.action)
        #expect(preview.url == "\(stub.endpoint)/?\(request.wire.query)")
        #expect(Dictionary(uniqueKeysWithValues: preview.parameters.map { ($0.name, $0.value) }) == request.parameters)
      }
    }
  }

  @Test("what an earlier call has done, and its answer was lost, is done")
  func lostAnswers() async throws {
    try await GatewayStub.run { stub in
      stub.put(StubGateway("sag-1"))
      let client = try stub.client()
      let id = try await client.createFlowLog(Self.settings)
      for operation in Self.all(of: id) {
        stub.inject(.lost, into: operation.action, times: 1)
        try await client.ensure(operation)
        #expect(stub.requests(operation.action).count == 2, "\(operation)")
      }
      #expect(stub.flowLogs == [])
    }
  }

  @Test("a flow log whose answer is lost is made once, and known again by name and description")
  func madeOnce() async throws {
    try await GatewayStub.run { stub in
      // A flow log of the same name but with another marker is not mistaken for ours.
      stub.put(StubFlowLog("fl-0", ["Name": "branch", "Description": "mark 0"]))
      let client = try stub.client()
      stub.inject(.lost, into: "CreateFlowLog", times: 1)
      #expect(try await client.createFlowLog(Self.settings) == "fl-new1")
      #expect(stub.requests("CreateFlowLog").count == 1)
      #expect(stub.flowLogs.count == 2)
    }
  }

  @Test(
    "a creation that may have happened is not repeated, one that has not is",
    arguments: [
      (Fault.cutOff, 1), (.code("InternalError", status: 500), 1), (.answer(status: 502, body: "<html>"), 1),
      (.code("Throttling.User", status: 400), 4), (.code("QuotaExceeded.Flowlog", status: 400), 1),
    ] as [(Fault, Int)])
  func notRepeated(fault: Fault, attempts: Int) async throws {
    try await GatewayStub.run { stub in
      stub.inject(fault, into: "CreateFlowLog")
      let client = try stub.client()
      let failure = await failure { () async throws(CloudAPIError) in _ = try await client.createFlowLog(Self.settings)
      }
      #expect(failure != nil)
      #expect(stub.requests("CreateFlowLog").count == attempts)
      #expect(stub.flowLogs == [])
    }
  }

  @Test("while a change is rolled out an operation is tried again, a number of times")
  func rollout() async throws {
    try await GatewayStub.run { stub in
      stub.put(StubGateway("sag-1"))
      let client = try stub.client()
      let id = try await client.createFlowLog(Self.settings)
      let operation = FlowLogOperation.associate(flowLog: id, gateway: "sag-1")
      stub.inject(.code("ConfigSynchronizing", status: 400), into: operation.action, times: 3)
      let failure = await failure { () async throws(CloudAPIError) in
        try await client.ensure(operation, tries: 2, pause: .milliseconds(1))
      }
      #expect(failure?.api?.code == .configSynchronizing)
      try await client.ensure(operation, tries: 2, pause: .milliseconds(1))
      #expect(stub.requests(operation.action).count == 4)
      #expect(try await client.isDone(operation))
    }
  }

  @Test(
    "the official SDK sends the same calls for a whole setup and its end", .tags(.engine, .slow), .unlessFast,
    .enabled(if: SignatureTests.hasSDK))
  func sameAsSDK() async throws {
    func calls(_ run: @escaping @Sendable (GatewayStub) async throws -> Void) async throws -> [[String: String]] {
      try await GatewayStub.run { stub in
        stub.put(StubGateway("sag-1", name: "n"))
        try await run(stub)
        #expect(stub.flowLogs == [])
        #expect(stub.requests.allSatisfy { $0.refusal == nil })
        return stub.requests.map { $0.parameters.merging(["action": $0.action]) { $1 } }
      }
    }
    let theirs = try await calls { stub in
      let python = try #require(Tool.python)
      let outcome = try await python.outcome([
        "\(Samples.folder)/sdk.py", "setup", "127.0.0.1:\(stub.port)", GatewayStub.accessKeyID,
        GatewayStub.accessKeySecret,
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.lines == ["fl-new1", "[{\"Name\": \"n\", \"SmartAGId\": \"sag-1\"}]"], "\(outcome.output)")
    }
    let ours = try await calls { stub in
      let client = try stub.client()
      #expect(try await client.unboundGateways().map(\.id) == ["sag-1"])
      let id = try await client.createFlowLog(Self.settings)
      try await client.perform(.associate(flowLog: id, gateway: "sag-1"))
      try await client.perform(.activate(flowLog: id))
      _ = try await client.gateways(of: id)
      for operation in Self.all(of: id).suffix(3) { try await client.perform(operation) }
    }
    #expect(theirs == ours)
  }
}
