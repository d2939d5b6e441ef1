import NetworkBytes

/// Payload types in link headers.
private enum EtherType {
  static let ipv4: UInt16 = 0x0800
  static let ipv6: UInt16 = 0x86dd
  static let mpls: UInt16 = 0x8847
  static let mplsMulticast: UInt16 = 0x8848
  static let pppoeSession: UInt16 = 0x8864

  /// Tags of IEEE 802.1Q and 802.1ad, and earlier vendor-specific ones.
  static func isTag(_ type: UInt16) -> Bool {
    type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200 || type == 0x9300
  }

  /// Smaller values are a length (IEEE 802.3 §3.2.6), followed by an LLC header.
  static let first: UInt16 = 0x0600
}

extension PacketHeaders {
  private static var ethernetLength: Int { 14 }
  private static var typeOffset: Int { 12 }
  /// A frame with more tags is not plausible.
  private static var maximumTags: Int { 8 }

  /// Parses a frame whose first `missing` octets are absent.
  mutating func readEthernet(_ octets: RawSpan, missing: Int) {
    switch missing {
    case 0:
      if octets.reaches(0, 6) { destinationMAC = octets.unsigned(0, count: 6) }
      if octets.reaches(6, 6) { sourceMAC = octets.unsigned(6, count: 6) }
      readTyped(octets, at: Self.typeOffset)
    case Self.typeOffset: readTyped(octets, at: 0)
    // After the header, tagged or not, only the first octet identifies the payload.
    case Self.ethernetLength...: readIP(octets, at: 0)
    default: break
    }
  }

  /// Parses a header that begins with an EtherType.
  private mutating func readTyped(_ octets: RawSpan, at start: Int) {
    var offset = start
    var tags = 0
    while octets.reaches(offset, 2), EtherType.isTag(octets.be16(offset)) {
      if tags == Self.maximumTags { return }
      if tags == 0, octets.reaches(offset, 4) { vlan = octets.be16(offset &+ 2) & 0xfff }
      offset &+= 4
      tags &+= 1
    }
    guard octets.reaches(offset, 2) else { return }
    var type = octets.be16(offset)
    offset &+= 2
    if type < EtherType.first {
      // LLC with SNAP (RFC 1042): AA AA 03, organization 0, EtherType.
      guard octets.reaches(offset, 8), octets.be32(offset) == 0xaaaa_0300, octets.be16(offset &+ 4) == 0 else { return }
      type = octets.be16(offset &+ 6)
      offset &+= 8
    }
    read(type, octets, at: offset)
  }

  private mutating func read(_ type: UInt16, _ octets: RawSpan, at offset: Int) {
    switch type {
    case EtherType.ipv4, EtherType.ipv6:
      networkOffset = offset
      guard octets.reaches(offset, 1), octets.octet(offset) >> 4 == (type == EtherType.ipv4 ? 4 : 6) else { return }
      readIP(octets, at: offset)
    case EtherType.mpls, EtherType.mplsMulticast: readLabels(octets, at: offset)
    case EtherType.pppoeSession:
      // RFC 2516 §4: six octets, and the PPP protocol.
      guard octets.reaches(offset, 8) else { return }
      switch octets.be16(offset &+ 6) {
      case 0x0021: read(EtherType.ipv4, octets, at: offset &+ 8)
      case 0x0057: read(EtherType.ipv6, octets, at: offset &+ 8)
      default: break
      }
    default: networkOffset = offset
    }
  }

  /// Parses an MPLS label stack and the IP packet after it (RFC 3032 §2.2: the labels imply the payload type).
  private mutating func readLabels(_ octets: RawSpan, at start: Int) {
    var offset = start
    var depth = 0
    while octets.reaches(offset, 4) {
      let entry = octets.be32(offset) >> 8
      if depth < labels.count { labels[depth] = entry }
      depth &+= 1
      offset &+= 4
      if entry & 1 == 1 {
        readIP(octets, at: offset)
        return
      }
    }
  }
}
