import HTTPTypes
import NIOCore

/// A file of the web page, embedded in the program.
package struct StaticAsset: Sendable {
  package var contentType: String
  package var octets: [UInt8]
  /// In quotes, as in `ETag`; changes with the content.
  package var etag: String

  package init(contentType: String, octets: [UInt8], etag: String) {
    self.contentType = contentType
    self.octets = octets
    self.etag = etag
  }

  /// Returns the response to a client that may have a cached copy.
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
    // Revalidated each time, because a new version of the program has a new page.
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
