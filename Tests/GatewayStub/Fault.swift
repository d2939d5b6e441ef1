/// A fault in a response.
public enum Fault: Sendable {
  /// An API error.
  case code(String, status: Int, headers: [String: String] = [:])
  /// A response that does not come from the API.
  case answer(status: Int, body: String, contentType: String = "text/html")
  /// A pause before the correct response.
  case slow(Duration)
  /// Closes the connection in the middle of the response.
  case cutOff
  /// Reports success but does not change this parameter.
  case ignores(String)
  /// Performs the operation, then closes the connection in the middle of the response.
  case lost
  /// Performs the operation, and responds after a pause.
  case late(Duration)
}

/// A flow log as stored by the service; members have the API's names.
public struct StubFlowLog: Sendable, Equatable {
  public var id: String
  public var fields: [String: String]

  public init(_ id: String, _ fields: [String: String] = [:]) {
    self.id = id
    self.fields = fields
  }

  /// Returns a flow log that exports to a collector.
  public static func netflow(_ id: String) -> StubFlowLog {
    StubFlowLog(
      id,
      [
        "Name": "branch", "Description": "of Hangzhou", "Status": "Active", "OutputType": "netflow",
        "ActiveAging": "300",
        "InactiveAging": "15", "NetflowServerIp": "192.168.0.9", "NetflowServerPort": "2055", "NetflowVersion": "V9",
        "TotalSagNum": "2", "ResourceGroupId": "rg-1",
      ])
  }

  /// Returns a flow log that delivers only to Log Service.
  public static func logService(_ id: String) -> StubFlowLog {
    StubFlowLog(
      id,
      [
        "Name": "流日志", "Status": "Active", "OutputType": "sls", "ActiveAging": "600", "InactiveAging": "60",
        "SlsRegionId": "cn-shanghai", "ProjectName": "flows", "LogstoreName": "sag", "TotalSagNum": "1",
      ])
  }
}

/// A gateway as stored by the service.
public struct StubGateway: Sendable, Equatable {
  public var id: String
  public var name: String
  public var description: String
  /// The flow log bound to the gateway.
  public var flowLog: String?

  public init(_ id: String, name: String = "", description: String = "", flowLog: String? = nil) {
    self.id = id
    self.name = name
    self.description = description
    self.flowLog = flowLog
  }
}
