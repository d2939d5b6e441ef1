import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// How template fields map to fields of a flow record.
@Suite("Mapping to flow records")
struct FlowDecoderMappingTests {
  /// An element, its valid lengths, and its effect on an otherwise empty record.
  struct Mapping: Sendable, CustomTestStringConvertible {
    var element: Int
    var widths: [Int]
    var fills: @Sendable ([UInt8]) -> [String: String]

    var testDescription: String { "element \(element)" }

    /// Returns the mapping of an integer of up to eight octets, of which the record keeps the low `bits`.
    static func integer(_ element: Int, _ name: String, bits: Int) -> Mapping {
      Mapping(element: element, widths: Array(1...8)) { octets in
        [name: String(bits == 64 ? octets.number : octets.number & (1 << UInt64(bits) - 1))]
      }
    }
    static func v4(_ element: Int, _ name: String) -> Mapping {
      Mapping(element: element, widths: [4]) { [name: IPAddress(v4: UInt32($0.number)).description] }
    }
    static func v6(_ element: Int, _ name: String) -> Mapping {
      Mapping(element: element, widths: [16]) { octets in
        [name: IPAddress(high: Array(octets[..<8]).number, low: Array(octets[8...]).number).description]
      }
    }
    static func mac(_ element: Int, _ name: String) -> Mapping {
      Mapping(element: element, widths: [6]) { [name: String($0.number)] }
    }
    static func typeAndCode(_ element: Int) -> Mapping {
      Mapping(element: element, widths: Array(1...8)) { octets in
        ["icmpType": String(octets.number >> 8 & 255), "icmpCode": String(octets.number & 255)]
      }
    }
  }

  static let mappings: [Mapping] =
    [
      .v4(8, "source"), .v4(44, "source"), .v6(27, "source"), .v6(170, "source"),
      .v4(12, "destination"), .v4(45, "destination"), .v6(28, "destination"), .v6(169, "destination"),
      .v4(15, "nextHop"), .v4(18, "nextHop"), .v6(62, "nextHop"), .v6(63, "nextHop"),
      .integer(7, "sourcePort", bits: 16), .integer(182, "sourcePort", bits: 16), .integer(180, "sourcePort", bits: 16),
      .integer(11, "destinationPort", bits: 16), .integer(183, "destinationPort", bits: 16),
      .integer(181, "destinationPort", bits: 16),
      .integer(4, "protocol", bits: 8), .integer(193, "protocol", bits: 8), .integer(5, "typeOfService", bits: 8),
      .integer(6, "tcpFlags", bits: 16), .typeAndCode(32), .typeAndCode(139),
      .integer(176, "icmpType", bits: 8), .integer(178, "icmpType", bits: 8),
      .integer(177, "icmpCode", bits: 8), .integer(179, "icmpCode", bits: 8),
      .integer(1, "octets", bits: 64), .integer(352, "octets", bits: 64), .integer(231, "octets", bits: 64),
      .integer(23, "octets", bits: 64), .integer(2, "packets", bits: 64), .integer(298, "packets", bits: 64),
      .integer(24, "packets", bits: 64),
      .integer(10, "ingressInterface", bits: 32), .integer(252, "ingressInterface", bits: 32),
      .integer(14, "egressInterface", bits: 32), .integer(253, "egressInterface", bits: 32),
      .integer(58, "sourceVLAN", bits: 16), .integer(243, "sourceVLAN", bits: 16),
      .integer(59, "destinationVLAN", bits: 16), .integer(254, "destinationVLAN", bits: 16),
      .mac(56, "sourceMAC"), .mac(81, "sourceMAC"), .mac(80, "destinationMAC"), .mac(57, "destinationMAC"),
      .integer(16, "sourceAS", bits: 32), .integer(17, "destinationAS", bits: 32),
      .integer(9, "sourceMask", bits: 8), .integer(29, "sourceMask", bits: 8),
      .integer(13, "destinationMask", bits: 8), .integer(30, "destinationMask", bits: 8),
      .integer(234, "vrf", bits: 32), .integer(235, "vrf", bits: 32), .integer(136, "endReason", bits: 8),
      .integer(230, "natEvent", bits: 8), .integer(233, "firewallEvent", bits: 8),
      .integer(89, "forwardingStatus", bits: 8), .integer(361, "portBlockStart", bits: 16),
      .integer(362, "portBlockEnd", bits: 16), .integer(351, "layer2Segment", bits: 24),
      .v4(47, "mplsTopLabelAddress"), .v6(140, "mplsTopLabelAddress"),
      Mapping(element: 34, widths: Array(1...8)) { ["samplingRate": String(min($0.number, 0xffff_ffff))] },
      Mapping(element: 305, widths: Array(1...8)) { ["samplingRate": String(min($0.number, 0xffff_ffff))] },
      .v4(225, "postNATSource"), .v6(281, "postNATSource"),
      .v4(226, "postNATDestination"), .v6(282, "postNATDestination"),
      .integer(227, "postNATSourcePort", bits: 16), .integer(228, "postNATDestinationPort", bits: 16),
      Mapping(element: 95, widths: Array(1...12) + [15, 17, 40]) { octets in
        ["applicationEngine": String(octets[0]), "applicationSelector": String(ExpectedFlow.selector(octets))]
      },
      .v4(130, "exporter"), .v6(131, "exporter"),
    ]
    + (0..<10).map { depth in
      Mapping(element: 70 + depth, widths: [3]) { ["mpls\(depth)": String($0.number)] }
    }

