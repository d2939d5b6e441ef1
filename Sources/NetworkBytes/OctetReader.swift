/// Why octets are not what `OctetWriter` wrote.
public enum OctetFault: Error, Equatable {
  /// They end within a value.
  case cutOff
  /// A value is none that could have been written.
  case badValue
}

/// Reads what `OctetWriter` wrote. Whatever the octets are, it ends with values or a fault: nothing is read beyond their
/// end, and no list is longer than what is left of them.
public struct OctetReader: Sendable {
  @usableFromInline let octets: [UInt8]
  @usableFromInline var place = 0

  @inlinable public init(_ octets: [UInt8]) { self.octets = octets }

  @inlinable public var isAtEnd: Bool { place == octets.count }
  /// Octets that were not read yet.
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

  /// Eight octets, the least significant first.
  @inlinable
  public mutating func fixed() throws(OctetFault) -> UInt64 {
    guard left >= 8 else { throw .cutOff }
    var word: UInt64 = 0
    for index in 0..<8 { word |= UInt64(octets[place &+ index]) << UInt64(8 &* index) }
    place &+= 8
    return word
  }

  /// Seven bits an octet, the least significant first.
  @inlinable
  public mutating func word() throws(OctetFault) -> UInt64 {
    var (word, shift) = (UInt64(0), UInt64(0))
    while true {
      let octet = try octet()
      // The tenth octet has the last bit of 64.
      if shift == 63, octet > 1 { throw .badValue }
      word |= UInt64(octet & 127) << shift
      if octet < 128 { return word }
      shift &+= 7
    }
  }

  /// A number of fewer bits.
  @inlinable
  public mutating func number<Number: UnsignedInteger & FixedWidthInteger>() throws(OctetFault) -> Number {
    guard let number = Number(exactly: try word()) else { throw .badValue }
    return number
  }

  /// A number of either sign.
  @inlinable
  public mutating func signed() throws(OctetFault) -> Int64 {
    let word = try word()
    return Int64(bitPattern: word >> 1) ^ -Int64(bitPattern: word & 1)
  }

  /// A number that can be added to and taken from another such one: up to 2^60 either way, centuries in nanoseconds.
  @inlinable
  public mutating func bounded() throws(OctetFault) -> Int64 {
    let number = try signed()
    guard number.magnitude <= 1 << 60 else { throw .badValue }
    return number
  }

  /// How many values follow, of so many octets each at least.
  @inlinable
  public mutating func count(of size: Int = 1) throws(OctetFault) -> Int {
    guard let count = Int(exactly: try word()), count <= left / max(size, 1) else { throw .cutOff }
    return count
  }

  /// Octets behind their count.
  @inlinable
  public mutating func content() throws(OctetFault) -> [UInt8] {
    let count = try count()
    defer { place &+= count }
    return Array(octets[place..<(place &+ count)])
  }

  /// A text behind the count of its octets; what is no UTF-8 in it is replaced.
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

  /// A value, if its flag says that there is one.
  @inlinable
  public mutating func optional<Value>(
    _ read: (inout OctetReader) throws(OctetFault) -> Value
  ) throws(OctetFault) -> Value? {
    try flag() ? try read(&self) : nil
  }
}
