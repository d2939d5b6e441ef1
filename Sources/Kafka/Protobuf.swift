import NetworkBytes

/// Appends protocol buffer fields (proto3). Values that are 0 or empty are omitted, as proto3 specifies.
enum Protobuf {
  @inline(__always)
  static func appendVarint(_ value: UInt64, to octets: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    octets.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Returns the octets of a varint.
  @inline(__always)
  static func varintLength(_ value: UInt64) -> Int { max(1, (70 - value.leadingZeroBitCount) / 7) }

  private static func appendTag(_ field: UInt32, wireType: UInt64, to octets: inout [UInt8]) {
    appendVarint(UInt64(field) << 3 | wireType, to: &octets)
  }

  static func append(_ field: UInt32, _ value: UInt64, to octets: inout [UInt8]) {
    if value == 0 { return }
    appendTag(field, wireType: 0, to: &octets)
    appendVarint(value, to: &octets)
  }

  static func append(_ field: UInt32, octets value: some Collection<UInt8>, to octets: inout [UInt8]) {
    if value.isEmpty { return }
    appendTag(field, wireType: 2, to: &octets)
    appendVarint(UInt64(value.count), to: &octets)
    octets += value
  }

  static func append(_ field: UInt32, _ address: IPAddress, to octets: inout [UInt8]) {
    if address.isUnspecified { return }
    let count = address.isV4 ? 4 : 16
    appendTag(field, wireType: 2, to: &octets)
    appendVarint(UInt64(count), to: &octets)
    if count == 16 { append(address.high, count: 8, to: &octets) }
    append(address.low, count: count == 16 ? 8 : 4, to: &octets)
  }

  /// Appends the last octets of a word, big-endian.
  private static func append(_ word: UInt64, count: Int, to octets: inout [UInt8]) {
    for index in (0..<count).reversed() { octets.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index))) }
  }
}
