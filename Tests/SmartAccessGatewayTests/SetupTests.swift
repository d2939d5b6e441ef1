import CloudAPI
import Foundation
import SmartAccessGateway
import Testing

/// Setup steps follow from the current state, and teardown steps from the record.
@Suite("Plans of a setup and of its teardown")
struct SetupTests {
  private static let gateways = (0..<4).map { Gateway(id: "sag-\($0)") }

  /// Returns a flow log with the settings of the samples.
  private static func flowLog(status: String = "Active") throws -> FlowLog {
    let settings = Samples.settings
    var log = FlowLog(id: "fl-1")
    log.status = status
    log.name = settings.name
    log.activeAging = settings.activeAging
    log.inactiveAging = settings.inactiveAging
    log.outputType = settings.outputType?.rawValue
    log.netflowServerIP = settings.netflowServerIP
    log.netflowServerPort = settings.netflowServerPort
    log.netflowVersion = settings.netflowVersion?.rawValue
    return log
  }

  private static func plan(
    _ flowLog: FlowLog?, bound: [Gateway] = [], unbound: [Gateway] = [], _ selection: GatewaySelection = .all
  ) throws(SetupError) -> SetupPlan {
    try SetupPlan(
      Samples.settings, selection, over: .init(flowLog: flowLog, bound: bound, unbound: unbound), region: "cn-shanghai")
  }

  // MARK: Setup

  @Test("from nothing, everything is to be done, in the order in which it works")
  func fromNothing() throws {
    let plan = try Self.plan(nil, unbound: Self.gateways)
    #expect(plan.steps == [.create(Samples.settings), .associate(Self.gateways), .activate])
  }

