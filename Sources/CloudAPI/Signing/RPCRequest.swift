package import Foundation

/// A call of an RPC-style API: an operation with its parameters in the query; the body is empty.
package struct RPCRequest: Sendable {
  package var action: String
  package var version: String
  package var parameters: [String: String]

  package init(action: String, version: String, parameters: [String: String]) {
    self.action = action
    self.version = version
    self.parameters = parameters
  }

  package static let method = "POST"

  package var query: String { PercentEncoding.query(parameters) }

  /// Returns the headers of one attempt, except those of the signature.
  ///
  /// - Parameters:
  ///   - date: now; the service rejects dates more than 15 minutes off.
  ///   - nonce: never used before.
  package func headers(
    host: String, date: Date, nonce: String, credentials: Credentials
  ) -> [(name: String, value: String)] {
    var headers = [
      (name: "host", value: host), (name: "x-acs-action", value: action), (name: "x-acs-version", value: version),
      (name: "x-acs-date", value: date.formatted(.iso8601)), (name: "x-acs-signature-nonce", value: nonce),
      (name: "x-acs-content-sha256", value: RequestSignature.hash([])),
    ]
    if let token = credentials.securityToken {
      headers.append((name: "x-acs-accesskey-id", value: credentials.accessKeyID))
      headers.append((name: "x-acs-security-token", value: token))
    }
    return headers
  }

  /// Returns one attempt, signed now with a new nonce.
  package func signed(for endpoint: ServiceEndpoint, with credentials: Credentials) -> WebRequest {
    var headers = headers(host: endpoint.host, date: Date(), nonce: Self.nonce(), credentials: credentials)
    let signature = RequestSignature(
      method: Self.method, query: query, headers: headers, payloadHash: RequestSignature.hash([]),
      accessKeyID: credentials.accessKeyID, accessKeySecret: credentials.accessKeySecret)
    headers.append((name: "authorization", value: signature.authorization))
    return WebRequest(method: Self.method, url: "\(endpoint.url)/?\(query)", headers: headers)
  }

  /// 32 hexadecimal digits.
  private static func nonce() -> String { UUID().uuidString.replacing("-", with: "").lowercased() }
}
