import CloudAPI
import SmartAccessGateway

/// The gateways of flow logs by their names, as far as the service tells them: they help people and decide nothing, so
/// that a refusal is a warning, once.
struct GatewayNames {
  private let client: SmartAccessGatewayClient
  private var isRefused = false

  init(_ client: SmartAccessGatewayClient) { self.client = client }

  /// As a cell of a table: `2: Hangzhou, Ningbo`; the number alone where there are no names.
  mutating func cell(of log: FlowLog) async -> String {
    let count = log.gatewayCount.map(String.init)
    guard let names = await text(of: log, limit: 3) else { return count ?? "-" }
    return count.map { "\($0): \(names)" } ?? names
  }

  /// Up to `limit` names, and how many more there are; nil if there are none or none are told.
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
  /// Up to `limit` of them by their names, and how many more there are.
  func text(limit: Int) -> String {
    let names = prefix(limit).map { TerminalText.escaped($0.name ?? $0.id) }.joined(separator: ", ")
    return count > limit ? "\(names) and \(count - limit) more" : names
  }
}
