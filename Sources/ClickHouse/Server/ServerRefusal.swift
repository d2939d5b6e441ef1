package import Shipping

/// An answer that is not a success.
package struct ServerRefusal: Sendable {
  package var httpStatus: Int
  /// Of ClickHouse; nil: somebody else answered, such as a proxy.
  package var code: Int?
  /// The first line of the answer, fit for a terminal.
  package var text: String

  /// - Parameter body: the beginning of it.
  package init(httpStatus: Int, codeHeader: String?, body: String) {
    self.httpStatus = httpStatus
    code = codeHeader.flatMap { Int($0) } ?? Self.code(in: body)
    text = Self.firstLine(body)
  }

  /// Longest text that is shown, characters.
  private static let longestText = 300

  /// Servers before 20.x have the code in the text alone: `Code: 73, e.displayText() = …`.
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

  /// - Parameter place: which server.
  package func failure(at place: String) -> ShippingFailure {
    let meaning = meaning
    let text = text.isEmpty ? "" : ": \(text)"
    // Its text may have numbers that differ each time, such as octets of memory.
    return ShippingFailure(
      meaning.remedy, "\(place): HTTP \(httpStatus)\(text); \(meaning.advice)",
      kind: "\(place): \(code.map { "code \($0)" } ?? "HTTP \(httpStatus)")")
  }

  private var meaning: (remedy: ShippingFailure.Remedy, advice: String) {
    if let code {
      // What nobody knows is tried again: nothing is lost by that, and it is seen.
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
