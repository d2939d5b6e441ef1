import NetworkBytes

extension PacketHeaders {
  /// Parses an IP header and the headers after it.
  mutating func readIP(_ octets: RawSpan, at offset: Int) {
    guard octets.reaches(offset, 1) else { return }
    switch octets.octet(offset) >> 4 {
    case 4: readV4(octets, at: offset)
    case 6: readV6(octets, at: offset)
    default: break
    }
  }

  /// RFC 791 §3.1.
  private mutating func readV4(_ octets: RawSpan, at offset: Int) {
    let headerLength = Int(octets.octet(offset) & 0xf) &* 4
    guard headerLength >= 20 else { return }
    networkOffset = offset
    isIP = true
    if octets.reaches(offset, 2) { typeOfService = octets.octet(offset &+ 1) }
    if octets.reaches(offset, 4) { length = UInt32(octets.be16(offset &+ 2)) }
    if octets.reaches(offset, 10) { protocolIdentifier = octets.octet(offset &+ 9) }
    if octets.reaches(offset, 16) { source = IPAddress(v4: octets.be32(offset &+ 12)) }
    guard octets.reaches(offset, 20) else { return }
    destination = IPAddress(v4: octets.be32(offset &+ 16))
    // Later fragments have no transport header.
    guard octets.be16(offset &+ 6) & 0x1fff == 0 else { return }
    readTransport(octets, at: offset &+ headerLength)
  }

  /// RFC 8200 §3.
  private mutating func readV6(_ octets: RawSpan, at offset: Int) {
    networkOffset = offset
    isIP = true
    if octets.reaches(offset, 2) { typeOfService = UInt8(truncatingIfNeeded: octets.be16(offset) >> 4) }
    if octets.reaches(offset, 7) {
      let payload = UInt32(octets.be16(offset &+ 4))
      // A payload length of 0 before hop-by-hop options is a jumbogram, whose length is in these options (RFC 2675 §2).
      length = payload == 0 && octets.octet(offset &+ 6) == 0 ? 0 : payload &+ 40
    }
    if octets.reaches(offset, 24) { source = octets.address(at: offset &+ 8) }
    if octets.reaches(offset, 40) { destination = octets.address(at: offset &+ 24) }
    guard octets.reaches(offset, 7) else { return }
    readExtensions(octets, octets.octet(offset &+ 6), at: offset &+ 40)
  }

  /// Skips extension headers (RFC 8200 §4), each of at least eight octets.
  private mutating func readExtensions(_ octets: RawSpan, _ first: UInt8, at start: Int) {
    var (next, offset) = (first, start)
    while let kind = ExtensionHeader(next) {
      guard octets.reaches(offset, 2) else { return }
      next = octets.octet(offset)
      switch kind {
      case .options: offset &+= (Int(octets.octet(offset &+ 1)) &+ 1) &* 8
      // RFC 4302 §2.2: in words of four octets, minus two.
      case .authentication: offset &+= (Int(octets.octet(offset &+ 1)) &+ 2) &* 4
      case .fragment:
        guard octets.reaches(offset, 4) else { return }
        let isFirst = octets.be16(offset &+ 2) >> 3 == 0
        offset &+= 8
        if isFirst { continue }
        if ExtensionHeader(next) == nil { protocolIdentifier = next }
        return
      }
    }
    protocolIdentifier = next
    readTransport(octets, at: offset)
  }
}

/// The length format of an extension header, by its number.
private enum ExtensionHeader {
  case options, fragment, authentication

  /// - Returns: nil if the number is not an extension header, or is encrypted payload, which hides what follows.
  init?(_ number: UInt8) {
    switch number {
    // Hop-by-hop options, routing, destination options, mobility, HIP, Shim6, and two for experiments.
    case 0, 43, 60, 135, 139, 140, 253, 254: self = .options
    case 44: self = .fragment
    case 51: self = .authentication
    default: return nil
    }
  }
}

extension RawSpan {
  fileprivate func address(at offset: Int) -> IPAddress {
    IPAddress(high: be64(offset), low: be64(offset &+ 8))
  }
}
