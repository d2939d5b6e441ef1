import CloudAPI
import Foundation
import SmartAccessGateway

/// A run of `config setup`.
struct SetupRun {
  private(set) var session: SetupSession
  private let confirmation: Confirmation
  /// Whether this run has changed anything.
  private var hasChanged = false

  init(_ session: SetupSession, _ confirmation: Confirmation) {
    self.session = session
    self.confirmation = confirmation
  }

  private var client: SmartAccessGatewayClient { session.client }

  /// Determines the remaining steps.
  mutating func plan(
    _ changes: FlowLogChanges, _ selection: GatewaySelection, ignoresRanges: Bool
  ) async throws(CommandFailure) -> SetupPlan {
    let client = client
    let flowLog = try await session.find()
    if flowLog == nil, session.record.deletes {
      // Only the record was left of a completed teardown.
      session.record = SetupRecord(region: client.region, name: session.record.name)
    }
    session.record.deletes = false
    var changes = changes
    if flowLog == nil { changes.description = changes.description ?? session.record.creation ?? Self.mark() }
    let settings = try Self.settings(changes, over: flowLog ?? FlowLog(id: ""), ignoresRanges: ignoresRanges)
    var bound: [Gateway] = []
    if let id = flowLog?.id {
      bound = try await asking { () async throws(CloudAPIError) in try await client.gateways(of: id) }
    }
    let unbound = try await asking { () async throws(CloudAPIError) in try await client.unboundGateways() }
    do throws(SetupError) {
      return try SetupPlan(
        settings, selection, over: SetupPlan.Found(flowLog: flowLog, bound: bound, unbound: unbound),
        region: client.region)
    } catch {
      throw CommandFailure(.refused, error.description)
    }
  }

  /// Returns the complete desired state of the flow log, validated.
  static func settings(
    _ changes: FlowLogChanges, over present: FlowLog, ignoresRanges: Bool
  ) throws(CommandFailure) -> FlowLogSettings {
    let settings: FlowLogSettings
    do throws(ParameterError) {
      settings = try changes.settings(over: present)
    } catch {
      throw CommandFailure(.usage, error.description)
    }
    return try settings.checked(ignoresRanges: ignoresRanges)
  }

  /// Returns a unique description for a new flow log.
  private static func mark() -> String {
    "made by sagflow config setup, \(String(UInt32.random(in: .min ... .max), radix: 16))"
  }

  /// Shows, confirms and performs each step.
  mutating func carryOut(_ plan: SetupPlan) async throws(CommandFailure) {
    let name = TerminalText.escaped(session.record.name)
    print("\(plan.flowLog?.title ?? "\(name), which is new") in \(client.region)")
    var gateways = plan.bound
    for step in plan.steps {
      switch step {
      case .create(let settings): try await create(settings)
      case .change(let settings): try await change(settings, plan.flowLog)
      case .associate(let joining): gateways += try await associate(joining)
      case .activate:
        // Activating it without a gateway is useless.
        if !gateways.isEmpty { try await activate() }
      }
    }
    guard session.failures.isEmpty else {
      throw CommandFailure(
        .refused,
        session.failures + ["not all steps are done; completed steps stay: run the same command again to continue"])
    }
    print("\(flowLogID): set up with \(gateways.count) gateway\(gateways.count == 1 ? "" : "s"); undo it with \(undo)")
  }

  private var undo: String {
    let name = session.record.name.replacing("'", with: "'\\''")
    return "sagflow config teardown --region \(client.region) --name '\(TerminalText.escaped(name))'"
  }

  private var flowLogID: String { session.record.flowLogID ?? "" }

  private func ask(_ question: String) throws(CommandFailure) {
    try confirmation.ask(
      question,
      otherwise: hasChanged
        ? "completed steps stay; run it again to continue, or undo it with \(undo)" : "nothing is changed")
  }

  private mutating func create(_ settings: FlowLogSettings) async throws(CommandFailure) {
    let client = client
    print("create a flow log:")
    print(RetargetSession.table(settings.differences(from: FlowLog(id: ""))), terminator: "")
    try ask("create it?")
    try session.note { $0.creation = settings.description ?? "" }
    hasChanged = true
    let id = try await asking { () async throws(CloudAPIError) in try await client.createFlowLog(settings) }
    try session.note { $0.flowLogID = id }
    try await RetargetSession(client: client, flowLogID: id).verify(settings)
    print("\(id): created and read back, as wanted")
  }

  private mutating func change(_ settings: FlowLogSettings, _ present: FlowLog?) async throws(CommandFailure) {
    guard let present else { return }
    print("change its settings:")
    print(RetargetSession.table(settings.differences(from: present)), terminator: "")
    try ask("change them?")
    try session.note { record in
      if !record.createsFlowLog, record.before == nil { record.before = present }
    }
    hasChanged = true
    try await RetargetSession(client: client, flowLogID: present.id).apply(settings)
    print("\(present.id): changed and read back, as wanted")
  }

  private mutating func associate(_ joining: [Gateway]) async throws(CommandFailure) -> [Gateway] {
    SetupSession.show("bind gateways to it:", joining)
    try ask("bind \(joining.count == 1 ? "it" : "these")?")
    hasChanged = true
    let id = flowLogID
    let done = try await session.forEach(
      joining, { .associate(flowLog: id, gateway: $0.id) },
      before: { record, gateway in if !record.gateways.contains(gateway.id) { record.gateways.append(gateway.id) } },
      refused: { record, gateway in record.gateways.removeAll { $0 == gateway.id } })
    try await verify(done)
    return done
  }

  /// Verifies that the gateways are bound.
  private func verify(_ gateways: [Gateway]) async throws(CommandFailure) {
    guard let last = gateways.last else { return }
    try await session.verify([.associate(flowLog: flowLogID, gateway: last.id)])
    print("\(flowLogID): \(gateways.count) gateway\(gateways.count == 1 ? "" : "s") bound")
  }

  private mutating func activate() async throws(CommandFailure) {
    print("activate it: its gateways begin to export")
    try ask("activate it?")
    try session.note { $0.activates = true }
    hasChanged = true
    try await session.ensure(.activate(flowLog: flowLogID))
    try await session.verify([.activate(flowLog: flowLogID)])
    print("\(flowLogID): active")
  }
}