  /// Returns the contents of every record: its origin, and the times of its message.
  static func empty(_ version: Int) -> [String: String] {
    [
      "exporter": Wire.exporter.address.description, "domain": "1", "version": String(version), "records": "1",
      "samplingRate": "1", "start": "1750000000000", "end": "1750000000000",
    ]
  }

  private static func expected(_ mapping: Mapping, _ version: Int, _ value: [UInt8]) -> [String: String] {
    empty(version).merging(mapping.fills(value)) { $1 }.filter { $0.value != "0" }
  }

  @Test("fills one place and leaves the others, in any width that fits", arguments: mappings, [9, 10])
  func fills(_ mapping: Mapping, _ version: Int) {
    var numbers = SeededGenerator(seed: UInt64(mapping.element))
    for width in mapping.widths {
      let values = (0..<5).map { _ in numbers.octets(width) }
      let message = FlowMessage(version: version, fields: [[mapping.element, width]], records: values.map { [$0] })
      let expected = values.map { Self.expected(mapping, version, $0) }
      #expect(FlowDecoded([message.octets]).contents == expected, "\(width) octets")
      #expect(FlowDecoded([message.variable.octets]).contents == expected, "\(width) octets, measured")
      var own = message
      own.fields = [[mapping.element, 65535]]
      #expect(FlowDecoded([own.octets]).contents == expected, "\(width) octets, of a length the record says")
    }
  }

  @Test("leaves a field alone whose width does not fit", arguments: mappings, [9, 10])
  func misfits(_ mapping: Mapping, _ version: Int) {
    for width in [0, 1, 2, 3, 5, 7, 9, 12, 15, 17, 40] where !mapping.widths.contains(width) {
      let value = SeededGenerator.filled(width)
      let message = FlowMessage(
        version: version, fields: [[mapping.element, width], [210, 1]], records: [[value, [1]], [value, [1]]])
      let expected = [Self.empty(version), Self.empty(version)]
      #expect(FlowDecoded([message.octets]).contents == expected, "\(width) octets")
      #expect(FlowDecoded([message.variable.octets]).contents == expected, "\(width) octets, measured")
    }
  }

