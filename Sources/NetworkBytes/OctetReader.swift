/// Why octets could not be read.
public enum OctetFault: Error, Equatable {
  /// The octets end within a value.
  case cutOff
  /// A value that `OctetWriter` never writes.
  case badValue
}

/// Reads what `OctetWriter` wrote. Any input gives values or a fault: it never reads past the end, and no list is
/// longer than the remaining octets.
public struct OctetReader: Sendable {
  @usableFromInline let octets: [UInt8]
  @usableFromInline var place = 0

  @inlinable public init(_ octets: [UInt8]) { self.octets = octets }

  @inlinable public var isAtEnd: Bool { place == octets.count }
  /// Number of octets left.
  @inlinable public var left: Int { octets.count &- place }

  @inlinable
  public mutating func octet() throws(OctetFault) -> UInt8 {
    guard place < octets.count else { throw .cutOff }
    defer { place &+= 1 }
    return octets[place]
  }

  @inlinable
  public mutating func flag() throws(OctetFault) -> Bool {
    switch try octet() {
    case 0: false
    case 1: true
    default: throw .badValue
    }
  }

  /// Reads eight octets, little-endian.
  @inlinable
  public mutating func fixed() throws(OctetFault) -> UInt64 {
    guard left >= 8 else { throw .cutOff }
    var word: UInt64 = 0
    for index in 0..<8 { word |= UInt64(octets[place &+ index]) << UInt64(8 &* index) }
    place &+= 8
    return word
  }

  /// Reads a LEB128 integer: seven bits per octet, least significant first.
  @inlinable
  public mutating func word() throws(OctetFault) -> UInt64 {
    var (word, shift) = (UInt64(0), UInt64(0))
    while true {
      let octet = try octet()
      // The tenth octet holds only the last of 64 bits.
      if shift == 63, octet > 1 { throw .badValue }
      word |= UInt64(octet & 127) << shift
      if octet < 128 { return word }
      shift &+= 7
    }
  }

  /// Reads an integer of a narrower type.
  @inlinable
  public mutating func number<Number: UnsignedInteger & FixedWidthInteger>() throws(OctetFault) -> Number {
    guard let number = Number(exactly: try word()) else { throw .badValue }
    return number
  }

  /// Reads a signed integer.
  @inlinable
  public mutating func signed() throws(OctetFault) -> Int64 {
    let word = try word()
    return Int64(bitPattern: word >> 1) ^ -Int64(bitPattern: word & 1)
  }

  /// Reads an integer that can be added to another without overflow: up to ±2^60, centuries in nanoseconds.
  @inlinable
  public mutating func bounded() throws(OctetFault) -> Int64 {
    let number = try signed()
    guard number.magnitude <= 1 << 60 else { throw .badValue }
    return number
  }

  /// Reads the number of values that follow, each of at least `size` octets.
  @inlinable
  public mutating func count(of size: Int = 1) throws(OctetFault) -> Int {
    guard let count = Int(exactly: try word()), count <= left / max(size, 1) else { throw .cutOff }
    return count
  }

  /// Reads octets preceded by their count.
  @inlinable
  public mutating func content() throws(OctetFault) -> [UInt8] {
    let count = try count()
    defer { place &+= count }
    return Array(octets[place..<(place &+ count)])
  }

  /// Reads UTF-8 text preceded by its length; invalid sequences are replaced.
  @inlinable
  public mutating func text() throws(OctetFault) -> String {
    let count = try count()
    defer { place &+= count }
    return String(decoding: octets[place..<(place &+ count)], as: UTF8.self)
  }

  @inlinable
  public mutating func address() throws(OctetFault) -> IPAddress {
    let high = try fixed()
    return IPAddress(high: high, low: try fixed())
  }

  /// Reads a value preceded by a flag for its presence.
  @inlinable
  public mutating func optional<Value>(
    _ read: (inout OctetReader) throws(OctetFault) -> Value
  ) throws(OctetFault) -> Value? {
    try flag() ? try read(&self) : nil
  }
}
