import Foundation
import GatewayStub
import TestSupport
import Testing

@Suite("config setup makes a flow log, and teardown undoes it", .tags(.network, .slow), .unlessFast, .serialized)
struct SetupCommandTests {
  private static let setup = ["--name", "edges", "--collector", "10.0.0.1", "--yes"]
  private static let teardown = ["--name", "edges", "--yes"]

  /// Runs a service with two gateways that have no flow log and one that has.
  private static func withGateways(_ body: @escaping @Sendable (CloudOperator) async throws -> Void) async throws {
    try await GatewayStub.run { stub in
      stub.put(.netflow("fl-0"))
      stub.put(StubGateway("sag-0", name: "headquarters", flowLog: "fl-0"))
      stub.put(StubGateway("sag-1", name: "Hangzhou"))
      stub.put(StubGateway("sag-2", description: "no name"))
      try await body(CloudOperator(stub))
    }
  }

  private static func bindings(_ stub: GatewayStub) -> [String?] { stub.gateways.map(\.flowLog) }

  /// Runs setup, and expects one additional flow log, with both gateways.
  private static func setUp(_ person: CloudOperator) async throws {
    let outcome = try await person.config("setup", setup)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(person.stub.flowLogs.map(\.id) == ["fl-0", "fl-new1"])
    #expect(bindings(person.stub) == ["fl-0", "fl-new1", "fl-new1"])
  }

  /// Runs teardown, and expects the service in its original state.
  private static func takeBack(_ person: CloudOperator) async throws {
    let undone = try await person.config("teardown", teardown)
    #expect(undone.status == 0, "\(undone.errors)")
    #expect(person.stub.flowLogs.map(\.id) == ["fl-0"])
    #expect(bindings(person.stub) == ["fl-0", nil, nil])
  }

  // MARK: From nothing, and back

