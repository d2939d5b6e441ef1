import Capture
import NetworkBytes
import TestSupport
import Testing

@Suite("Frame parser")
struct FrameParserTests {
  static let payload = pattern(33)
  static let v4 = IPv4().packet(udp(payload))
  static let v6 = IPv6().packet(udp(payload))

  /// The result of parsing a frame, with the payload's octets instead of their offsets.
  enum Outcome: Equatable {
    case datagram(String, [UInt8])
    case segment, fragment, notUDP, truncated
  }

  static func outcome(_ frame: [UInt8], _ linkNumber: UInt32) throws -> Outcome {
    let link = try #require(LinkType(number: linkNumber))
    switch FrameParser.parse(frame.rawSpan, link: link) {
    case .datagram(let source, let payload): return .datagram("\(source)", Array(frame[payload]))
    case .segment: return .segment
    case .fragment: return .fragment
    case .notUDP: return .notUDP
    case .truncated: return .truncated
    }
  }

  static let fromV4 = Outcome.datagram("198.18.5.1:50005", payload)
  static let fromV6 = Outcome.datagram("[2001:db8::1111]:50005", payload)

  struct Vector: CustomTestStringConvertible {
    var testDescription: String
    var link: UInt32 = 1
    var frame: [UInt8]
    var expected: Outcome

    init(_ name: String, link: UInt32 = 1, _ frame: [UInt8], _ expected: Outcome) {
      (testDescription, self.link, self.frame, self.expected) = (name, link, frame, expected)
    }
  }

  static let links: [Vector] = [
    Vector("Ethernet IPv4", ethernet(v4), fromV4),
    Vector("Ethernet IPv6", ethernet(v6), fromV6),
    Vector("802.1Q", ethernet(v4, tags: [0x8100]), fromV4),
    Vector("802.1ad", ethernet(v6, tags: [0x88a8, 0x8100]), fromV6),
    Vector("0x9100", ethernet(v4, tags: [0x9100, 0x9100, 0x88a8, 0x8100]), fromV4),
    Vector("nine tags", ethernet(v4, tags: [UInt16](repeating: 0x8100, count: 9)), fromV4),
    Vector("NULL little-endian IPv4", link: 0, le(UInt32(2)) + v4, fromV4),
    Vector("NULL big-endian IPv4", link: 0, be(UInt32(2)) + v4, fromV4),
    Vector("NULL Linux IPv6", link: 0, le(UInt32(10)) + v6, fromV6),
    Vector("NULL NetBSD IPv6", link: 0, le(UInt32(24)) + v6, fromV6),
    Vector("NULL FreeBSD IPv6", link: 0, be(UInt32(28)) + v6, fromV6),
    Vector("NULL macOS IPv6", link: 0, le(UInt32(30)) + v6, fromV6),
    Vector("NULL of another family", link: 0, le(UInt32(7)) + v4, .notUDP),
    Vector("LOOP IPv4", link: 108, be(UInt32(2)) + v4, fromV4),
    Vector("LOOP OpenBSD IPv6", link: 108, be(UInt32(24)) + v6, fromV6),
    Vector("RAW 12", link: 12, v4, fromV4),
    Vector("RAW 14", link: 14, v6, fromV6),
    Vector("RAW 101 IPv4", link: 101, v4, fromV4),
    Vector("RAW 101 IPv6", link: 101, v6, fromV6),
    Vector("IPV4", link: 228, v4, fromV4),
    Vector("IPV6", link: 229, v6, fromV6),
    Vector("SLL IPv4", link: 113, linuxCooked(v4), fromV4),
    Vector("SLL IPv6", link: 113, linuxCooked(v6), fromV6),
    Vector("SLL2 IPv4", link: 276, linuxCooked2(v4), fromV4),
    Vector("SLL2 IPv6", link: 276, linuxCooked2(v6), fromV6),
  ]

  @Test("A datagram is found behind every link type's header", arguments: links)
  func linkTypes(_ vector: Vector) throws {
    #expect(try Self.outcome(vector.frame, vector.link) == vector.expected)
  }

