public import NetworkBytes

/// What a captured frame turned out to be.
public enum ParsedFrame: Equatable, Sendable {
  /// A whole UDP datagram; `payload` are the offsets of its octets in the frame.
  case datagram(source: Endpoint, payload: Range<Int>)
  /// What a journal has of a connection; `payload` as above.
  case segment(JournaledSegment)
  /// A piece of an IP packet that is, or may be, UDP.
  case fragment(Fragment)
  /// Anything else: another protocol, or no IP at all.
  case notUDP
  /// UDP whose frame was captured short of its IP length, or whose UDP length is below 8 or beyond the IP payload.
  case truncated
}

/// A piece of an IP packet (RFC 791 §3.2, RFC 8200 §4.5).
public struct Fragment: Equatable, Sendable {
  /// What the pieces of one packet have in common.
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
  /// What begins at the packet's offset 0: 17 (UDP), or for IPv6 an extension header. Only the first piece's counts.
  public var nextHeader: UInt8
  /// Where the piece belongs in the packet's fragmentable part, in octets: a multiple of 8.
  public var offset: Int
  /// Whether the packet ends with this piece.
  public var isLast: Bool
  /// The offsets of the piece's octets in the frame.
  public var content: Range<Int>
}
