import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

@Suite("A record that holds a section of a packet is that packet")
struct SectionTests {
  private static let udp = hex("9c41 0035 0014 0000")
  private static let v4 = hex("4500 05dc 0000 4000 4006 0000 c633640a c0000214 9c41 01bb 00000000 00000000 5018 0200")
  private static let v6 = hex("60000000 0200 1140") + ip("2001:db8::1") + ip("2001:db8::2") + udp
  private static let link = hex("02 00 00 00 00 0a  02 00 00 00 00 0b")

  /// Returns the decoding of a record with these fields, which must be the same with and without variable-length fields
  /// in its template.
  private static func decoded(
    _ fields: [(element: Int, content: [UInt8])], version: Int = 10,
    _ configure: (inout FlowDecoderOptions) -> Void = { _ in }
  ) -> [String: String] {
    let message = FlowMessage(
      version: version, fields: fields.map { [$0.element, $0.content.count] }, records: [fields.map(\.content)])
    let decoded = FlowDecoded([message.octets], configure)
    #expect(FlowDecoded([message.variable.octets], configure).contents == decoded.contents, "measured")
    #expect(decoded.records.count == 1)
    return (decoded.contents.first ?? [:]).filter {
      !["start", "end", "exporter", "domain", "version"].contains($0.key)
    }
  }

  private static let tcp: [String: String] = [
    "source": "198.51.100.10", "destination": "192.0.2.20", "protocol": "6", "sourcePort": "40001",
    "destinationPort": "443", "tcpFlags": "24", "octets": "1500", "packets": "1", "records": "1", "samplingRate": "1",
  ]
  private static let macs = ["sourceMAC": String(0x0200_0000_000b), "destinationMAC": String(0x0200_0000_000a)]

  @Test("whichever element it is in", arguments: [(104, 9), (104, 10), (315, 10)])
  func frames(_ element: Int, _ version: Int) {
    let contents = Self.decoded([(element, Self.link + hex("0800") + Self.v4)], version: version)
    #expect(contents == Self.tcp.merging(Self.macs) { $1 })
  }

