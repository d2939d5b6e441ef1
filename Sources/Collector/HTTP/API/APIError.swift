import FlowText
import HTTPTypes

/// An error response of the API: `{"error": {"message": …, "parameter": …, "column": …}}`.
package struct APIError: Error, Equatable {
  package var status: Int
  /// One line: what, where, what to do.
  package var message: String
  /// The invalid query parameter.
  package var parameter: String?
  /// In a filter, in characters from 1.
  package var column: Int?
  /// When to retry, seconds.
  package var retryAfter: Int?

  package init(_ status: Int, _ message: String, parameter: String? = nil, column: Int? = nil, retryAfter: Int? = nil) {
    self.status = status
    self.message = message
    self.parameter = parameter
    self.column = column
    self.retryAfter = retryAfter
  }

  /// Returns the error for an invalid parameter.
  static func parameter(_ name: String, _ problem: String) -> APIError {
    APIError(400, "\(name): \(problem)", parameter: name)
  }

  var json: [UInt8] {
    var text: [UInt8] = []
    var (outer, inner) = (JSONObject(), JSONObject())
    outer.appendName("error", to: &text)
    inner.append("message", message, to: &text)
    if let parameter { inner.append("parameter", parameter, to: &text) }
    if let column { inner.append("column", UInt64(max(1, column)), to: &text) }
    inner.end(to: &text)
    outer.end(to: &text)
    text.append(UInt8(ascii: "\n"))
    return text
  }
}
