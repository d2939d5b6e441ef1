public import CloudAPI

/// The settings sent by `ModifyFlowLogAttribute`.
///
/// Nil omits a parameter; whether the service then keeps or resets it is not documented, so send the complete desired
/// state (`init(keeping:)`). An empty text is sent as such.
public struct FlowLogSettings: Hashable, Sendable {
  public var name: String?
  public var description: String?
  /// Seconds, 60–6000.
  public var activeAging: Int?
  /// Seconds, 10–600.
  public var inactiveAging: Int?
  public var outputType: OutputType?
  /// Region of the Log Service project.
  public var slsRegionID: String?
  public var projectName: String?
  public var logstoreName: String?
  /// The collector's IPv4 address as text.
  public var netflowServerIP: String?
  public var netflowServerPort: Int?
  public var netflowVersion: NetFlowVersion?

  public init() {}

  /// Copies all settings of a flow log, to be sent back with changes; unset fields remain nil.
  ///
  /// - Throws: `ParameterError` if the flow log has an unknown output type or version.
  public init(keeping log: FlowLog) throws(ParameterError) {
    name = log[.name]
    description = log[.description]
    activeAging = log.activeAging
    inactiveAging = log.inactiveAging
    if let text = log[.outputType] { outputType = try OutputType(parsing: text) }
    slsRegionID = log[.slsRegionID]
    projectName = log[.projectName]
    logstoreName = log[.logstoreName]
    netflowServerIP = log[.netflowServerIP]
    netflowServerPort = log.netflowServerPort
    if let text = log[.netflowVersion] { netflowVersion = try NetFlowVersion(parsing: text) }
  }

  /// Returns a setting as sent in a request.
  public subscript(field: FlowLogField) -> String? {
    switch field {
    case .name: name
    case .description: description
    case .activeAging: activeAging.map(String.init)
    case .inactiveAging: inactiveAging.map(String.init)
    case .outputType: outputType?.rawValue
    case .slsRegionID: slsRegionID
    case .projectName: projectName
    case .logstoreName: logstoreName
    case .netflowServerIP: netflowServerIP
    case .netflowServerPort: netflowServerPort.map(String.init)
    case .netflowVersion: netflowVersion?.rawValue
    }
  }

  /// A setting that differs from the desired value.
  public struct Difference: Hashable, Sendable {
    public let field: FlowLogField
    /// The flow log's value; empty if unset.
    public let present: String
    public let wanted: String
  }

  /// Returns the settings in which a flow log differs from these; nil settings are ignored.
  public func differences(from log: FlowLog) -> [Difference] {
    FlowLogField.allCases.compactMap { field in
      let present = log[field] ?? ""
      guard let wanted = self[field], wanted != present else { return nil }
      return Difference(field: field, present: present, wanted: wanted)
    }
  }
}
