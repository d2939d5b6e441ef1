import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// A field of a record: its template entry and its value.
private struct Field {
  var specifier: [Int]
  var content: [UInt8]

  init(_ element: Int, _ width: Int, _ value: Int) {
    specifier = [element, width]
    content = Array(UInt64(value), width: width)
  }

  /// Returns the same field for the reverse direction (RFC 5103 §6.1).
  static func reverse(_ element: Int, _ width: Int, _ value: Int) -> Field {
    var field = Field(element, width, value)
    field.specifier.append(Int(FieldElement.reverseEnterprise))
    return field
  }
}

@Suite("The other direction of a biflow is a record of its own")
struct BiflowTests {
  /// 2025-06-15T15:06:40Z minus ten seconds, in milliseconds.
  private static let start = 1_749_999_990_000

  private static let ends = [
    Field(8, 4, 0xc633_640a), Field(12, 4, 0xc000_0214), Field(7, 2, 40_001), Field(11, 2, 443), Field(4, 1, 6),
  ]

  private static func message(_ fields: [Field], version: Int = 10) -> FlowMessage {
    FlowMessage(version: version, fields: fields.map(\.specifier), records: [fields.map(\.content)])
  }

  /// Returns the decoding of a record with these fields, which must be the same with and without variable-length fields
  /// in its template.
  private static func decoded(
    _ fields: [Field], version: Int = 10, _ configure: (inout FlowDecoderOptions) -> Void = { _ in }
  ) -> FlowDecoded {
    let message = message(fields, version: version)
    let decoded = FlowDecoded([message.octets], configure)
    #expect(FlowDecoded([message.variable.octets], configure).contents == decoded.contents, "measured")
    let pairs = FlowDecoded([message.octets]) {
      configure(&$0)
      $0.biflows = .pairs
    }
    #expect(pairs.contents == [Self.pair(decoded.contents)], "pairs")
    #expect(pairs.counters.reverseRecords == 0)
    return decoded
  }

  /// Merges the records of both directions into one with the counts of the reverse direction.
  private static func pair(_ records: [[String: String]]) -> [String: String] {
    var pair = records.first ?? [:]
    pair["reverseOctets"] = records.dropFirst().first?["octets"]
    pair["reversePackets"] = records.dropFirst().first?["packets"]
    return pair
  }

  private static let counts = [Field(1, 8, 1000), Field(2, 8, 10)]
  private static let reverseCounts = [Field.reverse(1, 8, 90_000), .reverse(2, 8, 70)]

  @Test("with its ends swapped, and without what holds for one direction")
  func swapped() {
    let fields: [Field] = [
      Field(10, 4, 1), Field(14, 4, 2), Field(16, 4, 64_501), Field(17, 4, 64_502), Field(9, 1, 24), Field(13, 1, 16),
      Field(58, 2, 100), Field(59, 2, 200), Field(56, 6, 0xa), Field(80, 6, 0xb), Field(15, 4, 0xc0a8_0001),
      Field(61, 1, 1), Field(6, 1, 0x1b), Field(5, 1, 184), Field(234, 4, 7), Field(136, 1, 3),
      Field(152, 8, Self.start), Field(153, 8, Self.start + 4000), Field(225, 4, 0xcb00_7132),
      Field(226, 4, 0xc000_0214),
      Field(227, 2, 50_001), Field(228, 2, 443), Field(70, 3, 0x3e811), Field(95, 4, 0x0300_0050),
    ]
    let decoded = Self.decoded(Self.ends + fields + Self.counts + Self.reverseCounts)
    #expect(decoded.counters.flowRecords == 1)
    #expect(decoded.counters.reverseRecords == 1)
    let contents = decoded.contents
    #expect(contents.count == 2)
    guard contents.count == 2 else { return }
    let pairs = [
      ("source", "destination"), ("sourcePort", "destinationPort"), ("ingressInterface", "egressInterface"),
      ("sourceAS", "destinationAS"), ("sourceMask", "destinationMask"), ("sourceVLAN", "destinationVLAN"),
      ("sourceMAC", "destinationMAC"), ("postNATSource", "postNATDestination"),
      ("postNATSourcePort", "postNATDestinationPort"),
    ]
    var expected = contents[0]
    for (a, b) in pairs {
      #expect(contents[0][a] != nil && contents[0][a] != contents[0][b], "\(a)")
      (expected[a], expected[b]) = (contents[0][b], contents[0][a])
    }
    for name in ["nextHop", "direction", "tcpFlags", "mpls0"] {
      #expect(contents[0][name] != nil, "\(name)")
      expected[name] = nil
    }
    expected["octets"] = "90000"
    expected["packets"] = "70"
    #expect(contents[1] == expected)
  }

