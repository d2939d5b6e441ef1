public import NetworkBytes

/// The link, network and transport headers of a packet, as far as its first octets reach. Absent and unreached fields
/// are 0, so that the headers of a packet's prefix equal those of the packet except for such zeros.
///
/// For a tunnel (GRE, VXLAN, IP in IP), these are the outer headers. Any input is accepted: parsing never traps or
/// allocates, and its time is bounded by the number of octets.
public struct PacketHeaders: Sendable, BitwiseCopyable {
  /// What the octets begin with.
  public enum Start: Sendable {
    /// An Ethernet header whose first octets are missing.
    case ethernet(missing: Int)
    /// An IPv4 or IPv6 header.
    case network
  }

  // MARK: Link
  /// 48 bits each.
  public internal(set) var destinationMAC: UInt64 = 0
  public internal(set) var sourceMAC: UInt64 = 0
  /// VLAN id of the outer tag (IEEE 802.1Q, 802.1ad).
  public internal(set) var vlan: UInt16 = 0
  /// MPLS label stack entries from the top (RFC 3032 §2.1), each without its time to live: label, traffic class and
  /// bottom-of-stack bit in 24 bits.
  public internal(set) var labels: InlineArray<10, UInt32> = .init(repeating: 0)
  /// Octets before the network header; nil if it was not reached or is of an unknown type.
  public internal(set) var networkOffset: Int?

  // MARK: Network
  /// Whether an IPv4 or IPv6 header begins within the octets.
  public internal(set) var isIP = false
  public internal(set) var source = IPAddress.unspecified
  public internal(set) var destination = IPAddress.unspecified
  /// Octets of the IP packet including its header, from its length field.
  public internal(set) var length: UInt32 = 0
  /// Type of service, or traffic class.
  public internal(set) var typeOfService: UInt8 = 0
  /// The protocol after IPv6 extension headers.
  public internal(set) var protocolIdentifier: UInt8 = 0

  // MARK: Transport
  public internal(set) var sourcePort: UInt16 = 0
  public internal(set) var destinationPort: UInt16 = 0
  /// As in element tcpControlBits (RFC 7125).
  public internal(set) var tcpFlags: UInt16 = 0
  public internal(set) var icmpType: UInt8 = 0
  public internal(set) var icmpCode: UInt8 = 0
  /// The VXLAN network identifier, 24 bits (RFC 7348 §5).
  public internal(set) var vxlanNetwork: UInt32 = 0

  /// - Parameters:
  ///   - octets: a packet's first octets, from `start` on.
  public init(_ octets: RawSpan, from start: Start) {
    switch start {
    case .ethernet(let missing): readEthernet(octets, missing: missing)
    case .network: readIP(octets, at: 0)
    }
  }
}

extension RawSpan {
  /// Returns whether there are `count` octets at `offset`.
  @inline(__always)
  func reaches(_ offset: Int, _ count: Int) -> Bool { offset >= 0 && count <= byteCount &- offset }
}
