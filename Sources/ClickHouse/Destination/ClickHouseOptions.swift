/// A server or cluster of ClickHouse, and where in it flows go.
public struct ClickHouseOptions: Hashable, Sendable {
  /// Base addresses, `http://…` or `https://…`, of servers of which any may be asked: the one that answered last, else the next.
  public var urls: [String] = []
  public var database = "default"
  public var table = "flows"
  public var user = "default"
  /// The file with the password; empty: the environment's SAGFLOW_CLICKHOUSE_PASSWORD, or none.
  public var passwordFile = ""
  /// Of the schema that is printed: the cluster's name; empty: a single server.
  public var cluster = ""
  /// Longest that a server may take for a file, seconds.
  public var timeout = 300

  public init() {}
}