  @Test("only if it has counted anything")
  func silent() {
    let none = Self.decoded(Self.ends + Self.counts + [.reverse(1, 8, 0), .reverse(2, 8, 0), .reverse(6, 1, 0x12)])
    #expect(none.records.map(\.octets) == [1000])
    #expect(none.counters.reverseRecords == 0)
    let packets = Self.decoded(Self.ends + Self.counts + [.reverse(1, 8, 0), .reverse(2, 8, 3)])
    #expect(packets.records.map(\.packets) == [10, 3])
    let flags = Self.decoded(Self.ends + Self.counts + [.reverse(6, 1, 0x12)])
    #expect(flags.records.count == 1)
  }

  @Test("from the first reverse element that is not zero", arguments: [1, 352, 23])
  func candidates(_ element: Int) {
    let octets = [1, 352, 23].map { Field.reverse($0, 8, $0 == element ? 77 : 0) }
    #expect(Self.decoded(Self.ends + Self.counts + octets).records.map(\.octets) == [1000, 77])
  }

  @Test("with what reverse elements report of it")
  func told() {
    let fields: [Field] = [
      Field(6, 1, 0x02), .reverse(6, 1, 0x12), Field(5, 1, 8), .reverse(5, 1, 0), Field(61, 1, 0), .reverse(61, 1, 1),
      .reverse(15, 4, 0xc0a8_0002), .reverse(58, 2, 300), .reverse(136, 1, 1),
    ]
    let records = Self.decoded(Self.ends + Self.counts + Self.reverseCounts + fields).records
    #expect(records.map(\.tcpFlags) == [0x02, 0x12])
    #expect(records.map(\.typeOfService) == [8, 0])
    #expect(records.map(\.direction) == [1, 2])
    #expect(records.map(\.nextHop) == [.unspecified, IPAddress(v4: 0xc0a8_0002)])
    #expect(records.map(\.sourceVLAN) == [0, 300])
    #expect(records.map(\.endReason) == [0, 1])
  }

  @Test("an echo reply to an echo request")
  func ping() {
    let ends = [Field(8, 4, 1), Field(12, 4, 2), Field(4, 1, 1)]
    let records = Self.decoded(
      ends + Self.counts + Self.reverseCounts + [Field(32, 2, 0x0800), .reverse(32, 2, 0)]
    ).records
    #expect(records.map(\.icmpType) == [8, 0])
    let untold = Self.decoded(ends + Self.counts + Self.reverseCounts + [Field(32, 2, 0x0800)]).records
    #expect(untold.map(\.icmpType) == [8, 8])
  }

  /// Time fields in addition to the flow's own start and end, with the expected start and end of the reverse direction
  /// (milliseconds after the flow's start).
  private static let ownTimes: [(fields: [Field], start: Int, end: Int)] = [
    ([], 0, 4000),
    ([.reverse(152, 8, start + 1000), .reverse(153, 8, start + 3000)], 1000, 3000),
    ([.reverse(150, 4, (start + 1000) / 1000), .reverse(151, 4, (start + 3000) / 1000)], 1000, 3000),
    ([.reverse(152, 8, start + 1000)], 1000, 4000),
    ([.reverse(153, 8, start + 3000)], 0, 3000),
    ([.reverse(152, 8, start + 1000), .reverse(161, 4, 500)], 1000, 1500),
    ([.reverse(152, 8, 0), .reverse(153, 8, 0)], 0, 4000),
  ]

  @Test("at its own times where they are reported", arguments: ownTimes.indices)
  func times(_ index: Int) {
    let sample = Self.ownTimes[index]
    let own = [Field(152, 8, Self.start), Field(153, 8, Self.start + 4000)]
    let records = Self.decoded(Self.ends + own + Self.counts + Self.reverseCounts + sample.fields).records
    #expect(records.map { Int($0.start) - Self.start } == [0, sample.start])
    #expect(records.map { Int($0.end) - Self.start } == [4000, sample.end])
  }

  @Test("by running totals that have grown")
  func totals() {
    var decoder = FlowDecoder()
    let messages = [[10, 100], [30, 250], [40, 250]].map {
      Self.message(Self.ends + [Field(85, 8, $0[0]), .reverse(85, 8, $0[1])]).octets
    }
    let decoded = FlowDecoded(messages, by: &decoder)
    #expect(decoded.records.map(\.octets) == [10, 100, 20, 150, 10])
  }

  @Test("or its counts are in the record of the flow, where the settings want pairs")
  func pairs() {
    var options = FlowDecoderOptions()
    options.biflows = .pairs
    var decoder = FlowDecoder(options: options)
    let messages = [[10, 100], [30, 250], [40, 250]].map {
      Self.message(Self.ends + [Field(95, 4, 0x0300_0050), Field(85, 8, $0[0]), .reverse(85, 8, $0[1])]).octets
    }
    let decoded = FlowDecoded(messages, by: &decoder)
    #expect(decoded.records.map(\.octets) == [10, 20, 10])
    #expect(decoded.contents.map { $0["reverseOctets"] } == ["100", "150", nil])
    #expect(decoded.contents.map { $0["applicationSelector"] } == ["80", "80", "80"])
    #expect(decoded.counters.flowRecords == 3)
    #expect(decoded.counters.reverseRecords == 0)
  }

