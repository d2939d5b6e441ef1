import FlowModel
import NetFlow
import NetworkBytes
import Testing

/// Of several elements with the same meaning, the first present and nonzero one counts.
@Suite("Elements that say the same thing")
struct CandidateTests {
  struct Place: Sendable, CustomTestStringConvertible {
    var name: String
    var elements: [Int]
    var width: Int
    var value: @Sendable (FlowRecord) -> UInt64

    var testDescription: String { name }
  }

  static let places = [
    Place(name: "octets", elements: [1, 352, 231, 23], width: 4) { $0.octets },
    Place(name: "packets", elements: [2, 298, 24], width: 4) { $0.packets },
    Place(name: "source port", elements: [7, 182, 180], width: 2) { UInt64($0.sourcePort) },
    Place(name: "destination port", elements: [11, 183, 181], width: 2) { UInt64($0.destinationPort) },
    Place(name: "source VLAN", elements: [58, 243], width: 2) { UInt64($0.sourceVLAN) },
    Place(name: "destination VLAN", elements: [59, 254], width: 2) { UInt64($0.destinationVLAN) },
    Place(name: "source MAC", elements: [56, 81], width: 6) { $0.sourceMAC },
    Place(name: "destination MAC", elements: [80, 57], width: 6) { $0.destinationMAC },
    Place(name: "input interface", elements: [10, 252], width: 4) { UInt64($0.ingressInterface) },
    Place(name: "output interface", elements: [14, 253], width: 4) { UInt64($0.egressInterface) },
    Place(name: "VRF", elements: [234, 235], width: 4) { UInt64($0.vrf) },
    Place(name: "next hop", elements: [15, 18], width: 4) { $0.nextHop.low & 0xffff_ffff },
    Place(name: "IPv6 next hop", elements: [62, 63], width: 16) { $0.nextHop.low },
    Place(name: "source", elements: [8, 44], width: 4) { $0.source.low & 0xffff_ffff },
    Place(name: "ICMP type", elements: [176, 178], width: 1) { UInt64($0.icmpType) },
    Place(name: "ICMP code", elements: [177, 179], width: 1) { UInt64($0.icmpCode) },
    Place(name: "protocol", elements: [4, 193], width: 1) { UInt64($0.protocolIdentifier) },
  ]

  /// In these records the first elements are zero; the nonzero last octet keeps the record from being treated as
  /// padding.
  @Test("count from the first that is not zero on, in whatever order the template has them", arguments: places)
  func firstNotZero(_ place: Place) {
    for isReversed in [false, true] {
      let order = isReversed ? Array(place.elements.enumerated().reversed()) : Array(place.elements.enumerated())
      let fields = order.map { [$0.element, place.width] } + [[5, 1]]
      let records = (0...place.elements.count).map { zeros in
        order.map { Array(UInt64($0.offset < zeros ? 0 : 10 + $0.offset), width: place.width) } + [[9]]
      }
      let expected = place.elements.indices.map { UInt64(10 + $0) } + [0]
      let message = FlowMessage(fields: fields, records: records)
      #expect(FlowDecoded([message.octets]).records.map(place.value) == expected)
      #expect(FlowDecoded([message.variable.octets]).records.map(place.value) == expected)
    }
  }

  @Test("are not 23 and 24 of an exporter that counts the other direction by them")
  func otherDirection() {
    let message = FlowMessage(
      fields: [[1, 4], [2, 4], [23, 4], [24, 4]],
      records: [[Wire.be32(0), Wire.be32(0), Wire.be32(7), Wire.be32(1)]])
    for octets in [message.octets, message.variable.octets] {
      #expect(FlowDecoded([octets]).records.map(\.octets) == [7])
      let told = FlowDecoded([octets]) { $0.outCountersAreReverse = [Wire.exporter.address] }
      // The reverse direction is a separate record.
      #expect(told.records.map(\.octets) == [0, 7])
      #expect(told.records.map(\.packets) == [0, 1])
    }
  }

