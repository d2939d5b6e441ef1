import Foundation
import HTTPTypes
import NetworkBytes

/// Decides which requests are answered.
package struct AccessRules: Sendable {
  /// Accepted host names, in lower case.
  private let hosts: Set<String>
  private let token: AccessToken?

  /// - Parameters:
  ///   - hosts: names accepted in addition to this host's own and literal addresses.
  ///   - token: required for data; nil for none.
  package init(hosts: [String], token: AccessToken?) {
    let own = ProcessInfo.processInfo.hostName
    let short = own.prefix { $0 != "." }
    self.hosts = Set((hosts + ["localhost", own, String(short)]).map { Self.name($0) })
    self.token = token
  }

  /// - Throws: 403 for an unknown host name, to prevent DNS rebinding: another site's page could make a browser send
  ///   requests here under its own name in `Host`. Literal addresses and clients without a name are harmless.
  package func checkHost(_ authority: String?) throws(APIError) {
    guard let authority, !authority.isEmpty else { return }
    let name = Self.name(authority)
    if hosts.contains(name) || IPAddress(name) != nil { return }
    let shown = String(authority.prefix(80))
    throw APIError(
      403, "the name '\(shown)' is not accepted; use an address, or add the name to http.hosts")
  }

  /// - Throws: 401 if a token is configured and the request lacks it.
  package func checkToken(_ authorization: String?) throws(APIError) {
    guard let token else { return }
    guard let authorization else {
      throw APIError(401, "a token is required: Authorization: Bearer TOKEN, with the token of http.tokenFile")
    }
    let words = authorization.split(separator: " ", omittingEmptySubsequences: true)
    guard words.count == 2, words[0].lowercased() == "bearer", token.matches(words[1]) else {
      throw APIError(401, "the token is not that of http.tokenFile")
    }
  }

  /// Returns the name of `name:port`, `[address]:port`, or either alone.
  private static func name(_ authority: String) -> String {
    let text = authority.lowercased()
    if text.hasPrefix("[") { return String(text.dropFirst().prefix { $0 != "]" }) }
    if text.filter({ $0 == ":" }).count > 1 { return text }
    let name = text.prefix { $0 != ":" }
    return String(name.hasSuffix(".") ? name.dropLast() : name)
  }
}
