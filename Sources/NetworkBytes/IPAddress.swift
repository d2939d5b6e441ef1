/// An IPv4 or IPv6 address in sixteen octets; IPv4 is represented as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2).
///
/// Two words in host order make equality, hashing and prefix masks a few integer operations.
@frozen
public struct IPAddress: Hashable, Sendable, BitwiseCopyable {
  /// Octets 0–7, the first in the highest bits.
  public var high: UInt64
  /// Octets 8–15.
  public var low: UInt64

  @inlinable @inline(__always)
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// An IPv4 address; `v4` in host order (10.0.0.1 is 0x0a000001).
  @inlinable @inline(__always)
  public init(v4: UInt32) {
    high = 0
    low = 0xffff_0000_0000 | UInt64(v4)
  }

  /// `::`, which also means "no address".
  @inlinable public static var unspecified: IPAddress { IPAddress(high: 0, low: 0) }

  /// Whether this is an IPv4 address.
  @inlinable public var isV4: Bool { high == 0 && low >> 32 == 0xffff }

  /// The IPv4 address in host order; meaningful only if `isV4`.
  @inlinable public var v4: UInt32 { UInt32(truncatingIfNeeded: low) }

  @inlinable public var isUnspecified: Bool { high | low == 0 }
}

extension IPAddress: Comparable {
  /// Orders by the sixteen octets.
  @inlinable
  public static func < (a: IPAddress, b: IPAddress) -> Bool {
    a.high != b.high ? a.high < b.high : a.low < b.low
  }
}
