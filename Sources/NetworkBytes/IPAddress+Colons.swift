extension IPAddress {
  /// Parses IPv6 text without an IPv4 tail, without allocating; returns nil for any other text. Optimized for many texts: a group is
  /// read at once, so that its digits need no branches.
  ///
  /// - Parameter range: position of the text in `bytes`; `textSlack` more octets, of any value, must follow it.
  public static func colons(_ bytes: RawSpan, _ range: Range<Int>) -> IPAddress? {
    guard range.count >= 2, range.count <= 39 else { return nil }
    let (colon, end) = (UInt8(ascii: ":"), range.upperBound)
    // The groups read, the last one lowest, and the number of groups before `::`.
    var (high, low) = (UInt64(0), UInt64(0))
    var count = 0
    var gap: Int?
    var faults: UInt32 = 0
    var position = range.lowerBound
    if bytes.octet(position) == colon {
      guard bytes.octet(position &+ 1) == colon else { return nil }
      gap = 0
      position &+= 2
    }
    while position < end {
      let length = min(colonPlace(bytes.le64(position)), end &- position)
      guard length >= 1, length <= 4, count < 8 else { return nil }
      let group = hexadecimal(bytes.be32(position), length, &faults)
      (high, low) = (high &<< 16 | low &>> 48, low &<< 16 | UInt64(group))
      count &+= 1
      position &+= length
      if position == end { break }
      // Behind a colon there is another group, or a second colon.
      position &+= 1
      guard position < end else { return nil }
      if bytes.octet(position) == colon {
        guard gap == nil else { return nil }
        gap = count
        position &+= 1
      }
    }
    guard faults == 0, gap == nil ? count == 8 : count < 8 else { return nil }
    guard let gap else { return IPAddress(high: high, low: low) }
    let groups = UInt128(high) << 64 | UInt128(low)
    let behind = groups & (1 << UInt128(16 &* (count &- gap)) &- 1)
    let whole = (groups >> UInt128(16 &* (count &- gap))) << UInt128(16 &* (8 &- gap)) | behind
    return IPAddress(high: UInt64(truncatingIfNeeded: whole >> 64), low: UInt64(truncatingIfNeeded: whole))
  }

  /// The place of the first octet of a word, from the lowest on, that is a colon; 8 if none is.
  @inline(__always)
  private static func colonPlace(_ word: UInt64) -> Int {
    let difference = word ^ 0x3a3a_3a3a_3a3a_3a3a
    return ((difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080).trailingZeroBitCount &>> 3
  }

  /// Returns the number spelled by the first `length` octets, 1 to 4, of a word; sets bits of `faults` if they spell none.
  @inline(__always)
  private static func hexadecimal(_ word: UInt32, _ length: Int, _ faults: inout UInt32) -> UInt16 {
    // The last digit in the lowest octet, and the digit 0 above the first.
    let bits = UInt64(truncatingIfNeeded: 8 &* length)
    let digits = UInt32(truncatingIfNeeded: UInt64(word) &>> (32 &- bits) | 0x3030_3030 &<< bits)
    // Letters have this bit, and are nine more than their low four bits say.
    let letters = digits &>> 6 & 0x0101_0101
    let values = digits & 0x0f0f_0f0f &+ letters &* 9
    // What these are spelled by, and what was there in lower case.
    let tens = (values &+ 0x7676_7676) &>> 7 & 0x0101_0101
    let spelled = values &+ 0x3030_3030 &+ tens &* 0x27
    faults |= spelled ^ (digits | 0x2020_2020) | values & 0xf0f0_f0f0 | digits & 0x8080_8080
    // A digit has this bit in any case: only letters can be in upper case.
    faults |= ~(digits | digits &>> 1) & 0x2020_2020
    let pairs = (values | values &>> 4) & 0x00ff_00ff
    return UInt16(truncatingIfNeeded: pairs | pairs &>> 8)
  }

  static func hexadecimal(_ octet: UInt8) -> UInt16? {
    let digit = octet &- UInt8(ascii: "0")
    if digit <= 9 { return UInt16(digit) }
    // Either case.
    let letter = (octet | 0x20) &- UInt8(ascii: "a")
    return letter <= 5 ? UInt16(letter) &+ 10 : nil
  }
}
