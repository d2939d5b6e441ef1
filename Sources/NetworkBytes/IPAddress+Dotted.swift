extension IPAddress {
  /// Octets after a text of either family that are read along with it.
  public static let textSlack = 16

  /// Parses dotted decimal, leading zeros allowed; returns nil for any other text. Optimized for many texts: all dots
  /// are found at once, so that the numbers do not depend on one another, and their lengths need no branches.
  ///
  /// - Parameter range: position of the text in `bytes`; `textSlack` more octets, of any value, must follow it.
  @inlinable @inline(__always)
  public static func dotted(_ bytes: RawSpan, _ range: Range<Int>) -> UInt32? {
    if range.count < 7 || range.count > 15 { return nil }
    let start = range.lowerBound
    var dots = dots(bytes.be64(start).byteSwapped) | dots(bytes.be64(start &+ 8).byteSwapped) &<< 8
    let first = dots.trailingZeroBitCount
    dots &= dots &- 1
    let second = dots.trailingZeroBitCount
    dots &= dots &- 1
    let third = dots.trailingZeroBitCount
    guard third < range.count else { return nil }
    var faults: UInt32 = 0
    let a = number(bytes.be32(start), first, &faults)
    let b = number(bytes.be32(start &+ first &+ 1), second &- first &- 1, &faults)
    let c = number(bytes.be32(start &+ second &+ 1), third &- second &- 1, &faults)
    let d = number(bytes.be32(start &+ third &+ 1), range.count &- third &- 1, &faults)
    return faults == 0 ? a &<< 24 | b &<< 16 | c &<< 8 | d : nil
  }

  /// Returns a bit per octet of a word that is a dot, the lowest first; after a dot, a slash may give a false positive.
  @inlinable @inline(__always)
  static func dots(_ word: UInt64) -> UInt64 {
    let difference = word ^ 0x2e2e_2e2e_2e2e_2e2e
    let found = (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
    return (found &>> 7 &* 0x0102_0408_1020_4080) &>> 56
  }

  /// Returns the number spelled by the first `length` octets of a word; sets bits of `faults` if they spell none, or
  /// one above 255.
  @inlinable @inline(__always)
  static func number(_ word: UInt32, _ length: Int, _ faults: inout UInt32) -> UInt32 {
    let length = UInt32(truncatingIfNeeded: length)
    // 1 to 3.
    faults |= (length &- 1) & ~3 | length & 4
    // Aligns the last digit to the lowest octet, with zeros above the first.
    let shift = 32 &- 8 &* length
    let digits = word &>> shift ^ 0x3030_3030 &>> shift
    faults |= (digits &+ 0x7676_7676 | digits) & 0x8080_8080
    let value = digits & 0xff &+ (digits &>> 8 & 0xff) &* 10 &+ (digits &>> 16) &* 100
    faults |= value & ~0xff
    return value & 0xff
  }
}