  @Test("from its IP header on, with what the record reports beside")
  func packets() {
    #expect(Self.decoded([(313, Self.v4)]) == Self.tcp)
    let beside = Self.decoded([(10, [0, 0, 0, 7]), (305, [0, 0, 3, 0xe8]), (313, Self.v6)])
    #expect(
      beside == [
        "source": "2001:db8::1", "destination": "2001:db8::2", "protocol": "17", "sourcePort": "40001",
        "destinationPort": "53", "octets": "552", "packets": "1", "records": "1", "samplingRate": "1000",
        "ingressInterface": "7",
      ])
    let ping = Self.decoded([(11, [0, 0]), (313, hex("4500 0054 0000 4000 4001 0000 c633640a c0000214 0800 0000"))])
    #expect(ping["icmpType"] == "8")
    #expect(ping["octets"] == "84")
  }

  @Test("with VLAN tags, MPLS labels and VXLAN network")
  func layers() {
    let tagged = Self.decoded([(315, Self.link + hex("8100 0064 8847 03e811 40") + Self.v4)])
    #expect(tagged["sourceVLAN"] == "100")
    #expect(tagged["mpls0"] == String(0x03e811))
    #expect(tagged["destinationPort"] == "443")
    let vxlan = hex("4500 0064 0000 4000 4011 0000 c633640a c0000214 c350 12b5 0050 0000 08000000 0012d600") + zeros(20)
    #expect(Self.decoded([(313, vxlan)])["layer2Segment"] == "4822")
    #expect(Self.decoded([(351, hex("01000000 00000007")), (313, vxlan)])["layer2Segment"] == "7")
    let labelled = Self.decoded([(70, [0, 0, 0x11]), (315, Self.link + hex("8847 03e811 40") + Self.v4)])
    #expect(labelled["mpls0"] == "17")
  }

  /// Start of the section, its offset in the frame, the number of sampled octets, and the frame's size.
  static let bounds:
    [(what: String, section: [UInt8], offset: Int?, length: Int?, size: Int?, expected: [String: String])] = [
      ("all of it", link + hex("0800") + v4, 0, nil, nil, ["octets": "1500", "destinationPort": "443"]),
      ("from the type on", hex("0800") + v4, 12, nil, nil, ["octets": "1500", "destinationPort": "443"]),
      ("from behind the link header", v4, 14, nil, nil, ["octets": "1500", "destinationPort": "443"]),
      ("from the middle of IP", v4, 3, nil, nil, ["packets": "1"]),
      (
        "of which 38 octets were sampled", link + hex("0800") + v4, nil, 38, nil,
        ["octets": "1500", "destinationPort": "443"]
      ),
      (
        "of which 34 octets were sampled", link + hex("0800") + v4, nil, 34, nil,
        ["octets": "1500", "destination": "192.0.2.20"]
      ),
      ("of which 16 octets were sampled", link + hex("0800") + v4, nil, 16, 1514, ["octets": "1500", "packets": "1"]),
      (
        "which says 200 octets of 54", link + hex("0800") + v4, nil, 200, nil,
        ["octets": "1500", "destinationPort": "443"]
      ),
      (
        "tagged, with the frame's size", link + hex("8100 0064 0800 45"), nil, nil, 1518,
        ["octets": "1500", "sourceVLAN": "100"]
      ),
      ("of a frame that is not IP", link + hex("0806") + zeros(28), nil, nil, 60, ["octets": "46", "packets": "1"]),
      ("of a frame shorter than a link header", link, nil, nil, 9, ["packets": "1"]),
    ]

  @Test("as far as the section reaches", arguments: bounds.indices)
  func reach(_ index: Int) {
    let sample = Self.bounds[index]
    for (offset, length) in [(102, 103), (409, 410)] {
      var fields: [(Int, [UInt8])] = [(315, sample.section)]
      if let value = sample.offset { fields.append((offset, Wire.be16(value))) }
      if let value = sample.length { fields.append((length, Wire.be16(value))) }
      if let value = sample.size { fields.append((312, Wire.be16(value))) }
      let contents = Self.decoded(fields)
      for (name, value) in sample.expected { #expect(contents[name] == value, "\(sample.what): \(name)") }
      if sample.expected["destinationPort"] == nil { #expect(contents["destinationPort"] == nil, "\(sample.what)") }
      if sample.expected["octets"] == nil { #expect(contents["octets"] == nil, "\(sample.what)") }
    }
  }

  @Test("whatever offsets, lengths and sizes it comes with")
  func hostile() {
    let seed = runSeed("SECTION_SEED")
    var random = SeededGenerator(seed: seed)
    var decoder = FlowDecoder()
    for _ in 0..<3000 {
      let values = (0..<3).map { _ in
        Array([0, 12, 14, UInt64.max, UInt64(Int.max), random.next()][random.below(6)], width: 8)
      }
      var section = PacketSamples.frames[random.below(PacketSamples.frames.count)]
      if random.below(3) == 0 { section = random.octets(random.below(120)) }
      let message = FlowMessage(
        fields: [[102, 8], [103, 8], [312, 8], [random.below(2) == 0 ? 313 : 315, 65535], [4, 1]],
        records: [values + [section, [6]]])
      let records = FlowDecoded([message.octets], by: &decoder).records
      #expect(records.count == 1 && records.allSatisfy { $0.packets <= 1 }, "seed \(seed)")
    }
  }

  @Test("but not beside addresses: that is a flow")
  func flows() {
    let flow = Self.decoded([
      (8, ip("203.0.113.1")), (12, ip("203.0.113.2")), (1, Wire.be32(1000)), (2, Wire.be32(10)), (313, Self.v4),
    ])
    #expect(flow["source"] == "203.0.113.1")
    #expect(flow["octets"] == "1000")
    #expect(flow["protocol"] == nil)
    let unset = Self.decoded([(8, zeros(4)), (12, zeros(4)), (27, zeros(16)), (28, zeros(16)), (313, Self.v4)])
    #expect(unset == Self.tcp)
  }

  @Test("and not of a link that is no Ethernet, nor without octets")
  func others() {
    let wireless = Self.decoded([(408, [0, 2]), (315, Self.link + hex("0800") + Self.v4)])
    #expect(wireless["source"] == nil)
    #expect(Self.decoded([(408, [0, 1]), (315, Self.link + hex("0800") + Self.v4)])["source"] == "198.51.100.10")
    let message = FlowMessage(fields: [[4, 1], [315, 65535]], records: [[[6], []], [[6], Self.link]])
    #expect(FlowDecoded([message.octets]).records.map(\.packets) == [0, 1])
  }
}

/// Frames of several kinds, for tests that only pass them on.
enum PacketSamples {
  static let frames: [[UInt8]] = {
    let link = hex("02 00 00 00 00 0a  02 00 00 00 00 0b")
    let v4 = hex("4500 05dc 0000 4000 4006 0000 c633640a c0000214 9c41 01bb 00000000 00000000 5018 0200")
    return [
      link + hex("0800") + v4, link + hex("8100 0064 0800") + v4, link + hex("8847 03e811 40") + v4,
      link + hex("86dd 60000000 0200 1140") + ip("2001:db8::1") + ip("2001:db8::2") + hex("9c41 0035 0014 0000"),
      link + hex("0806") + zeros(28), link,
    ]
  }()
}
