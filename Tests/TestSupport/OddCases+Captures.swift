import NetworkBytes

extension OddCases {
  private static let exporter = Endpoint(address: IPAddress(v4: 0xc000_0201), port: 40_000)
  private static let exporter6 = Endpoint(address: IPAddress(high: 0x2001_0db8 << 32, low: 1), port: 40_000)
  private static let collector = Endpoint(address: IPAddress(v4: 0xc000_0263), port: 9_995)
  private static let collector6 = Endpoint(address: IPAddress(high: 0x2001_0db8 << 32, low: 0x99), port: 9_995)

  private static let message = ipfix {
    plainTemplate; data(256, row(1))
  }
  private static let whole = Datagram(message, gives: gives(1))
  private static let whole6 = Datagram(message, from: "2001:db8::1", gives: gives(1))

  /// Returns a capture with one frame per second.
  private static func file(_ frames: Octets..., linkType: LinkType = .ethernet) -> CaptureFile {
    var file = CaptureFile(linkType: linkType)
    for (number, frame) in frames.enumerated() {
      file.append(frame: frame, at: (UInt64(sampleTime) + UInt64(number)) * 1_000_000_000)
    }
    return file
  }

  private static func packet(extensions: Octets = []) -> Octets {
    Packet.udp(message.octets, from: exporter, to: collector, extensions: extensions)
  }

  private static func packet6(extensions: Octets = [], firstHeader: UInt8 = 17) -> Octets {
    Packet.udp(message.octets, from: exporter6, to: collector6, extensions: extensions, firstHeader: firstHeader)
  }

  static let captureCases: [OddCase] = formats + links + packets + fragments + cuts

  private static let formats: [OddCase] =
    CaptureFile.Format.allCases.map { OddCase("capture: \($0)", whole, whole6, format: $0) } + [several]

  /// Interfaces of two link types, and an unknown block between the packets.
  private static let several: OddCase = {
    var file = CaptureFile(.pcapng, linkType: .ethernet)
    file.append(frame: LinkType.ethernet.frame(packet()), at: 1)
    file.block(0x0bad_cafe, hex("01020304"))
    file.addInterface(.raw)
    file.append(frame: packet6(), at: 2, interface: 1)
    file.append(frame: LinkType.ethernet.frame(packet()), at: 3)
    return OddCase("capture: pcapng with two interfaces and an unknown block", file, [whole, whole6, whole])
  }()

  private static let links: [OddCase] =
    [LinkType.null, .rawBSD, .raw, .loop, .cooked, .cooked2].map {
      OddCase(
        "link: \($0), both families", file($0.frame(packet()), $0.frame(packet6()), linkType: $0), [whole, whole6])
    } + [
      OddCase("link: IPv4 only", file(packet(), linkType: .ipv4), [whole]),
      OddCase("link: IPv6 only", file(packet6(), linkType: .ipv6), [whole6]),
      OddCase("link: BSD loopback in a big-endian capture", whole, whole6, format: .pcapBigEndian, linkType: .null),
      OddCase(
        "link: every family number of BSD loopback, in both byte orders",
        file(
          littleEndian(UInt32(24)) + packet6(), littleEndian(UInt32(28)) + packet6(),
          littleEndian(UInt32(10)) + packet6(),
          bigEndian(UInt32(30)) + packet6(), bigEndian(UInt32(2)) + packet(), littleEndian(UInt32(7)) + packet(),
          linkType: .null), [whole6, whole6, whole6, whole6, whole]),
      OddCase(
        "link: one, two and three VLAN tags of each kind",
        file(
          LinkType.ethernet.frame(packet(), tags: [(0x8100, 5)]),
          LinkType.ethernet.frame(packet6(), tags: [(0x88a8, 5), (0x8100, 6)]),
          LinkType.ethernet.frame(packet(), tags: [(0x9100, 5), (0x9100, 6), (0x8100, 7)])), [whole, whole6, whole]),
      OddCase(
        "link: octets after the packet are Ethernet's padding",
        file(LinkType.ethernet.frame(packet() + hex("aabbccdd")), LinkType.ethernet.frame(packet6() + zeros(20))),
        [whole, whole6]),
      OddCase(
        "link: frames that are no UDP are passed over",
        file(
          hex("ffffffffffff 020000000001 0806 0001 0800 0604 0001") + zeros(20),  // ARP
          hex("0180c200000e 020000000001 88cc 0207") + zeros(30),  // LLDP
          LinkType.ethernet.frame(
            Packet.ipv4(zeros(20), from: exporter.address, to: collector.address, protocolIdentifier: 6)),
          LinkType.ethernet.frame(Packet.ipv6(zeros(8), from: exporter6.address, to: collector6.address, next: 58)),
          hex("0200 0000"), u8(), LinkType.ethernet.frame(packet())), [whole]),
    ]

