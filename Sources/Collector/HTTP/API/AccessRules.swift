import Foundation
import HTTPTypes
import NetworkBytes

/// Which requests are answered at all.
package struct AccessRules: Sendable {
  /// Names in lower case that this collector may be called by.
  private let hosts: Set<String>
  private let token: AccessToken?

  /// - Parameters:
  ///   - hosts: names beside this host's own, and literal addresses.
  ///   - token: what requests for data must have; nil: nothing.
  package init(hosts: [String], token: AccessToken?) {
    let own = ProcessInfo.processInfo.hostName
    let short = own.prefix { $0 != "." }
    self.hosts = Set((hosts + ["localhost", own, String(short)]).map { Self.name($0) })
    self.token = token
  }

  /// - Throws: 403 if a page of somebody else's could have made a browser ask: its name then leads here, and is in `Host`
  ///   (DNS rebinding). No name leads to an address, so literal addresses are no danger; nor is a client without a name.
  package func checkHost(_ authority: String?) throws(APIError) {
    guard let authority, !authority.isEmpty else { return }
    let name = Self.name(authority)
    if hosts.contains(name) || IPAddress(name) != nil { return }
    let shown = String(authority.prefix(80))
    throw APIError(
      403, "the name '\(shown)' is not accepted; use an address, or add the name to http.hosts")
  }

  /// - Throws: 401 if there is a token and the request does not have it.
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

  /// The name of `name:port`, `[address]:port`, or either alone.
  private static func name(_ authority: String) -> String {
    let text = authority.lowercased()
    if text.hasPrefix("[") { return String(text.dropFirst().prefix { $0 != "]" }) }
    if text.filter({ $0 == ":" }).count > 1 { return text }
    let name = text.prefix { $0 != ":" }
    return String(name.hasSuffix(".") ? name.dropLast() : name)
  }
}
