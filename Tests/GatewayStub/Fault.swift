/// What can go wrong with an answer.
public enum Fault: Sendable {
  /// An error of the API.
  case code(String, status: Int, headers: [String: String] = [:])
  /// An answer that is not the API's.
  case answer(status: Int, body: String, contentType: String = "text/html")
  /// A pause before the right answer.
  case slow(Duration)
  /// The connection ends in the middle of the answer.
  case cutOff
  /// A success that leaves this parameter as it was.
  case ignores(String)
  /// What was asked is done, and the connection ends in the middle of the answer.
  case lost
  /// What was asked is done, and the answer comes after a pause.
  case late(Duration)
}

/// A flow log as the service keeps it: its members by the API's names.
public struct StubFlowLog: Sendable, Equatable {
  public var id: String
  public var fields: [String: String]

  public init(_ id: String, _ fields: [String: String] = [:]) {
    self.id = id
    self.fields = fields
  }

  /// One that exports to a collector.
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

  /// One that delivers to Log Service alone.
  public static func logService(_ id: String) -> StubFlowLog {
    StubFlowLog(
      id,
      [
        "Name": "流日志", "Status": "Active", "OutputType": "sls", "ActiveAging": "600", "InactiveAging": "60",
        "SlsRegionId": "cn-shanghai", "ProjectName": "flows", "LogstoreName": "sag", "TotalSagNum": "1",
      ])
  }
}

/// A gateway as the service keeps it.
public struct StubGateway: Sendable, Equatable {
  public var id: String
  public var name: String
  public var description: String
  /// The flow log that it is bound to.
  public var flowLog: String?

  public init(_ id: String, name: String = "", description: String = "", flowLog: String? = nil) {
    self.id = id
    self.name = name
    self.description = description
    self.flowLog = flowLog
  }
}
