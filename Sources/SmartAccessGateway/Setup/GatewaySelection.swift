public import CloudAPI

/// The gateways to bind to a flow log, as entered by users: `all` or comma-separated ids.
public enum GatewaySelection: Hashable, Sendable {
  /// All that are bound to no flow log.
  case all
  case ids([String])

  /// - Throws: `ParameterError` if part of the text cannot be a gateway id.
  public init(parsing text: String) throws(ParameterError) {
    if text.lowercased() == "all" {
      self = .all
      return
    }
    var ids: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let id = part.drop { $0 == " " }.description
      try FlowLogNames.checkGatewayID(id)
      if !ids.contains(id) { ids.append(id) }
    }
    self = .ids(ids)
  }
}
