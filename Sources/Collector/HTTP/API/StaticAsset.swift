import HTTPTypes
import NIOCore

/// A file of the page, which the program has in it.
package struct StaticAsset: Sendable {
  package var contentType: String
  package var octets: [UInt8]
  /// In quotes, as `ETag` has it: another for other octets.
  package var etag: String

  package init(contentType: String, octets: [UInt8], etag: String) {
    self.contentType = contentType
    self.octets = octets
    self.etag = etag
  }

  /// The answer for a client that may have it already.
  ///
  /// - Parameter known: `If-None-Match` of the request.
  func answer(known: String?) -> HTTPAnswer {
    let isKnown = known?.split(separator: ",").contains { tag in
      let tag = tag.drop { $0 == " " }
      return tag == "*" || tag.trimmingPrefix("W/").trimmingSuffix(" ") == etag
    }
    var answer =
      isKnown == true
      ? HTTPAnswer(.notModified, type: contentType, ByteBuffer())
      : HTTPAnswer(type: contentType, ByteBuffer(bytes: octets))
    answer.headers[.eTag] = etag
    // It is asked for again each time, and then known: a new program has a new page.
    answer.headers[.cacheControl] = "no-cache"
    return answer
  }
}

extension Substring {
  fileprivate func trimmingSuffix(_ suffix: Character) -> Substring {
    var rest = self
    while rest.last == suffix { rest.removeLast() }
    return rest
  }
}
