import CloudAPI
import Foundation

/// How S3 and OSS sign a canonical request: with a key that is derived from the secret for a day, a region and a service, its scope.
struct ScopedSignature {
  /// What a service calls the parts.
  struct Scheme {
    let algorithm: String
    /// In front of the secret.
    let keyPrefix: String
    let service: String
    /// The end of the scope.
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
