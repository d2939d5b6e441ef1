import CloudAPI
import Foundation

/// The signature scheme of S3 and OSS: a key derived from the secret for a scope, which is a day, a region and a
/// service.
struct ScopedSignature {
  /// Service-specific constants.
  struct Scheme {
    let algorithm: String
    /// Prepended to the secret.
    let keyPrefix: String
    let service: String
    /// End of the scope.
    let terminator: String
  }

  let scope: String
  let stringToSign: String
  let signature: String

  init(
    _ scheme: Scheme, of canonicalRequest: String, in region: String, _ credentials: Credentials, _ time: SignatureTime
  ) {
    let parts = [region, scheme.service, scheme.terminator]
    scope = ([time.day] + parts).joined(separator: "/")
    stringToSign = [scheme.algorithm, time.text, scope, SigningHash.sha256(Array(canonicalRequest.utf8))]
      .joined(separator: "\n")
    let key = parts.reduce(
      SigningHash.code(time.day, key: Data("\(scheme.keyPrefix)\(credentials.accessKeySecret)".utf8))
    ) { SigningHash.code($1, key: $0) }
    signature = SigningHash.hexadecimal(SigningHash.code(stringToSign, key: key))
  }
}
