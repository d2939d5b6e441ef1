/// CRC-32 as in gzip and PNG (polynomial 0x04C11DB7, reflected), which Parquet's pages carry.
///
/// Slicing by 16: sixteen tables let sixteen octets be folded in at once, with loads that do not wait for each other.
package struct CRC32: Sendable {
  /// Table k has the CRC of an octet followed by k zero octets.
  private let tables: [UInt32]

  private static let width = 16

  package init() {
    var tables = [UInt32](repeating: 0, count: 256 * Self.width)
    for octet in 0..<256 {
      var remainder = UInt32(octet)
      for _ in 0..<8 { remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0xEDB8_8320 }
      tables[octet] = remainder
    }
    for index in 256..<tables.count {
      let shorter = tables[index - 256]
      tables[index] = shorter >> 8 ^ tables[Int(shorter & 0xFF)]
    }
    self.tables = tables
  }

  /// The CRC of `bytes`.
  package func checksum(_ bytes: Span<UInt8>) -> UInt32 {
    let tables = tables.span
    let words = bytes.loads
    var remainder: UInt32 = 0xFFFF_FFFF
    var position = 0
    while position &+ Self.width <= bytes.count {
      let head = remainder ^ words.littleEndian32(at: position)
      remainder =
        fold(tables, head, from: 12) ^ fold(tables, words.littleEndian32(at: position &+ 4), from: 8)
        ^ fold(tables, words.littleEndian32(at: position &+ 8), from: 4)
        ^ fold(tables, words.littleEndian32(at: position &+ 12), from: 0)
      position &+= Self.width
    }
    while position < bytes.count {
      remainder = remainder &>> 8 ^ tables[Int((remainder ^ UInt32(bytes[position])) & 0xFF)]
      position &+= 1
    }
    return ~remainder
  }

  /// Four octets that `table` and more octets follow: the last of them has `table` behind it, the first `table` + 3.
  @inline(__always)
  private func fold(_ tables: Span<UInt32>, _ word: UInt32, from table: Int) -> UInt32 {
    let first = table &* 256
    return tables[first &+ 768 &+ Int(word & 0xFF)] ^ tables[first &+ 512 &+ Int(word &>> 8 & 0xFF)]
      ^ tables[first &+ 256 &+ Int(word &>> 16 & 0xFF)] ^ tables[first &+ Int(word &>> 24)]
  }
}
