package import Shipping

/// An error response.
package struct ServerRefusal: Sendable {
  package var httpStatus: Int
  /// ClickHouse's error code; nil if something else responded, such as a proxy.
  package var code: Int?
  /// The first line of the response, safe for a terminal.
  package var text: String

  /// - Parameter body: the beginning of the body.
  package init(httpStatus: Int, codeHeader: String?, body: String) {
    self.httpStatus = httpStatus
    code = codeHeader.flatMap { Int($0) } ?? Self.code(in: body)
    text = Self.firstLine(body)
  }

  /// Maximum characters shown.
  private static let longestText = 300

  /// Servers before 20.x send the code only in the text: `Code: 73, e.displayText() = …`.
  private static func code(in body: String) -> Int? {
    guard let start = body.firstRange(of: "Code: ") else { return nil }
    return Int(body[start.upperBound...].prefix { $0.isASCII && $0.isNumber })
  }

  package static func firstLine(_ body: String) -> String {
    let line = body.drop { $0.isWhitespace }.prefix { !$0.isNewline }
    let shown = line.unicodeScalars.prefix(longestText).map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: "?"
      default: String(scalar)
      }
    }
    return shown.joined() + (line.unicodeScalars.count > longestText ? "…" : "")
  }

  /// - Parameter place: the server.
  package func failure(at place: String) -> ShippingFailure {
    let meaning = meaning
    let text = text.isEmpty ? "" : ": \(text)"
    // The text may contain numbers that differ each time, such as octets of memory.
    return ShippingFailure(
      meaning.remedy, "\(place): HTTP \(httpStatus)\(text); \(meaning.advice)",
      kind: "\(place): \(code.map { "code \($0)" } ?? "HTTP \(httpStatus)")")
  }

  private var meaning: (remedy: ShippingFailure.Remedy, advice: String) {
    if let code {
      // Unknown errors are retried: nothing is lost, and the error is visible.
      return ExceptionCode.meaning(code) ?? (.retry, "unknown error; see the server's log")
    }
    switch httpStatus {
    case 401, 403, 407: return (.wait, "check user and password, and any proxy in between")
    case 413:
      return (.wait, "a proxy in between forbids bodies of this size; raise its limit above store.maximumFileSize")
    case 408, 425, 429, 500...: return (.retry, "a busy or stopping server or proxy")
    case 300..<400: return (.wait, "use the address that it points to")
    default: return (.wait, "not an answer of ClickHouse; check the URL")
    }
  }
}
