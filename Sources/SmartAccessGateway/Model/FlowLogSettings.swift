public import CloudAPI

/// The settings that a `ModifyFlowLogAttribute` call sends.
///
/// Nil leaves a parameter out, and whether the service then keeps or resets it is not documented: send the whole wanted
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

  /// Everything as a flow log has it, to be sent back but for what is changed; unset fields stay nil.
  ///
  /// - Throws: `ParameterError` if the flow log has an output type or version that this program does not know.
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

  /// A setting as the request carries it.
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

  /// A setting that is not as it should be.
  public struct Difference: Hashable, Sendable {
    public let field: FlowLogField
    /// What the flow log has; empty if nothing.
    public let present: String
    public let wanted: String
  }

  /// Where a flow log differs from these settings; what is nil here does not matter.
  public func differences(from log: FlowLog) -> [Difference] {
    FlowLogField.allCases.compactMap { field in
      let present = log[field] ?? ""
      guard let wanted = self[field], wanted != present else { return nil }
      return Difference(field: field, present: present, wanted: wanted)
    }
  }
}
