public import NetworkBytes

/// The result of parsing a captured frame.
public enum ParsedFrame: Equatable, Sendable {
  /// A whole UDP datagram, with the offsets of its payload in the frame.
  case datagram(source: Endpoint, payload: Range<Int>)
  /// Data of a connection in a journal, likewise.
  case segment(JournaledSegment)
  /// A fragment of an IP packet that is, or may be, UDP.
  case fragment(Fragment)
  /// Another protocol, or not IP.
  case notUDP
  /// UDP in a frame shorter than its IP length, or with a UDP length below 8 or beyond the IP payload.
  case truncated
}

/// A fragment of an IP packet (RFC 791 §3.2, RFC 8200 §4.5).
public struct Fragment: Equatable, Sendable {
  /// Identifies the fragments of one packet.
  public struct Packet: Hashable, Sendable {
    public var source: IPAddress
    public var destination: IPAddress
    public var identification: UInt32

    public init(source: IPAddress, destination: IPAddress, identification: UInt32) {
      self.source = source
      self.destination = destination
      self.identification = identification
    }
  }

  public var packet: Packet
  /// The header at the packet's offset 0: 17 (UDP), or for IPv6 an extension header. Only the first fragment's value
  /// counts.
  public var nextHeader: UInt8
  /// Offset in the packet's fragmentable part, in octets: a multiple of 8.
  public var offset: Int
  /// Whether the packet ends with this fragment.
  public var isLast: Bool
  /// Offsets of the fragment's content in the frame.
  public var content: Range<Int>
}
