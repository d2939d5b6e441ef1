public import CloudAPI

/// Which gateways are to be bound to a flow log, as people write it: `all` or ids with commas between them.
public enum GatewaySelection: Hashable, Sendable {
  /// All that are bound to none.
  case all
  case ids([String])

  /// - Throws: `ParameterError` if something of it cannot be a gateway's id.
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
