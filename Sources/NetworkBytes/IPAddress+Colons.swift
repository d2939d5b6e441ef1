extension IPAddress {
  /// Parses IPv6 text without an IPv4 tail, without allocating; returns nil for any other text.
  ///
  /// - Parameter range: position of the text in `bytes`.
  public static func colons(_ bytes: RawSpan, _ range: Range<Int>) -> IPAddress? {
    guard range.count >= 2, range.count <= 39 else { return nil }
    let colon = UInt8(ascii: ":")
    // The groups read, the last one lowest, and the number of groups before `::`.
    var groups: UInt128 = 0
    var count = 0
    var gap: Int?
    var value: UInt16 = 0
    var digits = 0
    var position = range.lowerBound
    if bytes.octet(position) == colon {
      guard bytes.octet(position &+ 1) == colon else { return nil }
      gap = 0
      position &+= 2
    }
    while position < range.upperBound {
      let octet = bytes.octet(position)
      position &+= 1
      if let digit = hexadecimal(octet) {
        value = value &<< 4 | digit
        digits &+= 1
        continue
      }
      guard octet == colon, (1...4).contains(digits), count < 8, position < range.upperBound else { return nil }
      groups = groups &<< 16 | UInt128(value)
      count &+= 1
      (value, digits) = (0, 0)
      if bytes.octet(position) == colon {
        guard gap == nil else { return nil }
        gap = count
        position &+= 1
      }
    }
    if digits > 0 {
      guard digits <= 4, count < 8 else { return nil }
      groups = groups &<< 16 | UInt128(value)
      count &+= 1
    }
    if let gap {
      guard count < 8 else { return nil }
      let behind = groups & (1 << UInt128(16 &* (count &- gap)) &- 1)
      groups = (groups >> UInt128(16 &* (count &- gap))) << UInt128(16 &* (8 &- gap)) | behind
    } else if count < 8 || digits == 0 {
      return nil
    }
    return IPAddress(high: UInt64(truncatingIfNeeded: groups >> 64), low: UInt64(truncatingIfNeeded: groups))
  }

  @inline(__always)
  static func hexadecimal(_ octet: UInt8) -> UInt16? {
    let digit = octet &- UInt8(ascii: "0")
    if digit <= 9 { return UInt16(digit) }
    // Either case.
    let letter = (octet | 0x20) &- UInt8(ascii: "a")
    return letter <= 5 ? UInt16(letter) &+ 10 : nil
  }
}
