extension IPAddress: CustomStringConvertible, LosslessStringConvertible {
  /// Dotted decimal for IPv4, RFC 5952 for IPv6.
  public var description: String {
    String(decoding: utf8, as: UTF8.self)
  }

  /// The text of `description` as UTF-8.
  public var utf8: [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(39)
    appendText(to: &text)
    return text
  }

  /// Appends the text of `description`.
  public func appendText(to text: inout [UInt8]) {
    text.append(addingCapacity: Self.longestText) { appendText(to: &$0) }
  }

  /// Octets of the longest text.
  public static var longestText: Int { 39 }

  /// Appends the text of `description` where there is room for `longestText` octets.
  public func appendText(to text: inout OutputSpan<UInt8>) {
    if isV4 { Self.appendDotted(v4, to: &text) } else { appendColons(to: &text) }
  }

  private static func appendDotted(_ address: UInt32, to text: inout OutputSpan<UInt8>) {
    for shift in stride(from: 24, through: 0, by: -8) {
      appendDecimal(UInt8(truncatingIfNeeded: address >> UInt32(shift)), to: &text)
      if shift > 0 { text.append(UInt8(ascii: ".")) }
    }
  }

  private static func appendDecimal(_ value: UInt8, to text: inout OutputSpan<UInt8>) {
    if value >= 100 { text.append(UInt8(ascii: "0") + value / 100) }
    if value >= 10 { text.append(UInt8(ascii: "0") + value / 10 % 10) }
    text.append(UInt8(ascii: "0") + value % 10)
  }

  private func group(_ index: Int) -> UInt16 {
    let word = index < 4 ? high : low
    return UInt16(truncatingIfNeeded: word >> UInt64(48 - 16 * (index & 3)))
  }

  private func appendColons(to text: inout OutputSpan<UInt8>) {
    let zeros = longestZeroRun()
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound, !zeros.isEmpty {
        text.append(UInt8(ascii: ":"))
        text.append(UInt8(ascii: ":"))
        index = zeros.upperBound
        continue
      }
      if index > 0, index != zeros.upperBound || zeros.isEmpty { text.append(UInt8(ascii: ":")) }
      Self.appendHex(group(index), to: &text)
      index += 1
    }
  }

  /// The first of the longest runs of two or more zero groups (RFC 5952 §4.2); empty if there is none.
  private func longestZeroRun() -> Range<Int> {
    var best = 0..<0
    var begin: Int?
    for index in 0...8 {
      if index < 8, group(index) == 0 {
        begin = begin ?? index
      } else if let first = begin {
        if index - first > max(best.count, 1) { best = first..<index }
        begin = nil
      }
    }
    return best
  }

  private static func appendHex(_ value: UInt16, to text: inout OutputSpan<UInt8>) {
    var shift = value >= 0x1000 ? 12 : value >= 0x100 ? 8 : value >= 0x10 ? 4 : 0
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: value >> UInt16(shift)) & 15
      text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      shift -= 4
    }
  }
}

extension IPAddress: Codable {
  /// Encoded as its text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let address = IPAddress(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not an address")
    }
    self = address
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension IPAddress {
  /// Parses dotted decimal or IPv6 text (RFC 4291 §2.2, including an embedded IPv4 tail); returns nil for any other
  /// text.
  public init?(_ text: String) {
    let utf8 = Array(text.utf8)
    if utf8.contains(UInt8(ascii: ":")) {
      guard let address = Self.parseColons(utf8[...]) else { return nil }
      self = address
    } else {
      guard let v4 = Self.parseDotted(utf8[...]) else { return nil }
      self.init(v4: v4)
    }
  }

  private static func parseDotted(_ text: ArraySlice<UInt8>) -> UInt32? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
      var value: UInt32 = 0
      for digit in part {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        value = value * 10 + UInt32(digit - UInt8(ascii: "0"))
      }
      guard value < 256 else { return nil }
      address = address << 8 | value
    }
    return address
  }

  private static func parseColons(_ text: ArraySlice<UInt8>) -> IPAddress? {
    let colon = UInt8(ascii: ":")
    let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
    guard let gap else {
      guard let groups = parseGroups(text), groups.count == 8 else { return nil }
      return IPAddress(groups: groups)
    }
    guard let front = parseGroups(text[..<gap]), let back = parseGroups(text[(gap + 2)...]),
      front.count + back.count < 8
    else { return nil }
    return IPAddress(groups: front + Array(repeating: 0, count: 8 - front.count - back.count) + back)
  }

  private static func parseGroups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
    if text.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
        guard let v4 = parseDotted(part) else { return nil }
        groups += [UInt16(truncatingIfNeeded: v4 >> 16), UInt16(truncatingIfNeeded: v4)]
      } else {
        // `UInt16.init` would accept a sign.
        guard (1...4).contains(part.count), part.allSatisfy({ hexadecimal($0) != nil }),
          let value = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
        else { return nil }
        groups.append(value)
      }
    }
    return groups.count <= 8 ? groups : nil
  }

  private init(groups: [UInt16]) {
    high = groups[0..<4].reduce(0) { $0 << 16 | UInt64($1) }
    low = groups[4..<8].reduce(0) { $0 << 16 | UInt64($1) }
  }
}