  /// Elements 231, 298, 232, 299 with other counters of a record.
  private static let responders: [(what: String, fields: [Field], octets: [UInt64], packets: [UInt64])] = [
    (
      "beside the initiator", [Field(231, 4, 1000), Field(298, 4, 10), Field(232, 4, 50_000), Field(299, 4, 40)],
      [1000, 50_000], [10, 40]
    ),
    ("of an initiator that sent nothing", [Field(231, 4, 0), Field(232, 4, 500)], [0, 500], [0, 0]),
    ("of packets alone", [Field(298, 4, 3), Field(299, 4, 4)], [0, 0], [3, 4]),
    (
      "beside counts of the flow", [Field(1, 4, 1000), Field(2, 4, 10), Field(231, 4, 1000), Field(232, 4, 500)],
      [1000], [10]
    ),
    (
      "beside counts of the flow that are zero",
      [Field(1, 4, 0), Field(2, 4, 0), Field(231, 4, 1000), Field(232, 4, 500)], [1000, 500], [0, 0]
    ),
    ("without an initiator", [Field(1, 4, 1000), Field(232, 4, 500)], [1000], [0]),
    (
      "behind reverse elements", [Field(231, 4, 1000), Field(232, 4, 500), .reverse(1, 8, 7)], [1000, 7],
      [0, 0]
    ),
  ]

  @Test("by what the responder sent, where the flow counts what the initiator sent", arguments: responders.indices)
  func responder(_ index: Int) {
    let sample = Self.responders[index]
    let records = Self.decoded(Self.ends + sample.fields).records
    #expect(records.map(\.octets) == sample.octets, "\(sample.what)")
    #expect(records.map(\.packets) == sample.packets, "\(sample.what)")
  }

  @Test("of a firewall's connection, with what the teardown adds to the updates")
  func connection() {
    func event(_ kind: Int, _ second: Int, _ sent: Int, _ answered: Int) -> [UInt8] {
      Self.message(
        Self.ends + [
          Field(148, 4, 1), Field(233, 1, kind), Field(323, 8, Self.start + second * 1000), Field(231, 4, sent),
          Field(232, 4, answered),
        ]
      ).octets
    }
    var decoder = FlowDecoder()
    let decoded = FlowDecoded([event(5, 1, 100, 900), event(2, 2, 150, 1000), event(2, 2, 150, 1000)], by: &decoder)
    #expect(decoded.records.map(\.octets) == [100, 900, 50, 100, 0])
    #expect(decoded.records.map { $0.source == IPAddress(v4: 0xc000_0214) } == [false, true, false, true, false])
  }

  @Test("by elements 23 and 24 of exporters that count it there")
  func out() {
    let fields = Self.ends + Self.counts + [Field(23, 4, 7), Field(24, 4, 1)]
    #expect(Self.decoded(fields, version: 9).records.map(\.octets) == [1000])
    let told = Self.decoded(fields, version: 9) { $0.outCountersAreReverse = [Wire.exporter.address] }.records
    #expect(told.map(\.octets) == [1000, 7])
    #expect(told.map(\.packets) == [10, 1])
  }

  @Test("and no extra: this stays with the record that was sent, without what has a column")
  func extra() {
    let fields =
      Self.ends + Self.counts + Self.reverseCounts + [.reverse(6, 1, 2), Field(98, 1, 5), .reverse(98, 1, 6)]
    let decoded = Self.decoded(fields) { $0.keepsExtra = true }
    #expect(
      decoded.contents.map { $0["extra"] } == [#"{"postIpDiffServCodePoint":5,"29305/98":6}"#, nil])
    let beside = Self.decoded(Self.ends + Self.counts + [Field(232, 4, 5)]) { $0.keepsExtra = true }
    #expect(beside.contents.map { $0["extra"] } == [#"{"responderOctets":5}"#])
  }

  @Test("that takes the exporter's forced sampling rate, and is no part of the sequence")
  func sampling() {
    let decoded = Self.decoded(Self.ends + Self.counts + Self.reverseCounts) {
      $0.forcedSamplingRates = [Wire.exporter.address: 100]
    }
    #expect(decoded.records.map(\.samplingRate) == [100, 100])
    let message = Self.message(Self.ends + Self.counts + Self.reverseCounts)
    var decoder = FlowDecoder()
    var octets = (0..<20).map { Wire.ipfix(message.data, sequence: $0 + 1) }
    octets.insert(Wire.ipfix(message.template, message.data), at: 0)
    #expect(FlowDecoded(octets, by: &decoder).counters.sequence.lost == 0)
    #expect(decoder.counters.reverseRecords == 21)
  }
}
