import CloudAPI
import SmartAccessGateway

/// Names of the gateways of flow logs, for display only, so that a failed request causes just one warning.
struct GatewayNames {
  private let client: SmartAccessGatewayClient
  private var isRefused = false

  init(_ client: SmartAccessGatewayClient) { self.client = client }

  /// Returns a table cell: `2: Hangzhou, Ningbo`, or only the number without names.
  mutating func cell(of log: FlowLog) async -> String {
    let count = log.gatewayCount.map(String.init)
    guard let names = await text(of: log, limit: 3) else { return count ?? "-" }
    return count.map { "\($0): \(names)" } ?? names
  }

  /// Returns up to `limit` names and the number of further ones; nil if there are none.
  mutating func text(of log: FlowLog, limit: Int) async -> String? {
    guard log.gatewayCount != 0, !isRefused else { return nil }
    do throws(CloudAPIError) {
      let gateways = try await client.gateways(of: log.id)
      return gateways.isEmpty ? nil : gateways.text(limit: limit)
    } catch {
      isRefused = true
      Console.error("warning: the names of the gateways are not known: \(error)")
      return nil
    }
  }
}

extension [Gateway] {
  /// Returns up to `limit` names and the number of further ones.
  func text(limit: Int) -> String {
    let names = prefix(limit).map { TerminalText.escaped($0.name ?? $0.id) }.joined(separator: ", ")
    return count > limit ? "\(names) and \(count - limit) more" : names
  }
}
