extension IPAddress {
  /// Octets behind a text that are read with it.
  public static let dottedSlack = 16

  /// Reads dotted decimal, with zeros before a number too; nil if the text is anything else. For many texts in a row: the
  /// dots are found at once, so that the numbers do not wait for one another, and their lengths cost no branches.
  ///
  /// - Parameter range: where the text stands in `bytes`; `dottedSlack` octets more must follow it, whatever they are.
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

  /// A bit for each octet of a word that is a dot, the lowest first; after one, a slash may be taken for another.
  @inlinable @inline(__always)
  static func dots(_ word: UInt64) -> UInt64 {
    let difference = word ^ 0x2e2e_2e2e_2e2e_2e2e
    let found = (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
    return (found &>> 7 &* 0x0102_0408_1020_4080) &>> 56
  }

  /// The number that the first `length` octets of a word spell; `faults` is no longer 0 if that is none, or above 255.
  @inlinable @inline(__always)
  static func number(_ word: UInt32, _ length: Int, _ faults: inout UInt32) -> UInt32 {
    let length = UInt32(truncatingIfNeeded: length)
    // 1 to 3.
    faults |= (length &- 1) & ~3 | length & 4
    // The last digit comes to stand lowest, with zeros above the first.
    let shift = 32 &- 8 &* length
    let digits = word &>> shift ^ 0x3030_3030 &>> shift
    faults |= (digits &+ 0x7676_7676 | digits) & 0x8080_8080
    let value = digits & 0xff &+ (digits &>> 8 & 0xff) &* 10 &+ (digits &>> 16) &* 100
    faults |= value & ~0xff
    return value & 0xff
  }
}
