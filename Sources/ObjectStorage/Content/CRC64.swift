/// The 64-bit CRC that OSS reports for objects: the ECMA-182 polynomial, reflected, as in the XZ file format (§6).
package struct CRC64: Sendable {
  private var state = ~UInt64(0)

  package init() {}

  package var value: UInt64 { ~state }

  /// The contribution of an octet at a distance of 0 to 7 octets, 256 entries each.
  private static let table: [UInt64] = {
    var table = (0..<256).map { octet in
      (0..<8).reduce(UInt64(octet)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xc96c_5795_d787_0f42 : 0) }
    }
    for index in 256..<2048 {
      let before = table[index - 256]
      table.append(before >> 8 ^ table[Int(before & 0xff)])
    }
    return table
  }()

  /// Processes eight octets at a time.
  package mutating func update(_ octets: [UInt8]) {
    let (octets, table) = (octets.span, Self.table.span)
    var crc = state
    var offset = 0
    while offset + 8 <= octets.count {
      var word = UInt64(0)
      for place in 0..<8 { word |= UInt64(octets[offset + place]) << (place * 8) }
      word ^= crc
      crc = 0
      for place in 0..<8 { crc ^= table[(7 - place) * 256 + Int(word >> (place * 8) & 0xff)] }
      offset += 8
    }
    while offset < octets.count {
      crc = crc >> 8 ^ table[Int((crc ^ UInt64(octets[offset])) & 0xff)]
      offset += 1
    }
    state = crc
  }
}
