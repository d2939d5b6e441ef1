/// Unsigned LEB128 in borrowed memory: seven bits per octet, least significant first.
enum Varint {
  /// Maximum number of octets for a 64-bit number.
  static let maximumLength = 10

  /// Stores `value` at `offset` and returns the offset after it.
  @inline(__always)
  static func store(_ value: UInt64, into out: inout MutableRawSpan, at offset: Int) -> Int {
    var rest = value
    var position = offset
    while rest >= 0x80 {
      out.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: position, as: UInt8.self)
      rest &>>= 7
      position &+= 1
    }
    out.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: position, as: UInt8.self)
    return position &+ 1
  }
}
