public import CloudAPI

/// The destination of a flow log's records.
public enum OutputType: String, CaseIterable, Sendable {
  /// Log Service.
  case sls
  /// A NetFlow collector.
  case netflow
  /// Both.
  case all

  public var includesLogService: Bool { self != .netflow }
  public var includesCollector: Bool { self != .sls }

  /// Parses `sls`, `netflow` or `all` in any case; the service accepts only lower case.
  public init(parsing text: String) throws(ParameterError) {
    guard let type = Self(rawValue: text.lowercased()) else {
      throw ParameterError(.field(.outputType), value: text, expected: "netflow, all or sls")
    }
    self = type
  }
}

/// The export format of gateways.
public enum NetFlowVersion: String, CaseIterable, Sendable {
  case v5 = "V5"
  case v9 = "V9"
  /// IPFIX (RFC 7011).
  case v10 = "V10"

  /// Parses `V9` and common variants: `v9`, `9`, `netflow9`, `ipfix`.
  public init(parsing text: String) throws(ParameterError) {
    var word = text.lowercased()
    for prefix in ["netflow", "v"] where word.hasPrefix(prefix) { word.removeFirst(prefix.count) }
    switch word {
    case "5": self = .v5
    case "9": self = .v9
    case "10", "ipfix": self = .v10
    default: throw ParameterError(.field(.netflowVersion), value: text, expected: "V5, V9 or V10 (IPFIX)")
    }
  }
}
