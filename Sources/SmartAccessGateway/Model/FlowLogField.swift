/// The settings of a flow log, by their names in the API, in the order in which they are shown.
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

  /// Those of the Log Service target.
  static let logService: [FlowLogField] = [.slsRegionID, .projectName, .logstoreName]
  /// Those of the NetFlow collector.
  static let collector: [FlowLogField] = [.netflowServerIP, .netflowServerPort, .netflowVersion]
}
