/// What is left to do until a flow log of a name sends the flows of its gateways to a collector.
///
/// It follows from what the account has and not from what was done before: whatever stopped an earlier run, the rest of it is
/// the plan of the next.
public struct SetupPlan: Hashable, Sendable {
  public enum Step: Hashable, Sendable {
    case create(FlowLogSettings)
    /// Of a flow log that is there: the complete state to send.
    case change(FlowLogSettings)
    case associate([Gateway])
    case activate
  }

  /// What the account has of it.
  public struct Found: Sendable {
    /// The flow log of the name; nil: there is none.
    public var flowLog: FlowLog?
    /// Gateways that are bound to it.
    public var bound: [Gateway]
    /// Gateways that are bound to no flow log.
    public var unbound: [Gateway]

    public init(flowLog: FlowLog?, bound: [Gateway], unbound: [Gateway]) {
      self.flowLog = flowLog
      self.bound = bound
      self.unbound = unbound
    }
  }

  public let flowLog: FlowLog?
  /// The state that the flow log is to have.
  public let settings: FlowLogSettings
  /// Gateways that are bound to it already.
  public let bound: [Gateway]
  /// Gateways that are to be.
  public let joining: [Gateway]

  /// - Throws: `SetupError` if gateways are not to be had.
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

  /// In the order in which they are done; none: all is as wanted.
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
