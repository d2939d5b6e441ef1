public import CloudAPI

/// Requested changes of a flow log; nil keeps a setting.
public struct FlowLogChanges: Hashable, Sendable {
  /// Nil keeps it, except that a flow log with Log Service as its only output gets both, so that delivery there
  /// continues.
  public var outputType: OutputType?
  /// The collector's IPv4 address as text.
  public var collectorAddress: String?
  public var collectorPort: Int?
  public var netflowVersion: NetFlowVersion?
  /// Seconds.
  public var activeAging: Int?
  /// Seconds.
  public var inactiveAging: Int?
  public var name: String?
  public var description: String?
  public var slsRegionID: String?
  public var projectName: String?
  public var logstoreName: String?

  public init() {}

  /// Returns the complete state to send: the changes applied to the flow log's settings.
  ///
  /// - Throws: `ParameterError` if the flow log has an unknown output type or version that is not replaced.
  public func settings(over present: FlowLog) throws(ParameterError) -> FlowLogSettings {
    var known = present
    // Values that are replaced need not be known.
    if let outputType { known.outputType = outputType.rawValue }
    if let netflowVersion { known.netflowVersion = netflowVersion.rawValue }
    var settings = try FlowLogSettings(keeping: known)
    settings.outputType = outputType ?? (settings.outputType == .sls ? .all : settings.outputType ?? .netflow)
    settings.netflowServerIP = collectorAddress ?? settings.netflowServerIP
    settings.netflowServerPort = collectorPort ?? settings.netflowServerPort
    settings.activeAging = activeAging ?? settings.activeAging
    settings.inactiveAging = inactiveAging ?? settings.inactiveAging
    settings.name = name ?? settings.name
    settings.description = description ?? settings.description
    settings.slsRegionID = slsRegionID ?? settings.slsRegionID
    settings.projectName = projectName ?? settings.projectName
    settings.logstoreName = logstoreName ?? settings.logstoreName
    return settings
  }
}

extension FlowLogSettings {
  /// Returns what the operator should know before these settings replace a flow log's.
  public func remarks(over present: FlowLog) -> [String] {
    outputRemarks(over: present) + (outputType?.includesCollector ?? false ? present.blockers : [])
  }

  /// Returns the remarks about the output.
  public func outputRemarks(over present: FlowLog) -> [String] {
    var remarks = warnings
    switch (present[.outputType], outputType) {
    case ("sls", .all):
      remarks.append(
        "it delivers to Log Service and will continue to: OutputType all; --output-type netflow would end that")
    case ("sls", .netflow), ("all", .netflow):
      remarks.append("OutputType netflow ends its delivery to Log Service")
    case ("netflow", .sls), ("all", .sls):
      remarks.append("OutputType sls ends its export to a collector")
    default: break
    }
    return remarks
  }
}

extension FlowLog {
  /// Reasons why this flow log exports nothing, whatever its settings.
  public var blockers: [String] {
    var blockers: [String] = []
    if let status, !isActive {
      blockers.append("its status is \(TerminalText.escaped(status)): nothing is exported until it is activated")
    }
    if gatewayCount == 0 {
      blockers.append("no gateway is associated with it: nothing is exported until one is")
    }
    return blockers
  }
}