  private static let packets: [OddCase] = [
    OddCase(
      "packet: IPv4 options", file(LinkType.ethernet.frame(packet(extensions: hex("94040000 01010100")))), [whole]),
    OddCase(
      "packet: IPv6 hop-by-hop, routing, destination options and authentication headers",
      file(
        LinkType.ethernet.frame(
          packet6(
            extensions: u8(43, 0) + hex("010400000000") + u8(60, 1) + zeros(14) + u8(51, 0) + hex("010400000000")
              + u8(17, 4) + zeros(22), firstHeader: 0)), LinkType.ethernet.frame(packet6())), [whole6, whole6]),
    OddCase(
      "packet: a UDP checksum of 0 or a wrong one is nobody's business here",
      file(
        LinkType.ethernet.frame(changed(packet(), at: 26, to: u16(0))),
        LinkType.ethernet.frame(changed(packet(), at: 26, to: u16(0xdead)))), [whole, whole]),
    OddCase(
      "packet: octets after the UDP length are not read",
      file(
        LinkType.ethernet.frame(
          Packet.ipv4(
            u16(40_000, 9_995, UInt16(8 + message.octets.count), 0) + message.octets + hex("ffffff"),
            from: exporter.address, to: collector.address))), [whole]),
    OddCase(
      "packet: any port is a collector's",
      file(
        LinkType.ethernet.frame(
          Packet.udp(message.octets, from: exporter, to: Endpoint(address: collector.address, port: 1)))), [whole]),
  ]

  private static func changed(_ octets: Octets, at offset: Int, to value: Octets) -> Octets {
    Octets(octets[..<offset]) + value + Octets(octets[(offset + value.count)...])
  }

  private static func pieces(_ identifier: UInt32 = 77) -> [Octets] {
    Packet.fragments(message.octets, from: exporter, to: collector, size: 24, identifier: identifier)
      .map { LinkType.ethernet.frame($0) }
  }

  private static func pieces6(_ identifier: UInt32 = 77) -> [Octets] {
    Packet.fragments(message.octets, from: exporter6, to: collector6, size: 24, identifier: identifier)
      .map { LinkType.ethernet.frame($0) }
  }

  private static let fragments: [OddCase] = [
    OddCase(
      "fragments: IPv4 in order, backwards and mixed up with another datagram's",
      file(
        pieces()[0], pieces()[1], pieces()[2], pieces(78)[2], pieces(78)[1], pieces(78)[0], pieces(79)[1],
        pieces(80)[0], pieces(80)[2], pieces(79)[0], pieces(79)[2], pieces(80)[1]), [whole, whole, whole, whole]),
    OddCase(
      "fragments: IPv6 in order and backwards",
      file(pieces6()[0], pieces6()[1], pieces6()[2], pieces6(78)[2], pieces6(78)[1], pieces6(78)[0]), [whole6, whole6]),
    OddCase(
      "fragments: a datagram that never completes is dropped without a word",
      file(pieces()[0], pieces()[2], pieces6()[1], pieces6()[2], LinkType.ethernet.frame(packet())), [whole]),
    OddCase(
      "fragments: an IPv6 packet with a fragment header that is whole",
      file(
        LinkType.ethernet.frame(packet6(extensions: u8(17, 0) + u16(0) + u32(9), firstHeader: 44))), [whole6]),
  ]

  private static let cuts: [OddCase] = [
    OddCase(
      "cut: a frame captured short of its IP length is skipped",
      {
        var file = CaptureFile()
        file.append(frame: LinkType.ethernet.frame(packet()), at: 1, captured: 14 + packet().count - 1)
        file.append(frame: LinkType.ethernet.frame(packet6()), at: 2, captured: 14 + 60)
        file.append(frame: LinkType.ethernet.frame(packet()), at: 3)
        return file
      }(), [whole], counters: ["truncated_frame": 2]),
    OddCase(
      "cut: a UDP length below its header or beyond the packet is skipped",
      file(
        LinkType.ethernet.frame(changed(packet(), at: 24, to: u16(7))),
        LinkType.ethernet.frame(changed(packet(), at: 24, to: u16(UInt16(packet().count - 20 + 1)))),
        LinkType.ethernet.frame(changed(packet6(), at: 44, to: u16(0xffff))),
        LinkType.ethernet.frame(Packet.ipv4(zeros(7), from: exporter.address, to: collector.address)),
        LinkType.ethernet.frame(packet())), [whole], counters: ["truncated_frame": 4]),
  ]
}
