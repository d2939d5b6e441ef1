import HTTPTypes
import Hummingbird
import NIOCore

/// A response before it is sent: status, headers and body.
struct HTTPAnswer: Sendable {
  var status: HTTPResponse.Status
  var headers: HTTPFields
  var body: ByteBuffer

  /// - Parameter type: content type.
  init(_ status: HTTPResponse.Status = .ok, type: String, _ body: ByteBuffer) {
    self.status = status
    self.body = body
    headers = [.contentType: type, .cacheControl: "no-store"]
  }

  init(_ error: APIError) {
    self.init(HTTPResponse.Status(code: error.status), type: Self.json, ByteBuffer(bytes: error.json))
    if let seconds = error.retryAfter { headers[.retryAfter] = String(seconds) }
    if error.status == 401 { headers[.wwwAuthenticate] = "Bearer" }
    if error.status == 405 { headers[.allow] = "GET, HEAD" }
  }

  static let json = "application/json"
  static let text = "text/plain; charset=utf-8"

  /// Returns a file for download.
  static func csv(_ body: ByteBuffer, name: String) -> HTTPAnswer {
    var answer = HTTPAnswer(type: "text/csv; charset=utf-8; header=present", body)
    answer.headers[.contentDisposition] = "attachment; filename=\"\(name)\""
    return answer
  }

  var response: Response { Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body)) }
}