  @Test("whatever an earlier run has done is left out")
  func rest() throws {
    let (bound, unbound) = (Array(Self.gateways.prefix(2)), Array(Self.gateways.suffix(2)))
    #expect(
      try Self.plan(Self.flowLog(status: "Inactive"), bound: bound, unbound: unbound).steps
        == [.associate(unbound), .activate])
    #expect(try Self.plan(Self.flowLog(status: "Inactive"), bound: bound).steps == [.activate])
    #expect(try Self.plan(Self.flowLog(), bound: bound, unbound: unbound).steps == [.associate(unbound)])
    #expect(try Self.plan(Self.flowLog(), bound: bound).steps == [])
    var other = try Self.flowLog()
    other.netflowServerIP = "10.9.9.9"
    #expect(try Self.plan(other, bound: bound).steps == [.change(Samples.settings)])
  }

  @Test("ids select gateways in their order, those that are bound already count")
  func selection() throws {
    let plan = try Self.plan(
      Self.flowLog(), bound: [Self.gateways[3]], unbound: Array(Self.gateways.prefix(3)),
      .ids(["sag-2", "sag-3", "sag-0"]))
    #expect(plan.joining.map(\.id) == ["sag-2", "sag-0"])
  }

  @Test("gateways that are not to be had, or none at all, are an error")
  func unavailable() {
    #expect(throws: SetupError.unavailableGateways(["sag-8", "sag-9"], region: "cn-shanghai")) {
      try Self.plan(nil, unbound: Self.gateways, .ids(["sag-8", "sag-1", "sag-9"]))
    }
    #expect(throws: SetupError.noGateways(region: "cn-shanghai")) { try Self.plan(nil) }
  }

  @Test("gateways are selected by `all` or by ids")
  func parsing() throws {
    #expect(try GatewaySelection(parsing: "ALL") == .all)
    #expect(try GatewaySelection(parsing: "sag-1, sag-2,sag-1") == .ids(["sag-1", "sag-2"]))
    for text in ["", ",", "sag-1,", "sag 1", "sag-****", "sag-\u{1b}"] {
      #expect(throws: ParameterError.self, "\(text)") { try GatewaySelection(parsing: text) }
    }
  }

  // MARK: The record

  private static func record(_ change: (inout SetupRecord) -> Void = { _ in }) -> SetupRecord {
    var record = SetupRecord(region: "cn-shanghai", name: "branch", at: Date(timeIntervalSince1970: 1_700_000_000))
    change(&record)
    return record
  }

  private static func named(_ id: String, _ name: String = "branch", _ description: String? = nil) -> FlowLog {
    var log = FlowLog(id: id)
    log.name = name
    log.description = description
    return log
  }

  @Test("a flow log of the name is used, and is not the setup's own unless it has the noted description")
  func find() throws {
    var record = Self.record()
    #expect(try record.find(among: [Self.named("fl-0", "other")]) == nil)
    #expect(record.flowLogID == nil)
    #expect(try record.find(among: [Self.named("fl-0", "other"), Self.named("fl-1")])?.id == "fl-1")
    #expect((record.flowLogID, record.createsFlowLog) == ("fl-1", false))

    var lost = Self.record { $0.creation = "mark" }
    #expect(try lost.find(among: [Self.named("fl-1"), Self.named("fl-2", "branch", "mark")])?.id == "fl-2")
    #expect(lost.createsFlowLog)
    var foreign = Self.record { $0.creation = "mark" }
    #expect(try foreign.find(among: [Self.named("fl-1", "branch", "another")])?.id == "fl-1")
    #expect(!foreign.createsFlowLog)
    var unmarked = Self.record { $0.creation = "" }
    #expect(try unmarked.find(among: [Self.named("fl-1")])?.id == "fl-1")
    #expect(unmarked.createsFlowLog)
  }

  @Test("a name that several have is an error; a known id is not a question of names")
  func ambiguous() throws {
    let logs = [Self.named("fl-1"), Self.named("fl-2")]
    var record = Self.record()
    #expect(throws: SetupError.ambiguousName("branch", ids: ["fl-1", "fl-2"])) { try record.find(among: logs) }
    var known = Self.record { $0.flowLogID = "fl-2" }
    #expect(try known.find(among: logs)?.id == "fl-2")
    #expect(throws: SetupError.missingFlowLog("fl-2", region: "cn-shanghai")) {
      try known.find(among: [Self.named("fl-1")])
    }
    var deleted = Self.record { ($0.flowLogID, $0.deletes) = ("fl-2", true) }
    #expect(try deleted.find(among: [Self.named("fl-1")]) == nil)
  }

  @Test("a record is read as it was written")
  func coding() throws {
    let record = Self.record {
      $0.creation = "mark"
      $0.flowLogID = "fl-1"
      $0.before = Self.named("fl-1", "流", "d")
      $0.gateways = ["sag-1"]
      ($0.activates, $0.deletes) = (true, true)
    }
    #expect(try SetupRecord(decoding: record.encoded()) == record)
    #expect(throws: (any Error).self) { try SetupRecord(decoding: Data("{}".utf8)) }
  }

  // MARK: Teardown

  @Test("only what was made is undone, in an order that the service takes")
  func teardown() throws {
    let made = Self.record {
      $0.creation = "mark"
      $0.gateways = ["sag-0", "sag-1", "sag-9"]
      $0.activates = true
    }
    let (active, own) = (try Self.flowLog(), Array(Self.gateways.prefix(2)))
    #expect(try TeardownPlan(made, flowLog: active, bound: own).steps == [.dissociate(own), .deactivate, .delete])
    #expect(try TeardownPlan(made, flowLog: Self.flowLog(status: "Inactive"), bound: []).steps == [.delete])
    let shared = try TeardownPlan(made, flowLog: active, bound: Self.gateways)
    #expect(shared.steps == [.dissociate(own)])
    #expect(shared.staying == Array(Self.gateways.suffix(2)))
  }

  @Test("a flow log that was there gets back what was changed of it, and nothing else")
  func teardownOfExisting() throws {
    var before = try Self.flowLog(status: "Inactive")
    before.netflowServerIP = "10.9.9.9"
    let changed = Self.record {
      ($0.flowLogID, $0.before, $0.activates) = ("fl-1", before, true)
      $0.gateways = ["sag-1"]
    }
    var settings = Samples.settings
    settings.netflowServerIP = "10.9.9.9"
    let plan = try TeardownPlan(changed, flowLog: Self.flowLog(), bound: Self.gateways)
    #expect(plan.steps == [.dissociate([Self.gateways[1]]), .deactivate, .restore(settings)])
    let nothing = Self.record { $0.flowLogID = "fl-1" }
    #expect(try TeardownPlan(nothing, flowLog: Self.flowLog(), bound: Self.gateways).steps == [])
  }
}
