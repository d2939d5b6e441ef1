// FlowFilter: selects flows, in nfdump's syntax: the language, and its meaning for a record.

public import FlowModel
public import NetworkBytes

/// A condition on flows. Counters are multiplied by the sampling rate, unless scaling is disabled where the filter is
/// applied.
public indirect enum FlowFilter: Hashable, Sendable {
  /// Matches every flow.
  case any
  case not(FlowFilter)
  case all([FlowFilter])
  case some([FlowFilter])
  case test(FlowTest)
}

/// A test of one flow. If it names several columns, any of them may match: `port 53` matches either side's.
public enum FlowTest: Hashable, Sendable {
  /// Whether the flow is IPv4, or IPv6 if false. The source decides, or the destination if the source is absent;
  /// without both, the flow is neither.
  case isIPv4(Bool)
  /// One of the addresses is in one of the networks. `::` as source or destination counts as an address only if the
  /// other end is an IPv6 address; otherwise it means absent and matches only if `::` itself is listed.
  case address([FlowColumn], NetworkSet)
  /// One of the numbers matches the comparison.
  case number([FlowColumn], Comparison)
  /// All of these TCP flags are set.
  case tcpFlags(UInt16)
  /// One of the MAC addresses, 48 bits, is equal.
  case mac([FlowColumn], UInt64)
  /// One of the texts equals one of these, ignoring case.
  case text([FlowColumn], Set<String>)
  /// A label of the MPLS stack matches the comparison.
  case mpls(LabelPosition, Comparison)
  case rate(Rate, Comparison)
  /// The name of the collector's host.
  case collector(String)
}

/// Numbers derived from several columns: integers, rounded down; 0 if the divisor is 0.
public enum Rate: String, CaseIterable, Hashable, Sendable {
  /// Milliseconds from the first to the last packet.
  case duration
  case packetsPerSecond = "pps"
  case bitsPerSecond = "bps"
  case octetsPerPacket = "bpp"

  /// - Parameter duration: milliseconds.
  @inlinable
  public func value(octets: UInt64, packets: UInt64, duration: UInt64) -> UInt64 {
    switch self {
    case .duration: duration
    case .packetsPerSecond: Self.quotient(packets, 1000, duration)
    case .bitsPerSecond: Self.quotient(octets, 8000, duration)
    case .octetsPerPacket: packets == 0 ? 0 : octets / packets
    }
  }

  /// Returns `value * factor / divisor`, saturating.
  @usableFromInline
  static func quotient(_ value: UInt64, _ factor: UInt64, _ divisor: UInt64) -> UInt64 {
    if divisor == 0 { return 0 }
    let product = value.multipliedFullWidth(by: factor)
    return product.high >= divisor ? .max : divisor.dividingFullWidth(product).quotient
  }
}

/// A comparison with a number.
public enum Comparison: Hashable, Sendable {
  case equal(UInt64)
  case less(UInt64)
  case greater(UInt64)
  case atMost(UInt64)
  case atLeast(UInt64)
  /// Equals one of these.
  case oneOf(Set<UInt64>)

  @inlinable
  public func holds(_ value: UInt64) -> Bool {
    switch self {
    case .equal(let wanted): value == wanted
    case .less(let bound): value < bound
    case .greater(let bound): value > bound
    case .atMost(let bound): value <= bound
    case .atLeast(let bound): value >= bound
    case .oneOf(let wanted): wanted.contains(value)
    }
  }

  /// Returns whether any number of the range can match.
  public func canHold(in range: ClosedRange<UInt64>) -> Bool {
    switch self {
    case .equal(let wanted): range.contains(wanted)
    case .less(let bound): range.lowerBound < bound
    case .greater(let bound): range.upperBound > bound
    case .atMost(let bound): range.lowerBound <= bound
    case .atLeast(let bound): range.upperBound >= bound
    case .oneOf(let wanted): wanted.contains { range.contains($0) }
    }
  }
}

/// Addresses of one family that share a prefix. IPv4 networks are represented as IPv4-mapped ones (::ffff:0:0/96).
public struct Network: Hashable, Sendable {
  public let address: IPAddress
  /// Prefix length in the sixteen octets, 0–128.
  public let length: Int
  private let mask: IPAddress

  /// - Parameter length: 0–128; for an IPv4 network, its own length plus 96.
  public init(_ address: IPAddress, length: Int) {
    precondition((0...128).contains(length))
    self.length = length
    mask = .mask(leadingBits: length)
    self.address = address.masked(by: mask)
  }

  /// A single address.
  public init(_ address: IPAddress) { self.init(address, length: 128) }

  /// Returns whether the network contains an address; never one of the other family.
  public func contains(_ other: IPAddress) -> Bool {
    // Prefixes shorter than 96 are IPv6, including those that cover the IPv4-mapped addresses.
    (length >= 96 || !other.isV4) && other.masked(by: mask) == address
  }
}
