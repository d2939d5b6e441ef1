import NetworkBytes

extension FrameParser {
  /// RFC 791 §3.1.
  @inline(__always)
  static func ipv4(_ frame: RawSpan, at start: Int) -> ParsedFrame {
    let captured = frame.byteCount &- start
    guard captured >= 20 else { return cutInsideIPv4Header(frame, at: start) }
    let first = frame.octet(start)
    let headerLength = Int(first & 15) &* 4
    guard first >> 4 == 4, headerLength >= 20, frame.octet(start &+ 9) == NextHeader.udp else { return .notUDP }
    let totalLength = Int(frame.be16(start &+ 2))
    guard totalLength >= headerLength, totalLength <= captured else { return .truncated }
    let packet = (start &+ headerLength)..<(start &+ totalLength)
    // More Fragments and the offset, without Don't Fragment and the reserved bit.
    let fragmentation = frame.be16(start &+ 6) & 0x3fff
    guard fragmentation == 0 else { return fragmentIPv4(frame, at: start, packet: packet) }
    return udp(frame, packet: packet, source: IPAddress(v4: frame.be32(start &+ 12)))
  }

  /// Fewer than 20 octets of the header were captured: counts as UDP unless the captured part shows otherwise.
  private static func cutInsideIPv4Header(_ frame: RawSpan, at start: Int) -> ParsedFrame {
    let captured = frame.byteCount - start
    if captured >= 1, frame.octet(start) >> 4 != 4 { return .notUDP }
    if captured >= 10, frame.octet(start + 9) != NextHeader.udp { return .notUDP }
    return .truncated
  }

  private static func fragmentIPv4(_ frame: RawSpan, at start: Int, packet: Range<Int>) -> ParsedFrame {
    let fragmentation = frame.be16(start + 6)
    return .fragment(
      Fragment(
        packet: Fragment.Packet(
          source: IPAddress(v4: frame.be32(start + 12)), destination: IPAddress(v4: frame.be32(start + 16)),
          identification: UInt32(frame.be16(start + 4))),
        nextHeader: NextHeader.udp, offset: Int(fragmentation & 0x1fff) * 8, isLast: fragmentation & 0x2000 == 0,
        content: packet))
  }

  /// RFC 8200 §3.
  static func ipv6(_ frame: RawSpan, at start: Int) -> ParsedFrame {
    let captured = frame.byteCount - start
    if captured >= 1, frame.octet(start) >> 4 != 6 { return .notUDP }
    guard captured >= 40 else {
      return captured >= 7 && !NextHeader.mayLeadToUDP(frame.octet(start + 6)) ? .notUDP : .truncated
    }
    // A payload length of 0 is taken literally: a jumbogram (RFC 2675) is not an export datagram.
    let length = Int(frame.be16(start + 4))
    let end = start + 40 + length
    let source = IPAddress(high: frame.be64(start + 8), low: frame.be64(start + 16))
    var walk = ExtensionHeaders(next: frame.octet(start + 6), offset: start + 40)
    switch walk.run(frame, until: min(end, frame.byteCount)) {
    case .udp where end <= frame.byteCount && walk.offset <= end:
      return udp(frame, packet: walk.offset..<end, source: source)
    case .fragment where end <= frame.byteCount:
      let destination = IPAddress(high: frame.be64(start + 24), low: frame.be64(start + 32))
      return fragmentIPv6(frame, header: walk.offset, end: end, source: source, destination: destination)
    case .udp, .fragment: return .truncated
    case .other: return .notUDP
    case .cut: return end > frame.byteCount ? .truncated : .notUDP
    }
  }

  /// RFC 8200 §4.5; `header` is the offset of the fragment header.
  private static func fragmentIPv6(
    _ frame: RawSpan, header: Int, end: Int, source: IPAddress, destination: IPAddress
  ) -> ParsedFrame {
    let nextHeader = frame.octet(header)
    guard NextHeader.mayLeadToUDP(nextHeader) else { return .notUDP }
    let place = frame.be16(header + 2)
    return .fragment(
      Fragment(
        packet: Fragment.Packet(source: source, destination: destination, identification: frame.be32(header + 4)),
        nextHeader: nextHeader, offset: Int(place & 0xfff8), isLast: place & 1 == 0, content: (header + 8)..<end))
  }

  /// Parses a reassembled packet, from the header named by its first piece.
  static func parse(reassembled packet: RawSpan, nextHeader: UInt8, source: IPAddress) -> ParsedFrame {
    var walk = ExtensionHeaders(next: nextHeader, offset: 0)
    guard walk.run(packet, until: packet.byteCount) == .udp else { return .notUDP }
    guard walk.offset <= packet.byteCount else { return .truncated }
    return udp(packet, packet: walk.offset..<packet.byteCount, source: source)
  }
}

/// The chain of IPv6 extension headers (RFC 8200 §4.1, RFC 4302 §2.2) before UDP.
struct ExtensionHeaders {
  enum End { case udp, fragment, other, cut }

  var next: UInt8
  /// Offset of the header `next`; it may be beyond the packet if a header's length is wrong.
  var offset: Int

  /// Advances to the UDP header, to the first fragment header of an incomplete packet, or to the end of the chain.
  mutating func run(_ bytes: RawSpan, until end: Int) -> End {
    while true {
      if next == NextHeader.udp { return .udp }
      guard NextHeader.mayLeadToUDP(next) else { return .other }
      guard offset + 8 <= end else { return .cut }
      switch next {
      case NextHeader.fragment:
        // A fragment header on a whole packet is an "atomic fragment" (RFC 6946) and needs no reassembly.
        if bytes.be16(offset + 2) & 0xfff9 != 0 { return .fragment }
        next = bytes.octet(offset)
        offset += 8
      case NextHeader.authentication:
        next = bytes.octet(offset)
        offset += (Int(bytes.octet(offset + 1)) + 2) * 4
      default:
        next = bytes.octet(offset)
        offset += (Int(bytes.octet(offset + 1)) + 1) * 8
      }
    }
  }
}
