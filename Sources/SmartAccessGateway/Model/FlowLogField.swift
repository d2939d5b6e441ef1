/// The settings of a flow log under their API names, in display order.
public enum FlowLogField: String, CaseIterable, Sendable {
  case name = "Name"
  case description = "Description"
  case activeAging = "ActiveAging"
  case inactiveAging = "InactiveAging"
  case outputType = "OutputType"
  case slsRegionID = "SlsRegionId"
  case projectName = "ProjectName"
  case logstoreName = "LogstoreName"
  case netflowServerIP = "NetflowServerIp"
  case netflowServerPort = "NetflowServerPort"
  case netflowVersion = "NetflowVersion"

  /// Fields of the Log Service target.
  static let logService: [FlowLogField] = [.slsRegionID, .projectName, .logstoreName]
  /// Fields of the NetFlow collector.
  static let collector: [FlowLogField] = [.netflowServerIP, .netflowServerPort, .netflowVersion]
}
