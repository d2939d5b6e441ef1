import FlowFilter
import NetworkBytes

/// The form of a value: its description, and conversions from and to text.
struct ValueForm<Value: Sendable>: Sendable {
  /// What is accepted, as it reads after "expected": `whole seconds from 1 to 86400 (such as 300, 300s or 5m)`.
  let expected: String
  /// Returns the value, or nil if the text has another form or is out of range.
  let parse: @Sendable (String) -> Value?
  /// Formats the value for the shipped file.
  let text: @Sendable (Value) -> String
}

extension ValueForm where Value == Bool {
  static var flag: Self {
    ValueForm(expected: "true or false") { text in
      switch text.lowercased() {
      case "true", "yes", "on": true
      case "false", "no", "off": false
      default: nil
      }
    } text: {
      String($0)
    }
  }
}

extension ValueForm where Value: FixedWidthInteger {
  static func integer(_ range: ClosedRange<Value>) -> Self {
    ValueForm(expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") {
      Quantity.integer($0).flatMap { Value(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil }
    } text: {
      String($0)
    }
  }

  /// Whole seconds in `range` that divide `divisor` if given; also 0 if `zero` describes its meaning.
  static func seconds(_ range: ClosedRange<Value>, dividing divisor: Value? = nil, zero: String? = nil) -> Self {
    func text(_ seconds: Value) -> String { Quantity.text(seconds: Int(clamping: seconds)) }
    let divides = divisor.map { " that divides \(text($0))" } ?? ""
    return ValueForm(
      expected: Self.orZero(
        zero,
        "a duration from \(text(range.lowerBound)) to \(text(range.upperBound))\(divides), such as 300, 300s, 5m, 1h or 30d"
      )
    ) { text in
      guard let value = Quantity.seconds(text).flatMap({ Value(exactly: $0) }) else { return nil }
      if value == 0, zero != nil { return 0 }
      guard range.contains(value), divisor.map({ $0 % value == 0 }) ?? true else { return nil }
      return value
    } text: {
      String($0)
    }
  }

  /// Octets in `range`; also 0 if `zero` describes its meaning.
  static func octets(_ range: ClosedRange<Value>, zero: String? = nil) -> Self {
    @Sendable func text(_ octets: Value) -> String { Quantity.text(octets: Int(clamping: octets)) }
    let bounds = "from \(text(range.lowerBound)) to \(text(range.upperBound))"
    return ValueForm(expected: Self.orZero(zero, "bytes \(bounds), such as 1500000, 256M or 64Mi")) { text in
      guard let value = Quantity.octets(text).flatMap({ Value(exactly: $0) }) else { return nil }
      return range.contains(value) || (value == 0 && zero != nil) ? value : nil
    } text: {
      text($0)
    }
  }

  private static func orZero(_ meaning: String?, _ expected: String) -> String {
    meaning.map { "0 (\($0)) or \(expected)" } ?? expected
  }
}

extension ValueForm where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  static var choice: Self {
    let names = Value.allCases.map(\.rawValue)
    let expected = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    return ValueForm(expected: expected) {
      Value(rawValue: $0.lowercased())
    } text: {
      $0.rawValue
    }
  }
}

extension ValueForm where Value == String {
  static var path: Self {
    ValueForm(expected: "a path") { text in
      text.isEmpty || text.unicodeScalars.contains { $0.properties.generalCategory == .control } ? nil : text
    } text: {
      $0
    }
  }

  /// A word without spaces, or nothing; validated where it is used.
  static func optional(_ what: String) -> Self {
    ValueForm(expected: "\(what), or nothing") { text in
      text.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? text : nil
    } text: {
      $0.isEmpty ? "\"\"" : $0
    }
  }

