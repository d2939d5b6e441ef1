// TestSupport: shared by several test targets, not used by the product: hand-built capture files, odd and malformed
// messages with their expected results, other programs for comparison, the fixtures.

public import NetworkBytes

// Never inlined: the tables of cases contain hundreds of calls, and optimizing each would slow down compilation.

/// Octets as written in tests.
public typealias Octets = [UInt8]

@inline(never)
public func u8(_ values: UInt8...) -> Octets { values }
@inline(never)
public func u16(_ values: UInt16...) -> Octets { values.flatMap { bigEndian($0) } }
@inline(never)
public func u32(_ values: UInt32...) -> Octets { values.flatMap { bigEndian($0) } }
@inline(never)
public func u64(_ values: UInt64...) -> Octets { values.flatMap { bigEndian($0) } }

/// Returns the address in four or sixteen octets; empty if the text is not an address.
@inline(never)
public func ip(_ text: String) -> Octets {
  guard let address = IPAddress(text) else { return [] }
  return address.octets
}

@inline(never)
public func text(_ text: String) -> Octets { Array(text.utf8) }

@inline(never)
public func zeros(_ count: Int) -> Octets { Array(repeating: 0, count: count) }

/// Parses hexadecimal digits; other characters are ignored.
@inline(never)
public func hex(_ digits: String) -> Octets {
  let nibbles = digits.compactMap { $0.hexDigitValue }
  return stride(from: 0, to: nibbles.count - 1, by: 2).map { UInt8(nibbles[$0] << 4 | nibbles[$0 + 1]) }
}

@inline(never)
public func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> Octets {
  stride(from: Value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> Value($0)) }
}

@inline(never)
public func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> Octets { bigEndian(value).reversed() }

extension IPAddress {
  /// Four octets for IPv4, sixteen for IPv6.
  public var octets: Octets { isV4 ? bigEndian(v4) : bigEndian(high) + bigEndian(low) }
}

/// Returns octets that vary with their position.
public func pattern(_ count: Int, seed: Int = 0) -> Octets {
  (0..<count).map { UInt8(truncatingIfNeeded: ($0 &+ seed) &* 167 &+ ($0 >> 8)) }
}
