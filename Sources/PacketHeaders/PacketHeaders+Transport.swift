import NetworkBytes

extension PacketHeaders {
  /// Parses what follows an IP header, by its protocol.
  mutating func readTransport(_ octets: RawSpan, at offset: Int) {
    switch protocolIdentifier {
    // ICMP, ICMPv6.
    case 1, 58:
      if octets.reaches(offset, 1) { icmpType = octets.octet(offset) }
      if octets.reaches(offset, 2) { icmpCode = octets.octet(offset &+ 1) }
    // TCP, UDP, DCCP, SCTP, UDP-Lite.
    case 6, 17, 33, 132, 136:
      if octets.reaches(offset, 2) { sourcePort = octets.be16(offset) }
      guard octets.reaches(offset, 4) else { return }
      destinationPort = octets.be16(offset &+ 2)
      if protocolIdentifier == 6, octets.reaches(offset, 14) { tcpFlags = octets.be16(offset &+ 12) & 0xfff }
      if protocolIdentifier == 17, destinationPort == 4789 { readVXLAN(octets, at: offset &+ 8) }
    default: break
    }
  }

  /// RFC 7348 §5: the flag of a valid identifier, and the identifier.
  private mutating func readVXLAN(_ octets: RawSpan, at offset: Int) {
    guard octets.reaches(offset, 7), octets.octet(offset) & 0x08 != 0 else { return }
    vxlanNetwork = UInt32(octets.unsigned(offset &+ 4, count: 3))
  }
}
