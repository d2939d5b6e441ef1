import Crypto
package import Foundation

/// Primitives of signatures: SHA-256, HMAC-SHA256, lower-case hexadecimal digits.
package enum SigningHash {
  /// Returns SHA-256 in hexadecimal.
  package static func sha256(_ octets: [UInt8]) -> String { hexadecimal(SHA256.hash(data: octets)) }

  /// Returns HMAC-SHA256 of a text.
  package static func code(_ text: String, key: Data) -> Data {
    Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: key)))
  }

  package static func hexadecimal(_ octets: some Sequence<UInt8>) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
