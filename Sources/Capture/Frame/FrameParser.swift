import NetworkBytes

/// Finds the UDP datagram in a captured frame: a pure function that accepts any input.
///
/// IP and UDP lengths are the bounds, not the frame's: octets after them (Ethernet padding) are ignored. Checksums are
/// not verified, because capturing hosts leave them to the network card.
public enum FrameParser {
  /// Offsets in the result refer to `frame`.
  public static func parse(_ frame: RawSpan, link: LinkType) -> ParsedFrame {
    switch link {
    case .ethernet:
      guard frame.byteCount >= 14 else { return .notUDP }
      return network(frame, at: 14, etherType: frame.be16(12))
    case .linuxCooked:
      guard frame.byteCount >= 16 else { return .notUDP }
      return network(frame, at: 16, etherType: frame.be16(14))
    case .linuxCooked2:
      guard frame.byteCount >= 20 else { return .notUDP }
      return network(frame, at: 20, etherType: frame.be16(0))
    case .loopback:
      return loopback(frame)
    case .rawIP:
      guard frame.byteCount > 0 else { return .notUDP }
      return frame.octet(0) >> 4 == 4 ? ipv4(frame, at: 0) : ipv6(frame, at: 0)
    }
  }

  /// Parses a frame of a journal, which may also be TCP.
  static func parse(journaled frame: RawSpan) -> ParsedFrame {
    JournaledSegment(frame).map(ParsedFrame.segment) ?? parse(frame, link: .rawIP)
  }

  /// Skips VLAN tags (IEEE 802.1Q, 802.1ad, and the earlier 0x9100), and dispatches by the EtherType.
  @inline(__always)
  private static func network(_ frame: RawSpan, at start: Int, etherType: UInt16) -> ParsedFrame {
    var start = start
    var etherType = etherType
    while etherType == 0x8100 || etherType == 0x88a8 || etherType == 0x9100 {
      guard frame.byteCount >= start &+ 4 else { return .notUDP }
      etherType = frame.be16(start &+ 2)
      start &+= 4
    }
    switch etherType {
    case 0x0800: return ipv4(frame, at: start)
    case 0x86dd: return ipv6(frame, at: start)
    default: return .notUDP
    }
  }

  /// The address family is a small number, which reveals its byte order. That of IPv6 differs between systems.
  private static func loopback(_ frame: RawSpan) -> ParsedFrame {
    guard frame.byteCount >= 4 else { return .notUDP }
    let family = frame.be32(0)
    switch min(family, family.byteSwapped) {
    case 2: return ipv4(frame, at: 4)
    case 10, 24, 28, 30: return ipv6(frame, at: 4)
    default: return .notUDP
    }
  }

  /// RFC 768. `packet` is the complete payload of the IP packet.
  @inline(__always)
  static func udp(_ frame: RawSpan, packet: Range<Int>, source: IPAddress) -> ParsedFrame {
    guard packet.count >= 8 else { return .truncated }
    let length = Int(frame.be16(packet.lowerBound &+ 4))
    guard length >= 8, length <= packet.count else { return .truncated }
    let payload = (packet.lowerBound &+ 8)..<(packet.lowerBound &+ length)
    return .datagram(source: Endpoint(address: source, port: frame.be16(packet.lowerBound)), payload: payload)
  }
}

extension RawSpan {
  /// Returns the destination port of the UDP datagram whose payload begins at `payload`.
  func localPort(ofPayload payload: Int) -> UInt16 { payload < 8 ? 0 : be16(payload - 6) }
}

/// Values of the next-header field: protocols, and IPv6 extension headers that may precede UDP.
enum NextHeader {
  static let hopByHop: UInt8 = 0
  static let tcp: UInt8 = 6
  static let udp: UInt8 = 17
  static let routing: UInt8 = 43
  static let fragment: UInt8 = 44
  static let authentication: UInt8 = 51
  static let destinationOptions: UInt8 = 60

  /// Returns whether UDP may follow this header.
  static func mayLeadToUDP(_ header: UInt8) -> Bool {
    switch header {
    case hopByHop, udp, routing, fragment, authentication, destinationOptions: true
    default: false
    }
  }
}
