extension IPAddress {
  /// The sixteen octets with the first `count` bits set, 0...128. Of an IPv4 prefix, `count` is 96 more than its own.
  public static func mask(leadingBits count: Int) -> IPAddress {
    // Smart shifts: by 64 and more they give 0.
    IPAddress(high: ~(UInt64.max >> min(count, 64)), low: ~(UInt64.max >> max(count - 64, 0)))
  }

  /// The bits that are also set in a mask.
  @inlinable
  public func masked(by mask: IPAddress) -> IPAddress { IPAddress(high: high & mask.high, low: low & mask.low) }
}
