public import CloudAPI

/// Where a flow log's records go.
public enum OutputType: String, CaseIterable, Sendable {
  /// To Log Service.
  case sls
  /// To a NetFlow collector.
  case netflow
  /// To both.
  case all

  public var includesLogService: Bool { self != .netflow }
  public var includesCollector: Bool { self != .sls }

  /// Reads `sls`, `netflow` or `all`, in any case; the service takes lower case only.
  public init(parsing text: String) throws(ParameterError) {
    guard let type = Self(rawValue: text.lowercased()) else {
      throw ParameterError(.field(.outputType), value: text, expected: "netflow, all or sls")
    }
    self = type
  }
}

/// The format that gateways export in.
public enum NetFlowVersion: String, CaseIterable, Sendable {
  case v5 = "V5"
  case v9 = "V9"
  /// IPFIX (RFC 7011).
  case v10 = "V10"

  /// Reads `V9` and what people write for it: `v9`, `9`, `netflow9`, `ipfix`.
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
