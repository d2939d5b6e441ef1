// FlowFilter: which flows somebody asks for, in nfdump's words: the language, and what it means for a record.

public import FlowModel
public import NetworkBytes

/// A condition on flows. Counters are meant as they are shown: multiplied by the sampling rate, unless that is switched
/// off where the filter is applied.
public indirect enum FlowFilter: Hashable, Sendable {
  /// Every flow.
  case any
  case not(FlowFilter)
  case all([FlowFilter])
  case some([FlowFilter])
  case test(FlowTest)
}

/// What is looked at in one flow. Where several columns are named, one of them is enough: `port 53` is either side's.
public enum FlowTest: Hashable, Sendable {
  /// Whether the flow is of IPv4, or of IPv6 if false: its source tells, or where that is absent its destination; without
  /// both it is of neither.
  case isIPv4(Bool)
  /// One of the addresses lies in one of the networks. `::` as a flow's source or destination is an address only where the
  /// other end is one of IPv6: else it is absent, as everywhere else, and lies in none, unless `::` itself is named.
  case address([FlowColumn], NetworkSet)
  /// One of the numbers compares so.
  case number([FlowColumn], Comparison)
  /// All of these TCP flags were seen.
  case tcpFlags(UInt16)
  /// One of the MAC addresses is this one, 48 bits.
  case mac([FlowColumn], UInt64)
  /// One of the texts is one of these, in whatever case.
  case text([FlowColumn], Set<String>)
  /// A label of the MPLS stack compares so.
  case mpls(LabelPosition, Comparison)
  case rate(Rate, Comparison)
  /// The collector's host has this name.
  case collector(String)
}

/// Numbers that follow from several columns. Each is a whole number, rounded down; 0 where it is divided by 0.
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

  /// `value * factor / divisor`; the greatest number if that is too large.
  @usableFromInline
  static func quotient(_ value: UInt64, _ factor: UInt64, _ divisor: UInt64) -> UInt64 {
    if divisor == 0 { return 0 }
    let product = value.multipliedFullWidth(by: factor)
    return product.high >= divisor ? .max : divisor.dividingFullWidth(product).quotient
  }
}

/// What a number must be.
public enum Comparison: Hashable, Sendable {
  case equal(UInt64)
  case less(UInt64)
  case greater(UInt64)
  case atMost(UInt64)
  case atLeast(UInt64)
  /// One of these.
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

  /// Whether some number of the range can fulfil it.
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

/// Addresses of one family that begin with the same bits. IPv4 networks stand among IPv6 ones as addresses do
/// (::ffff:0:0/96).
public struct Network: Hashable, Sendable {
  public let address: IPAddress
  /// Bits of the sixteen octets that count, 0–128.
  public let length: Int
  private let mask: IPAddress

  /// - Parameter length: 0–128; of an IPv4 network 96 more than its own.
  public init(_ address: IPAddress, length: Int) {
    precondition((0...128).contains(length))
    self.length = length
    mask = .mask(leadingBits: length)
    self.address = address.masked(by: mask)
  }

  /// A single address.
  public init(_ address: IPAddress) { self.init(address, length: 128) }

  /// Whether an address lies in it: never one of the other family.
  public func contains(_ other: IPAddress) -> Bool {
    // Shorter prefixes than 96 are of IPv6, also those that begin as IPv4 addresses in sixteen octets do.
    (length >= 96 || !other.isV4) && other.masked(by: mask) == address
  }
}
