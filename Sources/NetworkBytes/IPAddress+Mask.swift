extension IPAddress {
  /// Returns sixteen octets with the first `count` bits set, 0...128. For an IPv4 prefix, `count` is its length plus
  /// 96.
  public static func mask(leadingBits count: Int) -> IPAddress {
    // Smart shifts: by 64 or more they give 0.
    IPAddress(high: ~(UInt64.max >> min(count, 64)), low: ~(UInt64.max >> max(count - 64, 0)))
  }

  /// Returns the bits that are also set in a mask.
  @inlinable
  public func masked(by mask: IPAddress) -> IPAddress { IPAddress(high: high & mask.high, low: low & mask.low) }
}
