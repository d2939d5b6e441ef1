import Files
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
    let octets: [UInt8]
    do throws(WholeFileFault) {
      octets = try WholeFile.content(of: passwordFile, atMost: 1 << 16)
    } catch {
      let reason = error.text(passwordFile, expected: "a file with the password", ifTooLarge: "give only the password")
      throw ShippingFailure(.wait, "passwordFile: \(reason)")
    }
    guard var password = String(validating: octets, as: UTF8.self)?[...] else {
      throw ShippingFailure(.wait, "\(passwordFile): a password in UTF-8 is expected")
    }
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
