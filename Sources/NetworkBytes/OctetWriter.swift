/// Appends values to octets, as state that outlives the process is kept: integers in as few octets as they need, texts and
/// lists behind their count. `OctetReader` reads them.
public struct OctetWriter: Sendable {
  @usableFromInline var storage: [UInt8] = []

  @inlinable public init() {}

  /// What was written so far.
  @inlinable public var octets: [UInt8] { storage }
  @inlinable public var count: Int { storage.count }

  /// Takes what was written, and begins anew with the memory kept.
  @inlinable
  public mutating func removeAll() { storage.removeAll(keepingCapacity: true) }

  @inlinable
  public mutating func append(octet: UInt8) { storage.append(octet) }

  @inlinable
  public mutating func append(_ flag: Bool) { storage.append(flag ? 1 : 0) }

  /// Eight octets, the least significant first: for words that are as likely large as small.
  @inlinable
  public mutating func append(fixed word: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { storage.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }

  /// Seven bits an octet, the least significant first, with the high bit where more follow.
  @inlinable
  public mutating func append(_ number: some UnsignedInteger & FixedWidthInteger) {
    var rest = UInt64(truncatingIfNeeded: number)
    while rest >= 128 {
      storage.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    storage.append(UInt8(truncatingIfNeeded: rest))
  }

  /// A number near 0 of either sign, likewise: its sign is the lowest bit.
  @inlinable
  public mutating func append(_ number: Int64) { append(UInt64(bitPattern: number << 1 ^ number >> 63)) }

  /// A count or a length.
  @inlinable
  public mutating func append(count: Int) { append(UInt64(truncatingIfNeeded: count)) }

  /// Octets behind their count.
  @inlinable
  public mutating func append(_ content: [UInt8]) {
    append(count: content.count)
    storage += content
  }

  /// A text in UTF-8, likewise.
  @inlinable
  public mutating func append(_ text: String) { append(Array(text.utf8)) }

  @inlinable
  public mutating func append(_ address: IPAddress) {
    append(fixed: address.high)
    append(fixed: address.low)
  }

  /// A flag, and the value if there is one.
  @inlinable
  public mutating func append<Value>(_ value: Value?, _ write: (Value, inout OctetWriter) -> Void) {
    append(value != nil)
    if let value { write(value, &self) }
  }
}
