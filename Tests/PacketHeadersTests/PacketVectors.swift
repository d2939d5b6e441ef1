import NetworkBytes
import PacketHeaders
import TestSupport
import Testing

/// A packet and the expected header values; unnamed ones are 0.
struct PacketVector: Sendable, CustomTestStringConvertible {
  var what: String
  var start: PacketHeaders.Start
  var octets: Octets
  var values: [String: String]

  var testDescription: String { what }

  init(
    _ what: String, from start: PacketHeaders.Start = .ethernet(missing: 0), _ octets: Octets,
    _ values: [String: String]
  ) {
    (self.what, self.start, self.octets, self.values) = (what, start, octets, values)
  }
}

extension PacketHeaders {
  /// Nonzero values by name.
  var values: [String: String] {
    let numbers: [String: UInt64] = [
      "destinationMAC": destinationMAC, "sourceMAC": sourceMAC, "vlan": UInt64(vlan), "length": UInt64(length),
      "tos": UInt64(typeOfService), "protocol": UInt64(protocolIdentifier), "sourcePort": UInt64(sourcePort),
      "destinationPort": UInt64(destinationPort), "flags": UInt64(tcpFlags), "icmpType": UInt64(icmpType),
      "icmpCode": UInt64(icmpCode), "vxlan": UInt64(vxlanNetwork), "network": UInt64(networkOffset ?? 0),
      "ip": isIP ? 1 : 0,
    ]
    var values = numbers.filter { $0.value != 0 }.mapValues { String($0) }
    for depth in labels.indices where labels[depth] != 0 { values["label\(depth)"] = String(labels[depth], radix: 16) }
    for (name, address) in ["source": source, "destination": destination] where !address.isUnspecified {
      values[name] = address.description
    }
    return values
  }
}

extension PacketVector {
  private static let macs = hex("02 00 00 00 00 0a  02 00 00 00 00 0b")
  private static let link = ["destinationMAC": String(0x0200_0000_000a), "sourceMAC": String(0x0200_0000_000b)]

  /// Returns an IPv4 header of at least 20 octets, followed by `content`.
  private static func v4(
    _ number: UInt8, _ content: Octets, length: UInt16? = nil, fragment: UInt16 = 0x4000, options: Octets = []
  ) -> Octets {
    let headerLength = 20 + options.count
    let first = 0x40 | UInt8(headerLength / 4)
    return u8(first, 0xb8) + u16(length ?? UInt16(headerLength + content.count), 7, fragment) + u8(64, number)
      + u16(0) + ip("198.51.100.10") + ip("192.0.2.20") + options + content
  }

  /// Returns the values expected for `v4`, merged with `values`.
  private static func told(
    _ number: Int, length: Int, network: Int = 14, _ values: [String: String] = [:]
  ) -> [String: String] {
    [
      "ip": "1", "source": "198.51.100.10", "destination": "192.0.2.20", "tos": "184", "protocol": String(number),
      "length": String(length), "network": String(network),
    ].filter { $0.value != "0" }.merging(values) { $1 }
  }

  private static func v6(_ next: UInt8, _ content: Octets, length: UInt16? = nil) -> Octets {
    hex("6b80 0001") + u16(length ?? UInt16(content.count)) + u8(next, 64) + ip("2001:db8::1") + ip("2001:db8::2")
      + content
  }

  private static func told6(_ number: Int, length: Int, _ values: [String: String] = [:]) -> [String: String] {
    [
      "ip": "1", "source": "2001:db8::1", "destination": "2001:db8::2", "tos": "184", "protocol": String(number),
      "length": String(length),
    ].merging(values) { $1 }
  }

  private static let tcp = u16(40_001, 443) + u32(1, 2) + hex("5018 0200 0000 0000")
  private static let tcpValues = ["sourcePort": "40001", "destinationPort": "443", "flags": "24"]
  private static let udp = u16(40_001, 53, 20, 0)
  private static let udpValues = ["sourcePort": "40001", "destinationPort": "53"]

  private static func vxlan(port: UInt16 = 4789, flags: UInt8 = 8) -> Octets {
    u16(50_000, port, 30, 0) + u8(flags, 0, 0, 0) + hex("0012d6 00") + zeros(14)
  }

