/// Validates JSON: foreign files may contain any text where sagflow writes an object.
package struct JSONScan {
  private enum Expected {
    case value, valueOrEnd, key, keyOrEnd, colon, separator
  }

  private let text: ArraySlice<UInt8>
  private var place: Int
  /// Open containers; true for objects.
  private var open: [Bool] = []

  private init(_ text: ArraySlice<UInt8>) {
    self.text = text
    place = text.startIndex
  }

  /// Returns whether UTF-8 text is a JSON object (RFC 8259) on one line.
  package static func isObject(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.first == UInt8(ascii: "{"), String(validating: text, as: UTF8.self) != nil else { return false }
    var scan = JSONScan(text)
    return scan.readsObject()
  }

  private mutating func readsObject() -> Bool {
    var expected = Expected.value
    while let octet = next() {
      switch (octet, expected) {
      case (UInt8(ascii: " "), _): continue
      case (UInt8(ascii: "{"), .value), (UInt8(ascii: "{"), .valueOrEnd):
        open.append(true)
        expected = .keyOrEnd
      case (UInt8(ascii: "["), .value), (UInt8(ascii: "["), .valueOrEnd):
        open.append(false)
        expected = .valueOrEnd
      case (UInt8(ascii: "}"), .keyOrEnd), (UInt8(ascii: "]"), .valueOrEnd): open.removeLast()
      case (UInt8(ascii: "}"), .separator), (UInt8(ascii: "]"), .separator):
        if open.removeLast() != (octet == UInt8(ascii: "}")) { return false }
      case (UInt8(ascii: ","), .separator): expected = open.last == true ? .key : .value
      case (UInt8(ascii: ":"), .colon): expected = .value
      case (UInt8(ascii: "\""), .key), (UInt8(ascii: "\""), .keyOrEnd):
        guard readsString() else { return false }
        expected = .colon
      case (_, .value), (_, .valueOrEnd):
        guard octet == UInt8(ascii: "\"") ? readsString() : readsLiteral(octet) else { return false }
        expected = .separator
      case (_, .key), (_, .keyOrEnd), (_, .colon), (_, .separator): return false
      }
      if octet == UInt8(ascii: "}") || octet == UInt8(ascii: "]") {
        expected = .separator
        if open.isEmpty { return text[place...].allSatisfy { $0 == UInt8(ascii: " ") } }
      }
    }
    return false
  }

  private mutating func next() -> UInt8? {
    guard place < text.endIndex else { return nil }
    defer { place += 1 }
    return text[place]
  }

  /// Reads the rest of a string.
  private mutating func readsString() -> Bool {
    while let octet = next() {
      switch octet {
      case UInt8(ascii: "\""): return true
      case UInt8(ascii: "\\"):
        guard let escape = next() else { return false }
        if escape == UInt8(ascii: "u") {
          for _ in 0..<4 { guard let digit = next(), Self.isHex(digit) else { return false } }
        } else if !Self.escapes.contains(escape) {
          return false
        }
      case 0..<0x20: return false
      default: break
      }
    }
    return false
  }

  private static let escapes: [UInt8] = Array("\"\\/bfnrt".utf8)

  private static func isHex(_ octet: UInt8) -> Bool {
    isDigit(octet) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(octet | 0x20)
  }

  private static func isDigit(_ octet: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) }

  /// Reads the rest of a number, `true`, `false` or `null`.
  private mutating func readsLiteral(_ first: UInt8) -> Bool {
    switch first {
    case UInt8(ascii: "t"): return takes("rue")
    case UInt8(ascii: "f"): return takes("alse")
    case UInt8(ascii: "n"): return takes("ull")
    default: break
    }
    var digit: UInt8? = first
    if first == UInt8(ascii: "-") { digit = next() }
    guard let digit, Self.isDigit(digit) else { return false }
    if digit != UInt8(ascii: "0") { _ = skipDigits() }
    if peek == UInt8(ascii: ".") {
      place += 1
      guard skipDigits() > 0 else { return false }
    }
    guard let mark = peek, mark | 0x20 == UInt8(ascii: "e") else { return true }
    place += 1
    if let sign = peek, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { place += 1 }
    return skipDigits() > 0
  }

  private var peek: UInt8? { place < text.endIndex ? text[place] : nil }

  private mutating func skipDigits() -> Int {
    let start = place
    while let octet = peek, Self.isDigit(octet) { place += 1 }
    return place - start
  }

  private mutating func takes(_ rest: StaticString) -> Bool {
    let rest = rest.description.utf8
    guard text[place...].starts(with: rest) else { return false }
    place += rest.count
    return true
  }
}
