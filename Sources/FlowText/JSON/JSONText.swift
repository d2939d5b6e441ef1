/// Appends pieces of JSON (RFC 8259) to a UTF-8 buffer.
package enum JSONText {
  /// Appends a quoted string. Escapes quotes, backslashes, and what `ShownText` does not show: control and format
  /// characters, and U+2028 and U+2029, which some readers take for line endings.
  package static func append(_ string: String, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    let text = string.utf8
    if text.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
      json.append(contentsOf: text)
    } else {
      for scalar in string.unicodeScalars { appendEscaped(scalar, to: &json) }
    }
    json.append(UInt8(ascii: "\""))
  }

  private static func appendEscaped(_ scalar: Unicode.Scalar, to json: inout [UInt8]) {
    switch scalar {
    case "\"": json.append(contentsOf: #"\""#.utf8)
    case "\\": json.append(contentsOf: #"\\"#.utf8)
    case _ where !ShownText.isShown(scalar): ShownText.appendEscape(scalar, to: &json)
    default: json.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }

  package static func append(_ value: UInt64, to json: inout [UInt8]) {
    var digits: InlineArray<20, UInt8> = .init(repeating: 0)
    var first = 20
    var rest = value
    repeat {
      first -= 1
      digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    for index in first..<20 { json.append(digits[index]) }
  }

  package static func append(_ value: Int64, to json: inout [UInt8]) {
    if value < 0 { json.append(UInt8(ascii: "-")) }
    append(value.magnitude, to: &json)
  }

  /// Appends the last `count` decimal digits, zero-padded.
  package static func appendDigits(_ value: UInt64, count: Int, to json: inout [UInt8]) {
    var power: UInt64 = 1
    for _ in 1..<max(count, 1) { power &*= 10 }
    while power > 0 {
      json.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / power % 10))
      power /= 10
    }
  }

  /// Appends the last `count` hexadecimal digits, lower case.
  package static func appendHex(_ value: UInt64, count: Int, to json: inout [UInt8]) {
    for index in stride(from: count - 1, through: 0, by: -1) {
      let digit = UInt8(truncatingIfNeeded: value &>> UInt64(4 * index)) & 15
      json.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
    }
  }

  /// Appends a member's name with quotes and colon; `name` must need no escape.
  package static func appendKey(_ name: String, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    json.append(contentsOf: name.utf8)
    json.append(UInt8(ascii: "\""))
    json.append(UInt8(ascii: ":"))
  }

  package static func appendNull(to json: inout [UInt8]) { json.append(contentsOf: "null".utf8) }

  package static func appendArray<Element>(
    _ elements: [Element], to json: inout [UInt8], _ append: (Element, inout [UInt8]) -> Void
  ) {
    json.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      append(element, &json)
    }
    json.append(UInt8(ascii: "]"))
  }
}
