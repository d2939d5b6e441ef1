public import NetworkBytes

/// A message over a connection, or the connection's end, in the journal's representation: a TCP segment.
///
/// The acknowledgment number is that of the connection, the sequence number counts the octets of its messages, and the
/// flags show events: SYN with the first message, FIN without data at the end. TCP in other captures has another
/// meaning.
public struct JournaledSegment: Equatable, Sendable {
  public var source: Endpoint
  public var localPort: UInt16
  public var part: StreamPart
  /// Offsets of the message in the frame.
  public var payload: Range<Int>

  static let headerLength = 20
  static let finish: UInt8 = 0x01
  static let synchronize: UInt8 = 0x02
  static let pushAndAcknowledge: UInt8 = 0x18
}

extension JournaledSegment {
  /// Parses a frame of a journal, without a link layer.
  ///
  /// - Returns: nil if it does not belong to a connection.
  init?(_ frame: RawSpan) {
    guard let (source, start) = Self.network(frame), frame.byteCount >= start + Self.headerLength,
      frame.octet(start + 12) == UInt8(Self.headerLength / 4) << 4
    else { return nil }
    self.source = Endpoint(address: source, port: frame.be16(start))
    localPort = frame.be16(start + 2)
    let flags = frame.octet(start + 13)
    let event: StreamPart.Event =
      flags & Self.finish != 0 ? .end : flags & Self.synchronize != 0 ? .first : .next
    part = StreamPart(
      connection: frame.be32(start + 8), event: event, position: Self.position(frame.be32(start + 4), event))
    // The record's length counts, because IP's length fields are too short for the longest messages.
    payload = (start + Self.headerLength)..<frame.byteCount
  }

  /// Returns the source and the start of TCP after an IP header as written by the journal.
  private static func network(_ frame: RawSpan) -> (source: IPAddress, start: Int)? {
    guard frame.byteCount > 0 else { return nil }
    switch frame.octet(0) {
    case 0x45 where frame.byteCount >= 20 && frame.octet(9) == NextHeader.tcp:
      return (IPAddress(v4: frame.be32(12)), 20)
    case 0x60 where frame.byteCount >= 40 && frame.octet(6) == NextHeader.tcp:
      return (IPAddress(high: frame.be64(8), low: frame.be64(16)), 40)
    default: return nil
    }
  }

  // SYN occupies one sequence number (RFC 9293 §3.4), so that readers of captures see no gap.

  private static func position(_ sequence: UInt32, _ event: StreamPart.Event) -> UInt32 {
    event == .first ? sequence : sequence &- 1
  }

  static func sequence(of part: StreamPart) -> UInt32 {
    part.event == .first ? part.position : part.position &+ 1
  }

  static func flags(of event: StreamPart.Event) -> UInt8 {
    switch event {
    case .first: pushAndAcknowledge | synchronize
    case .next: pushAndAcknowledge
    case .end: pushAndAcknowledge | finish
    }
  }
}