  @Test("does not take an enterprise's element for IANA's", arguments: mappings)
  func enterprises(_ mapping: Mapping) {
    let width = mapping.widths[0]
    for enterprise in [9, 29305] {
      let message = FlowMessage(
        fields: [[mapping.element, width, enterprise]], records: [[SeededGenerator.filled(width)]])
      // A reverse element may create another record.
      #expect(FlowDecoded([message.octets]).contents.first == Self.empty(10))
    }
    // v9 has no enterprise bit: this is element 32768 or above.
    let message = FlowMessage(
      version: 9, fields: [[mapping.element | 0x8000, width]], records: [[SeededGenerator.filled(width)]])
    #expect(FlowDecoded([message.octets]).contents == [Self.empty(9)])
  }

  @Test("reads an octet of enterprise 0 as IANA's")
  func enterpriseZero() {
    let message = FlowMessage(fields: [[4, 1, 0]], records: [[[17]]])
    #expect(FlowDecoded([message.octets]).records.map(\.protocolIdentifier) == [17])
  }

  /// Elements with the same meaning, in order of preference.
  struct Preference: Sendable, CustomTestStringConvertible {
    var name: String
    var width: Int
    var elements: [Int]

    init(_ name: String, _ width: Int, _ elements: [Int]) {
      (self.name, self.width, self.elements) = (name, width, elements)
    }

    var testDescription: String { "\(name): \(elements)" }
  }

  static let preferences = [
    Preference("octets", 8, [1, 352, 231, 23]), Preference("packets", 8, [2, 298, 24]),
    Preference("sourcePort", 2, [7, 182, 180]), Preference("destinationPort", 2, [11, 183, 181]),
    Preference("protocol", 1, [4, 193]), Preference("icmpType", 1, [176, 178]), Preference("icmpCode", 1, [177, 179]),
    Preference("source", 4, [8, 44]), Preference("source", 16, [27, 170]), Preference("destination", 4, [12, 45]),
    Preference("destination", 16, [28, 169]), Preference("nextHop", 4, [15, 18]), Preference("nextHop", 16, [62, 63]),
    Preference("ingressInterface", 4, [10, 252]), Preference("egressInterface", 4, [14, 253]),
    Preference("sourceVLAN", 2, [58, 243]), Preference("destinationVLAN", 2, [59, 254]),
    Preference("sourceMAC", 6, [56, 81]), Preference("destinationMAC", 6, [80, 57]),
    Preference("vrf", 4, [234, 235]), Preference("samplingRate", 4, [34, 305]),
  ]

  @Test("prefers one element to another, wherever they stand", arguments: preferences)
  func prefers(_ preference: Preference) {
    for first in preference.elements.indices {
      let elements = Array(preference.elements[first...])
      let best = Array(UInt64(elements[0]), width: preference.width)
      let mapping = Self.mappings.first { $0.element == elements[0] }
      let expected = Self.expected(mapping ?? Self.mappings[0], 10, best)
      for order in [elements, elements.reversed()] {
        let message = FlowMessage(
          fields: order.map { [$0, preference.width] },
          records: [order.map { Array(UInt64($0), width: preference.width) }])
        #expect(FlowDecoded([message.octets]).contents == [expected], "\(order)")
        #expect(FlowDecoded([message.variable.octets]).contents == [expected], "\(order), measured")
      }
    }
  }

  @Test("passes over a preferred element whose width does not fit")
  func nextBest() {
    let message = FlowMessage(fields: [[1, 9], [352, 4]], records: [[Array(7, width: 9), Array(8, width: 4)]])
    #expect(FlowDecoded([message.octets]).records.map(\.octets) == [8])
  }

  @Test("takes the first of an element that a template has twice")
  func repeated() {
    let message = FlowMessage(
      fields: [[8, 4], [1, 4], [8, 4]], records: [[[10, 0, 0, 1], [0, 0, 0, 5], [10, 0, 0, 2]]])
    #expect(FlowDecoded([message.octets]).records.map(\.source.description) == ["10.0.0.1"])
  }

  static let addresses: [(Int, Int, @Sendable (FlowRecord) -> IPAddress)] = [
    (8, 27, { $0.source }), (12, 28, { $0.destination }), (15, 62, { $0.nextHop }),
  ]