  /// A host name without a port.
  static var hostName: Self {
    ValueForm(expected: "a host name without a port, such as flows.example.com") { text in
      let isName = text.utf8.allSatisfy { octet in
        isNameOctet(octet) || octet == UInt8(ascii: "-") || octet == UInt8(ascii: ".")
          || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet)
      }
      return isName && (1...253).contains(text.utf8.count) ? text : nil
    } text: {
      $0
    }
  }

  /// A filter, which may span lines; parsed once all settings are known.
  static var filter: Self {
    ValueForm(expected: "a filter in nfdump's syntax, or nothing") { text in
      text.split(whereSeparator: \.isNewline).allSatisfy(isFilterLine) ? text : nil
    } text: { text in
      let escapes = [("\\", "\\\\"), ("\"", "\\\""), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n"), ("\t", "\\t")]
      return "\"\(escapes.reduce(text) { $0.replacing($1.0, with: $1.1) })\""
    }
  }

  /// Returns whether a line could belong to a filter: other characters than ASCII occur only in comments and file
  /// names.
  private static func isFilterLine(_ line: Substring) -> Bool {
    let words = line.contains("@") ? "" : line.prefix { $0 != "#" }
    return words.utf8.allSatisfy { (0x20...0x7e).contains($0) || $0 == UInt8(ascii: "\t") }
      && !line.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\t" }
  }

  /// A column name, optionally followed by `/N` or `/N/M` for prefixes.
  static var column: Self {
    ValueForm(expected: "a column of the store, such as src_addr or src_addr/24") { text in
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      let name = parts[0].utf8
      guard let first = name.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first), parts.count <= 3,
        name.allSatisfy(isNameOctet),
        parts.dropFirst().allSatisfy({ (0...128).contains(Quantity.integer(String($0)) ?? -1) })
      else { return nil }
      return text
    } text: {
      $0
    }
  }

  private static func isNameOctet(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
    default: false
    }
  }
}

extension ValueForm where Value == IPAddress {
  static var address: Self {
    ValueForm(expected: "an IP address, such as 192.0.2.1") {
      IPAddress($0)
    } text: {
      $0.description
    }
  }
}

extension ValueForm where Value == Endpoint {
  /// An address and a port, which may be 0 for a free one.
  static var openEndpoint: Self {
    ValueForm(expected: "ADDRESS:PORT, such as 127.0.0.1:9996 or [::1]:9996") {
      Endpoint($0, takesPort0: true)
    } text: {
      // An unquoted bracket would begin a list.
      $0.address.isV4 ? $0.description : "\"\($0)\""
    }
  }
}

extension ValueForm where Value == Endpoint {
  /// A valid destination of datagrams: a unicast or multicast address.
  static var target: Self {
    ValueForm(expected: "ADDRESS:PORT, such as 192.0.2.20:9995 or [2001:db8::20]:9995") { text in
      guard let endpoint = Endpoint(text) else { return nil }
      let address = endpoint.address
      // A link-local IPv6 address needs an interface.
      let isNone = address == .unspecified || address == IPAddress(v4: 0) || !address.isV4 && address.isLinkLocal
      return isNone ? nil : endpoint
    } text: {
      $0.description
    }
  }
}

extension ValueForm where Value == Network {
  static var network: Self {
    ValueForm(expected: "an IP address or a prefix, such as 192.0.2.0/24 or 2001:db8::/32") {
      Network($0)
    } text: {
      let length = $0.address.isV4 ? $0.length - 96 : $0.length
      return $0.length == 128 ? $0.address.description : "\($0.address)/\(length)"
    }
  }
}

extension ScopedEndpoint {
  /// Parses `192.0.2.1:9995`, `[2001:db8::1]:9995` or, for link-local addresses only, `[fe80::1%eth0]:9995`; nil for
  /// any other text.
  package init?(parsing text: String) {
    guard let sign = text.firstIndex(of: "%"), let end = text.lastIndex(of: "]"), sign < end else {
      guard let endpoint = Endpoint(text) else { return nil }
      self.init(endpoint)
      return
    }
    let zone = text[text.index(after: sign)..<end]
    guard let endpoint = Endpoint(String(text[..<sign] + text[end...])), !endpoint.address.isV4,
      endpoint.address.isLinkLocal, !zone.isEmpty, !zone.contains(where: { "%[]/ ".contains($0) })
    else { return nil }
    self.init(endpoint, zone: String(zone))
  }
}

extension Endpoint {
  /// Parses `192.0.2.1:9995` or `[2001:db8::1]:9995`; nil for any other text, for ports above 65535, and for port 0
  /// unless allowed.
  package init?(_ text: String, takesPort0: Bool = false) {
    guard let colon = text.lastIndex(of: ":"),
      let number = Quantity.integer(String(text[text.index(after: colon)...])), let port = UInt16(exactly: number),
      port > 0 || takesPort0
    else { return nil }
    var host = text[..<colon]
    let bracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if bracketed { host = host.dropFirst().dropLast() }
    guard let address = IPAddress(String(host)), bracketed == host.contains(":") else { return nil }
    self.init(address: address, port: port)
  }
}
