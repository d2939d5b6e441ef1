/// A ClickHouse server or cluster, and the tables to insert into.
public struct ClickHouseOptions: Hashable, Sendable {
  /// Base URLs, `http://…` or `https://…`, of equivalent servers: requests go to the last one that responded, else the
  /// next.
  public var urls: [String] = []
  public var database = "default"
  public var table = "flows"
  public var user = "default"
  /// File with the password; if empty, the environment variable SAGFLOW_CLICKHOUSE_PASSWORD is used, if set.
  public var passwordFile = ""
  /// Cluster name for the printed schema; empty for a single server.
  public var cluster = ""
  /// Timeout for one file, seconds.
  public var timeout = 300

  public init() {}
}
