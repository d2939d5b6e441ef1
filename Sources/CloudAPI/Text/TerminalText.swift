/// Texts of others, made fit for a terminal: the service's values are not clean, and control characters can do harm.
public enum TerminalText {
  /// The text on one line, its control and format characters as `\n`, `\r`, `\t` or `\u{…}`.
  public static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      default: isSafe(scalar) ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
      }
    }.joined()
  }

  private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