  @Test("takes the address that is there from a template made for IPv4 and IPv6", arguments: 0..<3, [false, true])
  func dualStack(_ index: Int, _ isV6First: Bool) {
    let (v4, v6, place) = Self.addresses[index]
    let address: [UInt8] = [0x20, 1, 0xd, 0xb8] + Array(repeating: 0, count: 11) + [1]
    let none = index < 2 ? "0.0.0.0" : "::"
    let none4 = [UInt8](repeating: 0, count: 4)
    let none6 = [UInt8](repeating: 0, count: 16)
    let fields = [[v4, 4], [v6, 16]]
    let records = [[[10, 0, 0, 9], none6], [none4, none6], [none4, address]]
    let message = FlowMessage(
      fields: isV6First ? fields.reversed() : fields, records: isV6First ? records.map { $0.reversed() } : records)
    for octets in [message.octets, message.variable.octets] {
      #expect(FlowDecoded([octets]).records.map { place($0).description } == ["10.0.0.9", none, "2001:db8::1"])
    }
  }

  @Test("takes the prefix length that is there from a template made for IPv4 and IPv6")
  func dualStackMasks() {
    let message = FlowMessage(
      fields: [[9, 1], [29, 1], [30, 1], [13, 1]], records: [[[24], [0], [0], [8]], [[0], [64], [48], [0]]])
    #expect(
      FlowDecoded([message.octets]).records.map { [$0.sourceMask, $0.destinationMask] } == [[24, 8], [64, 48]])
  }

  @Test("tells directions: ingress, egress, and anything else as none", arguments: [1, 2, 8])
  func direction(_ width: Int) {
    let values: [UInt64] = [0, 1, 2, 255]
    let message = FlowMessage(fields: [[61, width]], records: values.map { [Array($0, width: width)] })
    #expect(FlowDecoded([message.octets]).records.map(\.direction) == [1, 2, 0, 0])
  }

  @Test("of v5 fills every field")
  func v5() {
    let message = Wire.v5(Wire.v5Record + Wire.v5Record, sampling: 0x4064)
    let expected = [
      "exporter": "198.18.0.1", "domain": "258", "version": "5", "records": "1", "samplingRate": "100",
      "source": "10.0.0.1", "destination": "10.0.0.2", "nextHop": "10.0.0.254", "ingressInterface": "3",
      "egressInterface": "4", "packets": "5", "octets": "1536", "start": "1749999950000", "end": "1749999960000",
      "sourcePort": "50000", "destinationPort": "443", "tcpFlags": "27", "protocol": "6", "typeOfService": "184",
      "sourceAS": "65000", "destinationAS": "65001", "sourceMask": "24", "destinationMask": "16",
    ]
    #expect(FlowDecoded([message]).contents == [expected, expected])
  }

  @Test("reads a real exporter's template with many records a set alike in both ways", arguments: [9, 10])
  func manyFields(_ version: Int) {
    var numbers = SeededGenerator(seed: 77)
    let fields = [
      [8, 4], [12, 4], [27, 16], [28, 16], [15, 4], [10, 4], [14, 2], [1, 8], [2, 4], [22, 4], [21, 4], [7, 2],
      [11, 2],
      [4, 1], [6, 1], [5, 1], [16, 4], [17, 2], [9, 1], [13, 1], [61, 1], [58, 2], [56, 6], [80, 6], [136, 1], [32, 2],
      [234, 4], [225, 4], [227, 2], [70, 3], [95, 4], [34, 4], [150, 4], [151, 4],
    ]
    let records = (0..<40).map { _ in fields.map { numbers.octets($0[1]) } }
    let message = FlowMessage(version: version, fields: fields, records: records)
    let contents = FlowDecoded([message.octets]).contents
    #expect(contents.count == 40)
    #expect(FlowDecoded([message.variable.octets]).contents == contents)
    let single = records.flatMap { record in
      var one = message
      one.records = [record]
      return FlowDecoded([one.octets]).contents
    }
    #expect(single == contents)
  }
}

extension SeededGenerator {
  /// Returns octets without zeros.
  static func filled(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 200 + 3) } }
}
