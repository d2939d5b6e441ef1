/// Serializes state that outlives the process: variable-length integers; texts and lists preceded by their count.
/// `OctetReader` reads it.
public struct OctetWriter: Sendable {
  @usableFromInline var storage: [UInt8] = []

  @inlinable public init() {}

  /// The octets written so far.
  @inlinable public var octets: [UInt8] { storage }
  @inlinable public var count: Int { storage.count }

  /// Removes the octets and keeps the memory.
  @inlinable
  public mutating func removeAll() { storage.removeAll(keepingCapacity: true) }

  @inlinable
  public mutating func append(octet: UInt8) { storage.append(octet) }

  @inlinable
  public mutating func append(_ flag: Bool) { storage.append(flag ? 1 : 0) }

  /// Appends eight octets, little-endian: for values that are as likely large as small.
  @inlinable
  public mutating func append(fixed word: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { storage.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }

  /// Appends a LEB128 integer: seven bits per octet, least significant first, with the high bit set where more follow.
  @inlinable
  public mutating func append(_ number: some UnsignedInteger & FixedWidthInteger) {
    var rest = UInt64(truncatingIfNeeded: number)
    while rest >= 128 {
      storage.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    storage.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Appends a signed integer near 0, zigzag-encoded: the sign is the lowest bit.
  @inlinable
  public mutating func append(_ number: Int64) { append(UInt64(bitPattern: number << 1 ^ number >> 63)) }

  /// Appends a count or length.
  @inlinable
  public mutating func append(count: Int) { append(UInt64(truncatingIfNeeded: count)) }

  /// Appends octets preceded by their count.
  @inlinable
  public mutating func append(_ content: [UInt8]) {
    append(count: content.count)
    storage += content
  }

  /// Appends UTF-8 text preceded by its length.
  @inlinable
  public mutating func append(_ text: String) { append(Array(text.utf8)) }

  @inlinable
  public mutating func append(_ address: IPAddress) {
    append(fixed: address.high)
    append(fixed: address.low)
  }

  /// Appends a flag, and the value if there is one.
  @inlinable
  public mutating func append<Value>(_ value: Value?, _ write: (Value, inout OctetWriter) -> Void) {
    append(value != nil)
    if let value { write(value, &self) }
  }
}
