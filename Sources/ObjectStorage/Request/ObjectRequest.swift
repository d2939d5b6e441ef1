import CloudAPI
import Foundation

/// A request to an object store, before it is signed.
struct ObjectRequest: Sendable {
  enum Body: Sendable {
    case none
    case octets([UInt8])
    case file(String, Range<UInt64>)
  }

  var method: String
  /// Empty: the bucket itself.
  var key = ""
  /// In any order; an empty value is a name alone.
  var query: [String: String] = [:]
  /// Names in lower case, all signed.
  var headers: [String: String] = [:]
  var body = Body.none
  /// SHA-256 of the body; nil where the signature does not cover it.
  var payloadHash: Data?

  /// Its address and headers, signed at a moment.
  func signed(
    for location: ObjectLocation, with credentials: Credentials, at date: Date
  ) -> (url: String, headers: [String: String]) {
    switch location.service {
    case .s3:
      let signature = AmazonSignature(self, location, credentials, SignatureTime(date))
      return (Self.url(location, key, signature.query), signature.headers)
    case .oss:
      let signature = OSSSignature(self, location, credentials, SignatureTime(date))
      return (Self.url(location, key, signature.query), signature.headers)
    }
  }

  private static func url(_ location: ObjectLocation, _ key: String, _ query: String) -> String {
    location.base + location.path(key) + (query.isEmpty ? "" : "?\(query)")
  }
}

/// The moment of a signature: services refuse what is more than 15 minutes off.
struct SignatureTime: Hashable, Sendable {
  /// `20130524T000000Z`.
  let text: String
  /// `20130524`.
  var day: String { String(text.prefix(8)) }

  init(_ date: Date) {
    text = date.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
  }
}
