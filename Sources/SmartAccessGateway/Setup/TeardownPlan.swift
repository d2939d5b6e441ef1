public import CloudAPI

/// The steps that undo a setup: what its record lists, and nothing else, as far as it still exists.
public struct TeardownPlan: Hashable, Sendable {
  public enum Step: Hashable, Sendable {
    case dissociate([Gateway])
    case deactivate
    /// Restores the original settings of a flow log that existed before.
    case restore(FlowLogSettings)
    case delete
  }

  /// In order of execution.
  public let steps: [Step]
  /// Gateways that others have bound to it, which remain.
  public let staying: [Gateway]

  /// - Parameter bound: the gateways now bound to the flow log.
  /// - Throws: `ParameterError` if the settings to restore have an unknown output type or version.
  public init(_ record: SetupRecord, flowLog: FlowLog, bound: [Gateway]) throws(ParameterError) {
    var steps: [Step] = []
    let own = Set(record.gateways)
    let leaving = bound.filter { own.contains($0.id) }
    staying = bound.filter { !own.contains($0.id) }
    if !leaving.isEmpty { steps.append(.dissociate(leaving)) }
    // A flow log that now serves others is kept.
    let isDeleted = record.createsFlowLog && staying.isEmpty
    if flowLog.isActive, isDeleted || (record.activates && !record.createsFlowLog) { steps.append(.deactivate) }
    if !record.createsFlowLog, let before = record.before {
      let settings = try SavedFlowLog(before, region: record.regionID).settings(over: flowLog)
      if !settings.differences(from: flowLog).isEmpty { steps.append(.restore(settings)) }
    }
    if isDeleted { steps.append(.delete) }
    self.steps = steps
  }
}