  static let link4: [PacketVector] = [
    PacketVector(
      "TCP in IPv4 in Ethernet", macs + hex("0800") + v4(6, tcp, length: 1500),
      told(6, length: 1500, tcpValues).merging(link) { $1 }),
    PacketVector(
      "behind a VLAN tag", macs + hex("8100 6064 0800") + v4(6, tcp),
      told(6, length: 40, network: 18, tcpValues.merging(["vlan": "100"]) { $1 }).merging(link) { $1 }),
    PacketVector(
      "behind two", macs + hex("88a8 00c8 8100 0064 0800") + v4(17, udp),
      told(17, length: 28, network: 22, udpValues.merging(["vlan": "200"]) { $1 }).merging(link) { $1 }),
    PacketVector(
      "behind MPLS labels", macs + hex("8847 03e810 40 000111 40") + v4(17, udp),
      told(17, length: 28, network: 22, udpValues.merging(["label0": "3e810", "label1": "111"]) { $1 })
        .merging(link) { $1 }),
    PacketVector(
      "in PPPoE", macs + hex("8864 1100 0001 0016 0021") + v4(17, udp),
      told(17, length: 28, network: 22, udpValues).merging(link) { $1 }),
    PacketVector(
      "in SNAP", macs + hex("0024 aaaa03 000000 0800") + v4(17, udp),
      told(17, length: 28, network: 22, udpValues).merging(link) { $1 }),
    PacketVector("ARP", macs + hex("0806 0001 0800 0604 0001") + zeros(20), link.merging(["network": "14"]) { $1 }),
    PacketVector("spanning tree", macs + hex("0026 4242 03") + zeros(30), link),
    PacketVector(
      "an IPv4 type in front of no IPv4", macs + hex("0800") + v6(17, udp), link.merging(["network": "14"]) { $1 }),
    PacketVector(
      "from the type on", from: .ethernet(missing: 12), hex("0800") + v4(17, udp),
      told(17, length: 28, network: 2, udpValues)),
    PacketVector(
      "from behind the link header on", from: .ethernet(missing: 18), v4(17, udp),
      told(17, length: 28, network: 0, udpValues)),
    PacketVector("from the middle of the link header on", from: .ethernet(missing: 6), macs + hex("0800"), [:]),
  ]

  static let network4: [PacketVector] = [
    PacketVector(
      "with options", from: .network, v4(17, udp, options: hex("94040000")),
      told(17, length: 32, network: 0, udpValues)),
    PacketVector(
      "a first fragment", from: .network, v4(17, udp, fragment: 0x2000),
      told(17, length: 28, network: 0, udpValues)),
    PacketVector("a later fragment", from: .network, v4(17, udp, fragment: 0x0001), told(17, length: 28, network: 0)),
    PacketVector(
      "ICMP", from: .network, v4(1, hex("0301 0000") + zeros(60)),
      told(1, length: 84, network: 0, ["icmpType": "3", "icmpCode": "1"])),
    PacketVector(
      "SCTP", from: .network, v4(132, u16(5000, 36_412) + zeros(8)),
      told(132, length: 32, network: 0, ["sourcePort": "5000", "destinationPort": "36412"])),
    PacketVector("GRE", from: .network, v4(47, hex("0000 0800") + v4(6, tcp)), told(47, length: 64, network: 0)),
    PacketVector(
      "VXLAN", from: .network, v4(17, vxlan()),
      told(17, length: 50, network: 0, ["sourcePort": "50000", "destinationPort": "4789", "vxlan": "4822"])),
    PacketVector(
      "VXLAN without a network", from: .network, v4(17, vxlan(flags: 0)),
      told(17, length: 50, network: 0, ["sourcePort": "50000", "destinationPort": "4789"])),
    PacketVector(
      "another port with the octets of VXLAN", from: .network, v4(17, vxlan(port: 4788)),
      told(17, length: 50, network: 0, ["sourcePort": "50000", "destinationPort": "4788"])),
    PacketVector("a header that is too short", from: .network, hex("4400") + zeros(30), [:]),
    PacketVector("neither version", from: .network, hex("5500") + zeros(30), [:]),
    PacketVector("nothing", from: .network, [], [:]),
  ]

  static let network6: [PacketVector] = [
    PacketVector("UDP in IPv6", from: .network, v6(17, udp, length: 512), told6(17, length: 552, udpValues)),
    PacketVector(
      "TCP behind hop-by-hop options, destination options and a routing header", from: .network,
      v6(0, hex("3c00 0000 0000 0000  2b01") + zeros(14) + hex("0600") + zeros(6) + tcp),
      told6(6, length: 92, tcpValues)),
    PacketVector(
      "UDP behind an authentication header", from: .network,
      v6(51, hex("1104 0000") + zeros(20) + udp), told6(17, length: 72, udpValues)),
    PacketVector(
      "a first fragment of IPv6", from: .network, v6(44, hex("1100 0001 0000 0007") + udp),
      told6(17, length: 56, udpValues)),
    PacketVector(
      "a later fragment of IPv6", from: .network, v6(44, hex("1100 0008 0000 0007") + udp),
      told6(17, length: 56)),
    PacketVector(
      "a later fragment that goes on in an extension header", from: .network,
      v6(44, hex("3c00 0008 0000 0007") + udp), told6(0, length: 56).filter { $0.key != "protocol" }),
    PacketVector(
      "ICMPv6", from: .network, v6(58, hex("8000 0000")),
      told6(58, length: 44, ["icmpType": "128"])),
    PacketVector("encrypted payload", from: .network, v6(50, zeros(20)), told6(50, length: 60)),
    PacketVector("no next header", from: .network, v6(59, []), told6(59, length: 40)),
    PacketVector(
      "a jumbogram", from: .network,
      v6(0, hex("1100 c204 00010000") + udp, length: 0), told6(17, length: 0, udpValues).filter { $0.key != "length" }),
  ]

  static let all = link4 + network4 + network6
}
