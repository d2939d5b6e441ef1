import CloudAPI

/// Why a setup cannot be planned.
public enum SetupError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Several flow logs have the name.
  case ambiguousName(String, ids: [String])
  /// Gateways that are bound to another flow log or do not exist.
  case unavailableGateways([String], region: String)
  /// All gateways of the region have a flow log, and this flow log has none.
  case noGateways(region: String)
  /// The flow log created by an earlier run no longer exists.
  case missingFlowLog(String, region: String)

  public var description: String {
    switch self {
    case .ambiguousName(let name, let ids):
      "--name: \(ids.count) flow logs are called '\(TerminalText.escaped(name))' (\(Self.list(ids))); choose another name, or `sagflow config retarget --flow-log-id ID`"
    case .unavailableGateways(let ids, let region):
      "--gateways: \(Self.list(ids)): not in \(region), or bound to another flow log; `sagflow config gateways` shows their flow logs, with --unbound the free ones"
    case .noGateways(let region):
      "--gateways: every gateway of \(region) is bound to a flow log, or there is none; `sagflow config retarget` points existing flow logs at this collector"
    case .missingFlowLog(let id, let region):
      "\(TerminalText.escaped(id)): an earlier setup created this flow log, which is not in \(region) for these credentials; check region and account"
    }
  }

  private static func list(_ ids: [String]) -> String { TerminalText.escaped(ids.joined(separator: ", ")) }
}
