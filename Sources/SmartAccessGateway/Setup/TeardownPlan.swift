public import CloudAPI

/// What undoes a setup: what its record says that it made, and nothing else, as far as it is still there.
public struct TeardownPlan: Hashable, Sendable {
  public enum Step: Hashable, Sendable {
    case dissociate([Gateway])
    case deactivate
    /// Of a flow log that was there before: its settings of then.
    case restore(FlowLogSettings)
    case delete
  }

  /// In the order in which they are done.
  public let steps: [Step]
  /// Gateways that others have bound to it, which stay.
  public let staying: [Gateway]

  /// - Parameter bound: the gateways that the flow log has now.
  /// - Throws: `ParameterError` if the settings to restore have an output type or version that this program does not know.
  public init(_ record: SetupRecord, flowLog: FlowLog, bound: [Gateway]) throws(ParameterError) {
    var steps: [Step] = []
    let own = Set(record.gateways)
    let leaving = bound.filter { own.contains($0.id) }
    staying = bound.filter { !own.contains($0.id) }
    if !leaving.isEmpty { steps.append(.dissociate(leaving)) }
    // A flow log that serves others by now stays as it is.
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
