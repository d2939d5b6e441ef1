package import CloudAPI
package import Foundation

/// A request to an object store, before signing.
package struct ObjectRequest: Sendable {
  package enum Body: Sendable {
    case none
    case octets([UInt8])
    case file(String, Range<UInt64>)
  }

  package var method: String
  /// Empty for the bucket itself.
  package var key: String
  /// In any order; an empty value gives the name alone.
  package var query: [String: String]
  /// Names in lower case; all are signed.
  package var headers: [String: String]
  package var body: Body
  /// SHA-256 of the body; nil if the signature does not cover it.
  package var payloadHash: Data?

  package init(
    method: String, key: String = "", query: [String: String] = [:], headers: [String: String] = [:],
    body: Body = .none, payloadHash: Data? = nil
  ) {
    (self.method, self.key, self.query, self.headers) = (method, key, query, headers)
    (self.body, self.payloadHash) = (body, payloadHash)
  }

  /// Returns the URL and headers, signed for a time.
  package func signed(
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

/// The time of a signature; services refuse those more than 15 minutes off.
package struct SignatureTime: Hashable, Sendable {
  /// `20130524T000000Z`.
  package let text: String
  /// `20130524`.
  package var day: String { String(text.prefix(8)) }

  package init(_ date: Date) {
    text = date.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
  }
}