  static let headers: [Vector] = [
    Vector("IPv4 options", ethernet(IPv4(options: pattern(12)).packet(udp(payload))), fromV4),
    Vector("forty octets of options", ethernet(IPv4(options: pattern(40)).packet(udp(payload))), fromV4),
    Vector("hop-by-hop", ethernet(IPv6(extensions: [IPv6.hopByHop]).packet(udp(payload))), fromV6),
    Vector("routing", ethernet(IPv6(extensions: [IPv6.routing]).packet(udp(payload))), fromV6),
    Vector("destination options", ethernet(IPv6(extensions: [IPv6.destinationOptions]).packet(udp(payload))), fromV6),
    Vector("authentication", ethernet(IPv6(extensions: [IPv6.authentication]).packet(udp(payload))), fromV6),
    Vector(
      "all of them",
      ethernet(
        IPv6(extensions: [
          IPv6.hopByHop, IPv6.destinationOptions, IPv6.routing, IPv6.authentication, IPv6.destinationOptions,
        ]).packet(udp(payload))), fromV6),
    Vector(
      "atomic fragment", ethernet(IPv6(extensions: [IPv6.fragment(0, more: false)]).packet(udp(payload))), fromV6),
    Vector("empty payload", ethernet(IPv4().packet(udp([]))), .datagram("198.18.5.1:50005", [])),
    Vector(
      "Ethernet padding is not read", ethernet(IPv4().packet(udp([1, 2]))) + pattern(40),
      .datagram("198.18.5.1:50005", [1, 2])),
    Vector(
      "octets behind the UDP length are not read", ethernet(IPv4().packet(udp(pattern(9), length: 11))),
      .datagram("198.18.5.1:50005", [UInt8](pattern(9)[..<3]))),
    Vector("IPv4 fragment", ethernet(IPv4(moreFragments: true).packet(udp(payload))), .fragment),
    Vector("last IPv4 fragment", ethernet(IPv4(offset: 64).packet(pattern(8))), .fragment),
    Vector("IPv6 fragment", ethernet(IPv6(extensions: [IPv6.fragment(8, more: true)]).packet(pattern(8))), .fragment),
  ]

  @Test("Headers between link and UDP are stepped over, and lengths bound the payload", arguments: headers)
  func headerKinds(_ vector: Vector) throws {
    #expect(try Self.outcome(vector.frame, vector.link) == vector.expected)
  }