  @Test("give ToS from the DSCP only where ToS is absent")
  func differentiatedServices() {
    let alone = FlowMessage(fields: [[195, 1]], records: [[[46]]])
    #expect(FlowDecoded([alone.octets]).records.map(\.typeOfService) == [184])
    let beside = FlowMessage(fields: [[195, 1], [5, 1]], records: [[[46], [0]], [[46], [7]]])
    #expect(FlowDecoded([beside.octets]).records.map(\.typeOfService) == [0, 7])
  }

  @Test("of no address leave addresses absent", arguments: [15, 18, 62, 63])
  func noNextHop(_ element: Int) {
    let message = FlowMessage(
      fields: [[element, element > 20 ? 16 : 4], [4, 1]],
      records: [[Array(0, width: element > 20 ? 16 : 4), [6]]])
    #expect(FlowDecoded([message.octets]).records.map(\.nextHop) == [.unspecified])
    var record = Wire.v5Record
    record.replaceSubrange(8..<12, with: [0, 0, 0, 0])
    #expect(FlowDecoded([Wire.v5(record)]).records.map(\.nextHop) == [.unspecified])
  }

  /// Protocol, ports, and the expected ICMP type and code.
  static let icmp: [(proto: UInt8, source: Int, destination: Int, type: UInt8, code: UInt8)] = [
    (1, 0, 0x0303, 3, 3), (1, 0, 0x0800, 8, 0), (1, 0, 0, 0, 0), (58, 0, 0x8100, 129, 0), (58, 0, 136, 136, 0),
    (58, 1, 4, 1, 4), (1, 3, 1, 3, 1), (1, 0, 8, 0, 8), (1, 40_000, 0x0800, 8, 0), (6, 0, 0x0303, 0, 0),
  ]

  @Test("of ICMP are read from the ports where nothing else tells them", arguments: icmp)
  func ports(_ packet: (proto: UInt8, source: Int, destination: Int, type: UInt8, code: UInt8)) {
    let fields = [[7, 2], [11, 2], [4, 1]]
    let values = [Wire.be16(packet.source), Wire.be16(packet.destination), [packet.proto]]
    let record = FlowDecoded([FlowMessage(fields: fields, records: [values]).octets]).records[0]
    #expect(record.icmpType == packet.type)
    #expect(record.icmpCode == packet.code)
    // With a separate ICMP element: it counts, and the port only if the element is zero.
    let told = FlowMessage(fields: fields + [[32, 2]], records: [values + [Wire.be16(0x0504)]])
    #expect(FlowDecoded([told.octets]).records.map { [$0.icmpType, $0.icmpCode] } == [[5, 4]])
    let zero = FlowMessage(fields: fields + [[32, 2], [5, 1]], records: [values + [Wire.be16(0), [9]]])
    let expected = packet.source == 0 ? [packet.type, packet.code] : [0, 0]
    #expect(FlowDecoded([zero.octets]).records.map { [$0.icmpType, $0.icmpCode] } == [expected])
  }

  @Test("of ICMP in a firewall's events are believed where they are zero, whatever is in the port")
  func echoReply() {
    // Cisco ASA: 0 and 0, with the echo identifier as the destination port.
    let fields = [[7, 2], [11, 2], [4, 1], [176, 1], [177, 1], [178, 1], [179, 1], [233, 1]]
    func record(_ proto: UInt8, _ values: [UInt8]) -> [[UInt8]] {
      [Wire.be16(0), Wire.be16(0x448d), [proto]] + (values + [1]).map { [$0] }
    }
    let records = [
      record(1, [0, 0, 0, 0]), record(1, [3, 1, 0, 0]), record(58, [0, 0, 0x81, 0]), record(58, [0, 0, 0, 0]),
    ]
    let decoded = FlowDecoded([FlowMessage(fields: fields, records: records).octets]).records
    // ICMPv6 has no type 0: zero there means not set.
    #expect(decoded.map { [$0.icmpType, $0.icmpCode] } == [[0, 0], [3, 1], [0x81, 0], [0x44, 0x8d]])
    // For other devices, zeros next to a port mean not set.
    let others = FlowMessage(fields: Array(fields[0...4]), records: [[Wire.be16(0), Wire.be16(0x0303), [1], [0], [0]]])
    #expect(FlowDecoded([others.octets]).records.map { [$0.icmpType, $0.icmpCode] } == [[3, 3]])
  }
}
