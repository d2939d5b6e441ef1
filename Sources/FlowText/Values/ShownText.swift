/// Makes foreign texts (from the wire or files) safe to display; the only place that decides which characters are
/// shown.
///
/// Excludes control characters, which move the cursor and switch terminals, including DEL and C1 (U+0080 to U+009F,
/// ISO/IEC 6429), and format characters, which reorder or hide adjacent text, such as bidirectional ones (Unicode
/// Standard Annex #9).
package enum ShownText {
  /// Returns whether a character is shown unchanged.
  package static func isShown(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7e, 0xa0...0xac, 0xae...0x5ff, 0x2e80...0xfefe: return true
    case 0...0x9f: return false
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return false
    default: return true
    }
  }

  /// Returns whether text is printable ASCII, as nearly all texts are.
  @inline(__always)
  package static func isPlain(_ octets: some Collection<UInt8>) -> Bool {
    octets.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
  }

  /// Appends UTF-8 text with excluded characters as JSON escapes: `\n`, `\u001b`. For JSON on one line, the meaning is
  /// unchanged.
  package static func append(_ octets: some Collection<UInt8>, to text: inout [UInt8]) {
    if isPlain(octets) { return text.append(contentsOf: octets) }
    for scalar in String(decoding: octets, as: UTF8.self).unicodeScalars {
      if isShown(scalar) {
        text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      } else {
        appendEscape(scalar, to: &text)
      }
    }
  }

  package static func escaped(_ string: String) -> String {
    if isPlain(string.utf8) { return string }
    var text: [UInt8] = []
    append(string.utf8, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends a character as a JSON escape (RFC 8259 §7), as a surrogate pair if necessary.
  static func appendEscape(_ scalar: Unicode.Scalar, to text: inout [UInt8]) {
    switch scalar {
    case "\n": text += "\\n".utf8
    case "\r": text += "\\r".utf8
    case "\t": text += "\\t".utf8
    default:
      for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
        text += "\\u".utf8
        JSONText.appendHex(UInt64(unit), count: 4, to: &text)
      }
    }
  }
}