  static let others: [Vector] = [
    Vector("empty frame", [], .notUDP),
    Vector("runt", pattern(10), .notUDP),
    Vector("ARP", ethernet(pattern(28), type: 0x0806), .notUDP),
    Vector("LLDP", ethernet(pattern(3), type: 0x88cc), .notUDP),
    Vector("802.3 length", ethernet(pattern(40), type: 40), .notUDP),
    Vector("tag without a type", ethernet([], type: 0x8100), .notUDP),
    Vector("TCP", ethernet(IPv4(proto: 6).packet(pattern(20))), .notUDP),
    Vector("ICMP", ethernet(IPv4(proto: 1).packet(pattern(8))), .notUDP),
    Vector("TCP captured short", ethernet(IPv4(proto: 6, totalLength: 1500).packet(pattern(20))), .notUDP),
    Vector("TCP fragment", ethernet(IPv4(proto: 6, moreFragments: true).packet(pattern(16))), .notUDP),
    Vector("TCP over IPv6", ethernet(IPv6(upper: 6).packet(pattern(20))), .notUDP),
    Vector("TCP over IPv6 captured short", ethernet(IPv6(upper: 6, payloadLength: 99).packet(pattern(20))), .notUDP),
    Vector(
      "ICMPv6 fragment",
      ethernet(IPv6(extensions: [IPv6.fragment(0, more: true)], upper: 58).packet(pattern(8))), .notUDP),
    Vector("no next header", ethernet(IPv6(upper: 59).packet([])), .notUDP),
    Vector("ESP", ethernet(IPv6(upper: 50).packet(pattern(30))), .notUDP),
    Vector("IPv4 type on an IPv6 packet", ethernet(v6, type: 0x0800), .notUDP),
    Vector("IPv6 type on an IPv4 packet", ethernet(v4, type: 0x86dd), .notUDP),
    Vector("IPv4 header below 20 octets", ethernet(IPv4(headerWords: 4).packet(udp(payload))), .notUDP),
    Vector(
      "extension header beyond the packet",
      ethernet(IPv6(extensions: [IPv6.hopByHop], upper: 43).packet([17, 0, 0])), .notUDP),
    Vector("IPv4 protocol byte not captured", ethernet(Array(v4[..<9]), type: 0x0800), .truncated),
    Vector("IPv4 header cut, UDP seen", ethernet(Array(v4[..<19])), .truncated),
    Vector("IPv4 header cut, TCP seen", ethernet(Array(IPv4(proto: 6).packet([])[..<12])), .notUDP),
    Vector("captured short by one octet", ethernet(v4).dropLast(), .truncated),
    Vector("IPv6 captured short by one octet", ethernet(v6).dropLast(), .truncated),
    Vector("IPv6 header cut", ethernet(Array(v6[..<39])), .truncated),
    Vector("fragment captured short", ethernet(IPv4(moreFragments: true).packet(udp(payload))).dropLast(), .truncated),
    Vector("UDP length 7", ethernet(IPv4().packet(udp(payload, length: 7))), .truncated),
    Vector("UDP length 0", ethernet(IPv4().packet(udp(payload, length: 0))), .truncated),
    Vector("UDP length beyond the packet", ethernet(IPv4().packet(udp(payload, length: 42))), .truncated),
    Vector(
      "UDP length beyond the packet but not the frame",
      ethernet(IPv4().packet(udp(payload, length: 42))) + pattern(9), .truncated),
    Vector("no room for a UDP header", ethernet(IPv4().packet(pattern(7))), .truncated),
    Vector("IPv4 length 0", ethernet(IPv4(totalLength: 0).packet(udp(payload))), .truncated),
    Vector("IPv4 length below its header", ethernet(IPv4(totalLength: 19).packet(udp(payload))), .truncated),
    Vector(
      "options beyond the IPv4 length", ethernet(IPv4(totalLength: 28, headerWords: 15).packet(udp(payload))),
      .truncated),
    Vector("IPv6 length 0", ethernet(IPv6(payloadLength: 0).packet(udp(payload))), .truncated),
    Vector(
      "IPv6 jumbogram",
      ethernet(IPv6(extensions: [(0, [0, 0, 0xc2, 4, 0, 1, 0, 0])], payloadLength: 0).packet(udp(payload, length: 0))),
      .notUDP),
    Vector(
      "extension header that swallows UDP",
      ethernet(IPv6(extensions: [(60, [0, 200] + pattern(6))]).packet(udp(payload))), .truncated),
  ]

  @Test("Other frames are passed over, and cut ones told apart from them", arguments: others)
  func otherFrames(_ vector: Vector) throws {
    #expect(try Self.outcome(vector.frame, vector.link) == vector.expected)
  }

  @Test("A fragment carries what reassembly needs")
  func fragmentFields() throws {
    let v4 = ethernet(IPv4(identification: 0xbeef, offset: 1480, moreFragments: true).packet(pattern(16)))
    let expected4 = Fragment.Packet(
      source: IPAddress(v4: 0xc612_0501), destination: IPAddress(v4: 0xc612_0502), identification: 0xbeef)
    guard case .fragment(let first) = FrameParser.parse(v4.rawSpan, link: .ethernet) else {
      Issue.record("no fragment")
      return
    }
    #expect(first.packet == expected4)
    #expect(first.offset == 1480)
    #expect(!first.isLast)
    #expect(first.nextHeader == 17)
    #expect(first.content == 34..<50)

    let header = IPv6.fragment(65_528, more: false, identification: 0xdead_beef)
    let v6 = ethernet(IPv6(extensions: [IPv6.hopByHop, header], upper: 60).packet(pattern(5))) + pattern(3)
    guard case .fragment(let second) = FrameParser.parse(v6.rawSpan, link: .ethernet) else {
      Issue.record("no fragment")
      return
    }
    #expect(second.packet.identification == 0xdead_beef)
    #expect(second.offset == 65_528)
    #expect(second.isLast)
    #expect(second.nextHeader == 60)
    #expect(second.content == 70..<75)
  }

  @Test("Link types that are not understood have no case", arguments: [2, 9, 105, 127, 147, 65_535] as [UInt32])
  func unknownLinks(_ number: UInt32) {
    #expect(LinkType(number: number) == nil)
  }
}
