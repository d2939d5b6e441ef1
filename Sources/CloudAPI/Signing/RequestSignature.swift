import Foundation

/// Signature V3 (`ACS3-HMAC-SHA256`) of one request, with its intermediate texts.
///
/// All headers passed in are signed; pass only those that no intermediary changes.
package struct RequestSignature {
  package static let algorithm = "ACS3-HMAC-SHA256"

  /// Method, path, query, headers, their names and the body's hash, one per line.
  package let canonicalRequest: String
  /// Names of the signed headers in lower case, sorted, joined by `;`.
  package let signedHeaders: String
  package let stringToSign: String
  /// HMAC-SHA256 in hexadecimal.
  package let signature: String
  /// Value of the `Authorization` header.
  package let authorization: String

  /// - Parameters:
  ///   - query: the canonical query, which is also sent (`PercentEncoding.query`).
  ///   - payloadHash: SHA-256 of the body in hexadecimal (`hash`).
  package init(
    method: String, path: String = "/", query: String, headers: [(name: String, value: String)], payloadHash: String,
    accessKeyID: String, accessKeySecret: String
  ) {
    let sorted = headers.map { (name: $0.name.lowercased(), value: $0.value) }.sorted { $0.name < $1.name }
    let block = sorted.map { "\($0.name):\($0.value.trimmingCharacters(in: .whitespaces))\n" }.joined()
    signedHeaders = sorted.map(\.name).joined(separator: ";")
    canonicalRequest = [method, path, query, block, signedHeaders, payloadHash].joined(separator: "\n")
    stringToSign = "\(Self.algorithm)\n\(Self.hash(Array(canonicalRequest.utf8)))"
    signature = SigningHash.hexadecimal(SigningHash.code(stringToSign, key: Data(accessKeySecret.utf8)))
    authorization = "\(Self.algorithm) Credential=\(accessKeyID),SignedHeaders=\(signedHeaders),Signature=\(signature)"
  }

  /// Returns the SHA-256 of a body in hexadecimal.
  package static func hash(_ body: [UInt8]) -> String { SigningHash.sha256(body) }
}