  @Test("from nothing it makes, binds and activates; done again it changes nothing; and teardown takes all back")
  func whole() async throws {
    try await Self.withGateways { person in
      let stub = person.stub
      let (logs, gateways) = (stub.flowLogs, stub.gateways)
      let outcome = try await person.config("setup", Self.setup)
      #expect(outcome.status == 0, "\(outcome.errors)")
      for words in ["create a flow log:", "sag-1 (Hangzhou)", "  sag-2", "fl-new1: active", "set up with 2 gateways"] {
        #expect(outcome.output.contains(words), "\(outcome.output)")
      }
      let made = try #require(stub.flowLog("fl-new1"))
      #expect(made.fields["Description"]?.hasPrefix("made by sagflow config setup, ") == true)
      var fields = made.fields
      fields["Description"] = nil
      #expect(
        fields == [
          "Name": "edges", "Status": "Active", "ActiveAging": "300", "InactiveAging": "15", "OutputType": "netflow",
          "NetflowServerIp": "10.0.0.1", "NetflowServerPort": "9995", "NetflowVersion": "V9",
        ])
      #expect(Self.bindings(stub) == ["fl-0", "fl-new1", "fl-new1"])
      let record = try #require(person.savedStates.first)
      #expect(person.savedStates.count == 1)
      #expect(try permissions(record) == 0o600)
      #expect(try permissions(URL(fileURLWithPath: record).deletingLastPathComponent().path) == 0o700)

      let count = stub.requests.count { !$0.action.hasPrefix("Describe") }
      #expect(count == 4)
      let again = try await person.config("setup", Self.setup)
      #expect(again.status == 0, "\(again.errors)")
      #expect(again.output.contains("already as wanted"), "\(again.output)")
      #expect(stub.requests.count { !$0.action.hasPrefix("Describe") } == count)

      let undone = try await person.config("teardown", Self.teardown)
      #expect(undone.status == 0, "\(undone.errors)")
      #expect(stub.flowLogs == logs)
      #expect(stub.gateways == gateways)
      #expect(person.savedStates == [])
      for text in [outcome.output, outcome.errors, undone.output, undone.errors] {
        #expect(!text.contains(GatewayStub.accessKeySecret))
      }
      let nothing = try await person.config("teardown", Self.teardown)
      #expect(nothing.status == 66, "\(nothing.errors)")
      #expect(nothing.errors.contains("has set up nothing called 'edges'"), "\(nothing.errors)")
    }
  }

  @Test("only the gateways that are named are bound, and a later run binds more")
  func namedGateways() async throws {
    try await Self.withGateways { person in
      let first = try await person.config("setup", Self.setup + ["--gateways", "sag-2"])
      #expect(first.status == 0, "\(first.errors)")
      #expect(Self.bindings(person.stub) == ["fl-0", nil, "fl-new1"])
      let second = try await person.config("setup", Self.setup + ["--gateways", "sag-2, sag-1"])
      #expect(second.status == 0, "\(second.errors)")
      #expect(Self.bindings(person.stub) == ["fl-0", "fl-new1", "fl-new1"])
      #expect(person.stub.requests("CreateFlowLog").count == 1)
      let undone = try await person.config("teardown", Self.teardown)
      #expect(undone.status == 0, "\(undone.errors)")
      #expect(Self.bindings(person.stub) == ["fl-0", nil, nil])
    }
  }

  @Test("a flow log that is there is used, and teardown gives it back as it was")
  func existing() async throws {
    try await Self.withGateways { person in
      let stub = person.stub
      var log = StubFlowLog.netflow("fl-1")
      log.fields["Name"] = "edges"
      log.fields["Status"] = "Inactive"
      log.fields["TotalSagNum"] = nil
      stub.put(log)
      stub.put(StubGateway("sag-3", flowLog: "fl-1"))
      let gateways = stub.gateways
      let outcome = try await person.config("setup", Self.setup)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(stub.requests("CreateFlowLog").isEmpty)
      #expect(stub.flowLog("fl-1")?.fields["NetflowServerIp"] == "10.0.0.1")
      #expect(stub.flowLog("fl-1")?.fields["Description"] == "of Hangzhou")
      #expect(stub.flowLog("fl-1")?.fields["Status"] == "Active")
      #expect(Self.bindings(stub) == ["fl-0", "fl-1", "fl-1", "fl-1"])
      let undone = try await person.config("teardown", Self.teardown)
      #expect(undone.status == 0, "\(undone.errors)")
      #expect(stub.flowLog("fl-1") == log)
      #expect(stub.gateways == gateways)
    }
  }

  @Test("a flow log that others have bound gateways to since is kept, until they have gone")
  func shared() async throws {
    try await Self.withGateways { person in
      let outcome = try await person.config("setup", Self.setup)
      #expect(outcome.status == 0, "\(outcome.errors)")
      person.stub.put(StubGateway("sag-7", name: "of others", flowLog: "fl-new1"))
      let kept = try await person.config("teardown", Self.teardown)
      #expect(kept.status == 1, "\(kept.errors)")
      #expect(kept.errors.contains("kept, because others have bound gateways to it: of others"), "\(kept.errors)")
      #expect(Self.bindings(person.stub) == ["fl-0", nil, nil, "fl-new1"])
      #expect(person.stub.flowLog("fl-new1")?.fields["Status"] == "Active")
      person.stub.release("sag-7")
      let undone = try await person.config("teardown", Self.teardown)
      #expect(undone.status == 0, "\(undone.errors)")
      #expect(person.stub.flowLogs.map(\.id) == ["fl-0"])
    }
  }

  // MARK: Interruptions

  private static let setupActions = ["CreateFlowLog", "AssociateFlowLog", "ActiveFlowLog"]
  private static let teardownActions = ["DisassociateFlowLog", "DeactiveFlowLog", "DeleteFlowLog"]

  @Test(
    "killed between a call and its answer, the next run goes on, and nothing is made twice", arguments: setupActions)
  func killedSetup(action: String) async throws {
    try await Self.withGateways { person in
      person.stub.inject(.late(.seconds(120)), into: action, times: 1)
      let program = try person.startConfig("setup", Self.setup)
      try await eventually("a call of \(action)") { !person.stub.requests(action).isEmpty }
      program.signal(SIGKILL)
      _ = try await program.end()
      try await Self.setUp(person)
      // The objects created by the first run are known to be its own.
      try await Self.takeBack(person)
    }
  }

  @Test("a killed teardown is ended by the next", arguments: teardownActions)
  func killedTeardown(action: String) async throws {
    try await Self.withGateways { person in
      let outcome = try await person.config("setup", Self.setup)
      #expect(outcome.status == 0, "\(outcome.errors)")
      person.stub.inject(.late(.seconds(120)), into: action, times: 1)
      let program = try person.startConfig("teardown", Self.teardown)
      try await eventually("a call of \(action)") { !person.stub.requests(action).isEmpty }
      program.signal(SIGKILL)
      _ = try await program.end()
      try await Self.takeBack(person)
      #expect(person.savedStates == [])
    }
  }

  @Test("an answer that is lost changes nothing of the outcome", arguments: setupActions + teardownActions)
  func lostAnswers(action: String) async throws {
    try await Self.withGateways { person in
      person.stub.inject(.lost, into: action, times: 1)
      try await Self.setUp(person)
      try await Self.takeBack(person)
    }
  }

  // MARK: Refusals

  @Test("a gateway that is refused does not stop the others, and is reported; the next run goes on")
  func partial() async throws {
    try await Self.withGateways { person in
      person.stub.inject(
        .code("OperationUnsupported.AssociateFlowLog", status: 400), into: "AssociateFlowLog", times: 1)
      let outcome = try await person.config("setup", Self.setup)
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains("sag-1 (Hangzhou): OperationUnsupported.AssociateFlowLog"), "\(outcome.errors)")
      #expect(outcome.errors.contains("run the same command again"), "\(outcome.errors)")
      #expect(Self.bindings(person.stub) == ["fl-0", nil, "fl-new1"])
      #expect(person.stub.flowLog("fl-new1")?.fields["Status"] == "Active")
      let again = try await person.config("setup", Self.setup)
      #expect(again.status == 0, "\(again.errors)")
      #expect(Self.bindings(person.stub) == ["fl-0", "fl-new1", "fl-new1"])
      person.stub.inject(.code("FeatureNotSupport", status: 403), into: "DisassociateFlowLog", times: 1)
      let half = try await person.config("teardown", Self.teardown)
      #expect(half.status == 1, "\(half.errors)")
      #expect(person.stub.requests("DeleteFlowLog").isEmpty)
      let undone = try await person.config("teardown", Self.teardown)
      #expect(undone.status == 0, "\(undone.errors)")
      #expect(person.stub.flowLogs.map(\.id) == ["fl-0"])
    }
  }

  @Test("without any gateway bound, the flow log is not activated")
  func allRefused() async throws {
    try await Self.withGateways { person in
      person.stub.inject(.code("FeatureNotSupport", status: 403), into: "AssociateFlowLog")
      let outcome = try await person.config("setup", Self.setup)
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(person.stub.requests("ActiveFlowLog").isEmpty)
      #expect(outcome.errorLines.count { $0.contains("FeatureNotSupport: ") } == 2, "\(outcome.errors)")
    }
  }

  @Test(
    "a refusal for all stops it with its status",
    arguments: [
      ("CreateFlowLog", "QuotaExceeded.Flowlog", 1), ("AssociateFlowLog", "Forbidden.RAM", 77),
      ("ActiveFlowLog", "ServiceUnavailable", 69), ("DescribeUnbindFlowLogSags", "NoPermission", 77),
    ] as [(String, String, Int32)])
  func refused(action: String, code: String, status: Int32) async throws {
    try await Self.withGateways { person in
      person.stub.inject(.code(code, status: 400), into: action)
      let outcome = try await person.config("setup", Self.setup)
      #expect(outcome.status == status, "\(outcome.errors)")
      #expect(outcome.errorLines.last?.contains("\(code): ") == true, "\(outcome.errors)")
      person.stub.heal()
      let again = try await person.config("setup", Self.setup)
      #expect(again.status == 0, "\(again.errors)")
      #expect(Self.bindings(person.stub) == ["fl-0", "fl-new1", "fl-new1"])
    }
  }

  @Test("while an earlier change is rolled out it tries again")
  func rollout() async throws {
    try await Self.withGateways { person in
      person.stub.inject(.code("ResourceConfiguring", status: 400), into: "AssociateFlowLog", times: 1)
      let outcome = try await person.config("setup", Self.setup)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(person.stub.requests("AssociateFlowLog").count == 3)
    }
  }

  @Test("gateways that are not to be had, and a name that several flow logs have, are told before anything is made")
  func notToBeHad() async throws {
    try await Self.withGateways { person in
      let taken = try await person.config("setup", Self.setup + ["--gateways", "sag-0,sag-1,sag-x"])
      #expect(taken.status == 1)
      #expect(taken.errors.contains("--gateways: sag-0, sag-x: not in cn-shanghai, or bound"), "\(taken.errors)")
      for id in ["fl-8", "fl-9"] { person.stub.put(StubFlowLog(id, ["Name": "edges"])) }
      let ambiguous = try await person.config("setup", Self.setup)
      #expect(ambiguous.status == 1)
      #expect(ambiguous.errors.contains("(fl-8, fl-9)"), "\(ambiguous.errors)")
      #expect(person.stub.requests.allSatisfy { $0.action.hasPrefix("Describe") })
    }
  }

  @Test("a flow log that was deleted by hand is told, with the file to remove")
  func deletedByHand() async throws {
    try await Self.withGateways { person in
      let outcome = try await person.config("setup", Self.setup)
      #expect(outcome.status == 0, "\(outcome.errors)")
      person.stub.remove(flowLog: "fl-new1")
      let record = try #require(person.savedStates.first)
      for command in ["setup", "teardown"] {
        let refused = try await person.config(command, command == "setup" ? Self.setup : Self.teardown)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("fl-new1: "), "\(refused.errors)")
        #expect(refused.errors.contains("remove \(record)"), "\(refused.errors)")
      }
    }
  }
}
