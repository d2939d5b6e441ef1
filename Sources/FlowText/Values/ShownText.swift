/// Texts from elsewhere (the wire, files of others) as they can be shown: the one place that says which characters are.
///
/// Control characters move the cursor and switch terminals, also DEL and those of C1 (U+0080 to U+009F, ISO/IEC 6429), and format
/// characters reorder and hide what stands around them, such as those for bidirectional text (Unicode Standard Annex #9).
package enum ShownText {
  /// Whether a character is shown as it is.
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

  /// Whether UTF-8 is of printable ASCII alone, as nearly all texts are.
  @inline(__always)
  package static func isPlain(_ octets: some Collection<UInt8>) -> Bool {
    octets.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
  }

  /// Appends UTF-8, with what is not shown as JSON escapes it: `\n`, `\u001b`. Where the text is JSON on one line, this means
  /// the same.
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

  /// Appends a character as JSON escapes it (RFC 8259 §7): of two code units of UTF-16 where it needs them.
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
