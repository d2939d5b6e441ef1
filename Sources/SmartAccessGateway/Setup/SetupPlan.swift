/// The remaining steps until a named flow log sends its gateways' flows to a collector.
///
/// It is derived from the account's state alone, so that the next run completes whatever an interrupted one left
/// undone.
public struct SetupPlan: Hashable, Sendable {
  public enum Step: Hashable, Sendable {
    case create(FlowLogSettings)
    /// The complete state to send for an existing flow log.
    case change(FlowLogSettings)
    case associate([Gateway])
    case activate
  }

  /// The relevant state of the account.
  public struct Found: Sendable {
    /// The flow log with the name; nil if there is none.
    public var flowLog: FlowLog?
    /// Gateways bound to it.
    public var bound: [Gateway]
    /// Gateways bound to no flow log.
    public var unbound: [Gateway]

    public init(flowLog: FlowLog?, bound: [Gateway], unbound: [Gateway]) {
      self.flowLog = flowLog
      self.bound = bound
      self.unbound = unbound
    }
  }

  public let flowLog: FlowLog?
  /// The desired state of the flow log.
  public let settings: FlowLogSettings
  /// Gateways already bound to it.
  public let bound: [Gateway]
  /// Gateways to bind.
  public let joining: [Gateway]

  /// - Throws: `SetupError` if gateways are unavailable.
  public init(
    _ settings: FlowLogSettings, _ selection: GatewaySelection, over found: Found, region: String
  ) throws(SetupError) {
    flowLog = found.flowLog
    self.settings = settings
    bound = found.bound
    switch selection {
    case .all:
      joining = found.unbound
      if joining.isEmpty, bound.isEmpty { throw .noGateways(region: region) }
    case .ids(let ids):
      let present = Set(bound.map(\.id))
      let free = Dictionary(found.unbound.map { ($0.id, $0) }) { first, _ in first }
      let wanted = ids.filter { !present.contains($0) }
      let missing = wanted.filter { free[$0] == nil }
      if !missing.isEmpty { throw .unavailableGateways(missing, region: region) }
      joining = wanted.compactMap { free[$0] }
    }
  }

  /// In order of execution; empty if nothing is left to do.
  public var steps: [Step] {
    var steps: [Step] = []
    if let flowLog {
      if !settings.differences(from: flowLog).isEmpty { steps.append(.change(settings)) }
    } else {
      steps.append(.create(settings))
    }
    if !joining.isEmpty { steps.append(.associate(joining)) }
    if !(flowLog?.isActive ?? false) { steps.append(.activate) }
    return steps
  }
}
