import Foundation
package import NIOHTTP1
package import Shipping

/// The credentials. The password is read each time, so that a change needs no restart, and is never shown.
package struct ServerAccount: Sendable {
  package var user: String
  package var passwordFile: String
  /// The process's environment.
  package var environment: [String: String]

  package static let variable = "SAGFLOW_CLICKHOUSE_PASSWORD"

  package func headers() throws(ShippingFailure) -> HTTPHeaders {
    var headers: HTTPHeaders = ["User-Agent": "sagflow", "X-ClickHouse-User": user]
    let password = try password()
    if !password.isEmpty { headers.add(name: "X-ClickHouse-Key", value: password) }
    return headers
  }

  private func password() throws(ShippingFailure) -> String {
    if passwordFile.isEmpty { return try checked(environment[Self.variable] ?? "", of: Self.variable) }
    let text: String
    do {
      text = try String(contentsOfFile: passwordFile, encoding: .utf8)
    } catch {
      throw ShippingFailure(.wait, "passwordFile: cannot read \(passwordFile): check that it exists, and its owner")
    }
    var password = text[...]
    if password.hasSuffix("\n") || password.hasSuffix("\r\n") { password = password.dropLast() }
    return try checked(String(password), of: passwordFile)
  }

  /// A header value must be one line.
  private func checked(_ password: String, of place: String) throws(ShippingFailure) -> String {
    if password.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
      throw ShippingFailure(.wait, "\(place): a password of one line is expected")
    }
    return password
  }
}
