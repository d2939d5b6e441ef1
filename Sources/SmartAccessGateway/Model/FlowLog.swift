import CloudAPI

/// A flow log as returned by `DescribeFlowLogs`. Missing or empty values are nil or empty here.
public struct FlowLog: Hashable, Sendable {
  public var id = ""
  public var name: String?
  public var description: String?
  /// `Active` or `Inactive`.
  public var status: String?
  /// Text, because the service may have types that `OutputType` lacks.
  public var outputType: String?
  public var slsRegionID: String?
  public var projectName: String?
  public var logstoreName: String?
  public var netflowServerIP: String?
  public var netflowServerPort: Int?
  public var netflowVersion: String?
  public var resourceGroupID: String?
  /// Active timeout, seconds.
  public var activeAging: Int?
  /// Inactive timeout, seconds.
  public var inactiveAging: Int?
  /// Number of associated Smart Access Gateways.
  public var gatewayCount: Int?

  public init(id: String) {
    self.id = id
  }

  public var isActive: Bool { status == "Active" }

  /// Returns a setting as text; nil if it is missing or empty.
  public subscript(field: FlowLogField) -> String? {
    let text: String? =
      switch field {
      case .name: name
      case .description: description
      case .activeAging: activeAging.map(String.init)
      case .inactiveAging: inactiveAging.map(String.init)
      case .outputType: outputType
      case .slsRegionID: slsRegionID
      case .projectName: projectName
      case .logstoreName: logstoreName
      case .netflowServerIP: netflowServerIP
      case .netflowServerPort: netflowServerPort.map(String.init)
      case .netflowVersion: netflowVersion
      }
    return text.flatMap { $0.isEmpty ? nil : $0 }
  }
}

extension FlowLog: Codable {
  private enum CodingKeys: String, CodingKey {
    case id = "FlowLogId"
    case name = "Name"
    case description = "Description"
    case status = "Status"
    case outputType = "OutputType"
    case slsRegionID = "SlsRegionId"
    case projectName = "ProjectName"
    case logstoreName = "LogstoreName"
    case netflowServerIP = "NetflowServerIp"
    case netflowServerPort = "NetflowServerPort"
    case netflowVersion = "NetflowVersion"
    case resourceGroupID = "ResourceGroupId"
    case activeAging = "ActiveAging"
    case inactiveAging = "InactiveAging"
    case gatewayCount = "TotalSagNum"
  }

  /// Numbers may be sent as strings: schema and examples disagree about the port.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func text(_ key: CodingKeys) throws -> String? { try fields.decodeIfPresent(LenientText.self, forKey: key)?.text }
    func number(_ key: CodingKeys) throws -> Int? {
      try fields.decodeIfPresent(LenientNumber.self, forKey: key)?.number
    }
    id = try text(.id) ?? ""
    name = try text(.name)
    description = try text(.description)
    status = try text(.status)
    outputType = try text(.outputType)
    slsRegionID = try text(.slsRegionID)
    projectName = try text(.projectName)
    logstoreName = try text(.logstoreName)
    netflowServerIP = try text(.netflowServerIP)
    netflowServerPort = try number(.netflowServerPort)
    netflowVersion = try text(.netflowVersion)
    resourceGroupID = try text(.resourceGroupID)
    activeAging = try number(.activeAging)
    inactiveAging = try number(.inactiveAging)
    gatewayCount = try number(.gatewayCount)
  }
}
