public import NetworkBytes

/// The link layer of a capture.
public enum LinkType: UInt32, Sendable, CaseIterable {
  case null = 0
  case ethernet = 1
  case rawBSD = 12
  case raw = 101
  case loop = 108
  case cooked = 113
  case ipv4 = 228
  case ipv6 = 229
  case cooked2 = 276

  /// Returns a frame of this link type that contains the packet.
  ///
  /// - Parameter tags: 802.1Q tags between the Ethernet addresses and the EtherType, outermost first.
  public func frame(_ packet: Octets, tags: [(type: UInt16, identifier: UInt16)] = []) -> Octets {
    let isV6 = packet.first.map { $0 >> 4 == 6 } ?? false
    let etherType: UInt16 = isV6 ? 0x86dd : 0x0800
    let family: UInt32 = isV6 ? 30 : 2
    return switch self {
    case .ethernet:
      hex("0200 0000 0002 0200 0000 0001") + tags.flatMap { u16($0.type, $0.identifier) } + u16(etherType) + packet
    case .null: littleEndian(family) + packet
    case .loop: u32(family) + packet
    case .raw, .rawBSD, .ipv4, .ipv6: packet
    case .cooked: u16(0, 1, 6) + hex("0200 0000 0001 0000") + u16(etherType) + packet
    case .cooked2: u16(etherType, 0) + u32(2) + u16(1) + u8(0, 6) + hex("0200 0000 0001 0000") + packet
    }
  }
}

/// IP packets with UDP datagrams, with correct lengths and checksums.
public enum Packet {
  /// Returns a UDP datagram in one packet; both endpoints must be of the same family.
  ///
  /// - Parameter extensions: IPv6 extension headers, or IPv4 options in multiples of four octets, before the datagram.
  public static func udp(
    _ payload: Octets, from source: Endpoint, to destination: Endpoint, extensions: Octets = [],
    firstHeader: UInt8 = 17
  ) -> Octets {
    let datagram = udpDatagram(payload, from: source, to: destination)
    return source.address.isV4
      ? ipv4(datagram, from: source.address, to: destination.address, options: extensions)
      : ipv6(extensions + datagram, from: source.address, to: destination.address, next: firstHeader)
  }

  /// Returns the same datagram in several packets, each with at most `size` octets (a multiple of eight) of it.
  public static func fragments(
    _ payload: Octets, from source: Endpoint, to destination: Endpoint, size: Int, identifier: UInt32 = 77
  ) -> [Octets] {
    let datagram = udpDatagram(payload, from: source, to: destination)
    return stride(from: 0, to: datagram.count, by: size).map { offset in
      let piece = Octets(datagram[offset..<min(offset + size, datagram.count)])
      let more = offset + size < datagram.count
      if source.address.isV4 {
        return ipv4(
          piece, from: source.address, to: destination.address, identifier: UInt16(truncatingIfNeeded: identifier),
          fragment: UInt16(offset / 8) | (more ? 0x2000 : 0))
      }
      let header = u8(17, 0) + u16(UInt16(offset) | (more ? 1 : 0)) + u32(identifier)
      return ipv6(header + piece, from: source.address, to: destination.address, next: 44)
    }
  }

  /// Returns an IPv4 packet (RFC 791); `fragment` contains the flags and the offset in units of eight octets.
  public static func ipv4(
    _ payload: Octets, from source: IPAddress, to destination: IPAddress, protocolIdentifier: UInt8 = 17,
    options: Octets = [], identifier: UInt16 = 0, fragment: UInt16 = 0
  ) -> Octets {
    let words = UInt8(5 + options.count / 4)
    let front = u8(0x40 | words, 0) + u16(UInt16(Int(words) * 4 + payload.count), identifier, fragment)
    let back = source.octets + destination.octets + options
    let sum = checksum(front + u8(64, protocolIdentifier) + back)
    return front + u8(64, protocolIdentifier) + u16(sum) + back + payload
  }

  /// Returns an IPv6 packet (RFC 8200).
  public static func ipv6(
    _ payload: Octets, from source: IPAddress, to destination: IPAddress, next: UInt8 = 17
  ) -> Octets {
    u32(0x6000_0000) + u16(UInt16(payload.count)) + u8(next, 64) + source.octets + destination.octets + payload
  }

  static func udpDatagram(_ payload: Octets, from source: Endpoint, to destination: Endpoint) -> Octets {
    let length = UInt16(8 + payload.count)
    let ports = u16(source.port, destination.port)
    let pseudo = source.address.octets + destination.address.octets + u16(17, length)
    let sum = checksum(pseudo + ports + u16(length) + payload)
    return ports + u16(length, sum == 0 ? 0xffff : sum) + payload
  }

  /// Returns the Internet checksum (RFC 1071).
  static func checksum(_ octets: Octets) -> UInt16 {
    var sum: UInt32 = 0
    for index in stride(from: 0, to: octets.count, by: 2) {
      sum += UInt32(octets[index]) << 8 | (index + 1 < octets.count ? UInt32(octets[index + 1]) : 0)
    }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    return ~UInt16(sum)
  }
}
