import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

@Suite("Running totals count by how far they have grown")
struct TotalsTests {
  private static let tuple = [[8, 4], [12, 4], [7, 2], [11, 2], [4, 1]]

  private static func tuple(_ port: Int = 40_001) -> [[UInt8]] {
    [[198, 51, 100, 10], [192, 0, 2, 20], Wire.be16(port), Wire.be16(443), [6]]
  }

  /// Returns a message of one record: the five tuple fields, and others with their values.
  private static func message(
    _ fields: [[Int]], _ values: [Int], version: Int = 10, port: Int = 40_001
  ) -> FlowMessage {
    FlowMessage(
      version: version, fields: tuple + fields,
      records: [tuple(port) + zip(fields, values).map { Array(UInt64($1), width: $0[1]) }])
  }

  private static func counts(_ messages: [FlowMessage], by decoder: inout FlowDecoder) -> [[UInt64]] {
    FlowDecoded(messages.map(\.octets), by: &decoder).records.map { [$0.octets, $0.packets] }
  }

  private static func counts(_ messages: [FlowMessage]) -> [[UInt64]] {
    var decoder = FlowDecoder()
    let counts = counts(messages, by: &decoder)
    var other = FlowDecoder()
    #expect(self.counts(messages.map(\.variable), by: &other) == counts, "measured")
    return counts
  }

  @Test(
    "whichever element they are in, and in any width",
    arguments: [([85, 8], [86, 8]), ([353, 4], [86, 4]), ([171, 5], [172, 3]), ([85, 8], [172, 8])], [9, 10])
  func differences(_ elements: ([Int], [Int]), _ version: Int) {
    let fields = [elements.0, elements.1, [150, 4]]
    let messages = [[1000, 10], [3000, 30], [3000, 30], [4500, 45]].map {
      Self.message(fields, $0 + [1_749_999_990], version: version)
    }
    #expect(Self.counts(messages) == [[1000, 10], [2000, 20], [0, 0], [1500, 15]])
  }

  /// A field that differs between two records, and whether they belong to one flow.
  @Test("of one flow: tuple, interfaces, direction, VRF, VLAN and start as sent", arguments: TotalDifference.all)
  func identity(_ difference: TotalDifference) {
    let messages = [(1, 1000), (2, 3000), (1, 3500)].map { value, total in
      FlowMessage(
        fields: [difference.field, [85, 8]],
        records: [[Array(UInt64(value), width: difference.field[1]), Array(UInt64(total), width: 8)]])
    }
    let octets = Self.counts(messages).map { $0[0] }
    #expect(octets == (difference.isSame ? [1000, 2000, 500] : [1000, 3000, 2500]))
  }

  @Test("of one exporter and domain, from whatever port, whatever the flow key leaves of these")
  func exporters() {
    var options = FlowDecoderOptions()
    options.origin = { _ in FlowOrigin(exporter: .unspecified, domain: 0, version: 0) }
    var decoder = FlowDecoder(options: options)
    func octets(_ total: Int, domain: Int = 1, address: UInt32 = 1, port: UInt16 = 1) -> UInt64 {
      var message = Self.message([[85, 8]], [total])
      message.domain = domain
      let exporter = Endpoint(address: IPAddress(v4: address), port: port)
      return FlowDecoded([message.octets], by: &decoder, from: exporter).records[0].octets
    }
    #expect(octets(1000) == 1000)
    #expect(octets(3000, port: 2) == 2000)
    #expect(octets(3000, domain: 2) == 3000)
    #expect(octets(3000, address: 2) == 3000)
    #expect(octets(3100) == 100)
  }

  @Test("whole if one is below the last: that is another flow")
  func lower() {
    let fields = [[85, 8], [86, 8]]
    let messages = [[4500, 45], [500, 5], [700, 7], [100, 9], [900, 3]].map { Self.message(fields, $0) }
    #expect(Self.counts(messages) == [[4500, 45], [500, 5], [200, 2], [100, 9], [900, 3]])
  }

  @Test("of four octets may wrap: the other total is still of the same flow")
  func wrapped() {
    let fields = [[85, 4], [86, 8]]
    let messages = [[0xffff_0000, 1000], [500, 1010], [700, 1012]].map { Self.message(fields, $0) }
    #expect(Self.counts(messages) == [[0xffff_0000, 1000], [500, 10], [200, 2]])
  }

  @Test("not beside a count since the last record that is not zero, but are remembered")
  func deltas() {
    let fields = [[1, 8], [2, 8], [85, 8], [86, 8]]
    let messages = [
      [1000, 10, 1000, 10], [2000, 20, 3000, 30], [0, 0, 3000, 30], [0, 0, 3500, 35], [0, 7, 4500, 42],
      [5, 0, 4505, 43],
    ].map { Self.message(fields, $0) }
    #expect(Self.counts(messages) == [[1000, 10], [2000, 20], [0, 0], [500, 5], [1000, 7], [5, 1]])
    let layer2 = [[100, 100], [0, 250], [0, 250]].map { Self.message([[352, 8], [353, 8]], $0) }
    #expect(Self.counts(layer2).map { $0[0] } == [100, 150, 0])
  }

  @Test("from the first element that is not zero")
  func candidates() {
    let messages = [[0, 1000], [0, 1500]].map { Self.message([[85, 8], [353, 8]], $0) }
    #expect(Self.counts(messages).map { $0[0] } == [1000, 500])
  }

  @Test("of the other direction likewise, beside the records")
  func reverse() {
    let fields = [[85, 8], [86, 8], [85, 8, 29305], [86, 8, 29305], [2, 8, 29305]]
    let messages = [[10, 1, 100, 5, 0], [30, 3, 250, 9, 0], [30, 3, 250, 9, 6]].map { Self.message(fields, $0) }
    for measured in [false, true] {
      var decoder = FlowDecoder()
      var reverse: [[UInt64]] = []
      for message in messages {
        _ = FlowDecoded([measured ? message.variable.octets : message.octets], by: &decoder)
        reverse += decoder.reverseCounts.map { [$0.octets, $0.packets] }
      }
      #expect(reverse == [[100, 5], [150, 4], [0, 6]])
    }
  }

  @Test("go on over a restart, and as new if an earlier version wrote the state")
  func restarts() throws {
    var first = FlowDecoder()
    _ = Self.counts([Self.message([[85, 8], [86, 8]], [1000, 10])], by: &first)
    let parts = try first.state.parts()
    var second = FlowDecoder()
    second.restore(try FlowDecoderState(parts))
    #expect(Self.counts([Self.message([[85, 8], [86, 8]], [1700, 12])], by: &second) == [[700, 2]])
    #expect(parts.contains { $0.part == .totals })
    var third = FlowDecoder()
    third.restore(try FlowDecoderState(parts.filter { $0.part != .totals }))
    #expect(Self.counts([Self.message([[85, 8], [86, 8]], [1700, 12])], by: &third) == [[1700, 12]])
  }

  @Test("of a bounded number of flows: those heard of least recently are forgotten, and counted")
  func bound() throws {
    let seed = runSeed("TOTALS_SEED")
    var random = SeededGenerator(seed: seed)
    var options = FlowDecoderOptions()
    options.maximumTotals = 16
    var decoder = FlowDecoder(options: options)
    // A model: flows in order of last use, with their totals.
    var known: [(port: Int, total: Int)] = []
    var totals: [Int: Int] = [:]
    var evicted: UInt64 = 0
    for round in 0..<6000 {
      let port = 1 + random.below(8) * random.below(5)
      let grown = random.below(50) == 0 ? -random.below(1000) : random.below(1000)
      let total = max(1, (totals[port] ?? 0) + grown)
      totals[port] = total
      let found = Self.counts([Self.message([[85, 8]], [total], port: port)], by: &decoder)[0][0]
      let last = known.first { $0.port == port }?.total
      let isLower = (last ?? 0) > total
      #expect(found == UInt64(isLower ? total : total - (last ?? 0)), "seed \(seed), round \(round)")
      known.removeAll { $0.port == port }
      known.append((port, total))
      if known.count > 16 {
        known.removeFirst()
        evicted += 1
      }
      if round % 1000 == 999 {
        let state = try decoder.state.reread()
        decoder = FlowDecoder(options: options)
        decoder.restore(state)
      }
    }
    #expect(evicted > 100, "seed \(seed)")
    #expect(decoder.evictedTotals == evicted, "seed \(seed)")
  }

  @Test("of many flows are found again")
  func many() {
    var decoder = FlowDecoder()
    for total in [1000, 1500] {
      for first in stride(from: 0, to: 20_000, by: 20) {
        var message = Self.message([[85, 8]], [0])
        message.records = (first..<first + 20).map { Self.tuple($0) + [Array(UInt64(total + $0), width: 8)] }
        let found = Self.counts([message], by: &decoder).map { $0[0] }
        #expect(found == (first..<first + 20).map { total == 1000 ? UInt64(total + $0) : 500 })
      }
    }
    #expect(decoder.evictedTotals == 0)
  }
}

/// A difference between two records that may make them separate flows.
struct TotalDifference: Sendable, CustomTestStringConvertible {
  var what: String
  var field: [Int]
  var isSame = false
  var testDescription: String { what }

  static let all: [Self] = [
    TotalDifference(what: "source", field: [8, 4]), TotalDifference(what: "IPv6 destination", field: [28, 16]),
    TotalDifference(what: "source port", field: [7, 2]), TotalDifference(what: "destination port", field: [11, 2]),
    TotalDifference(what: "protocol", field: [4, 1]), TotalDifference(what: "ICMP type", field: [32, 2]),
    TotalDifference(what: "input interface", field: [10, 4]),
    TotalDifference(what: "output interface", field: [14, 4]),
    TotalDifference(what: "direction", field: [61, 1]), TotalDifference(what: "VRF", field: [234, 4]),
    TotalDifference(what: "VLAN", field: [58, 2]), TotalDifference(what: "start in milliseconds", field: [152, 8]),
    TotalDifference(what: "start in seconds", field: [150, 4]),
    TotalDifference(what: "start by uptime", field: [22, 4]),
    TotalDifference(what: "original exporter", field: [130, 4]),
    TotalDifference(what: "its IPv6 address", field: [131, 16]),
    TotalDifference(what: "end", field: [153, 8], isSame: true),
    TotalDifference(what: "ToS", field: [5, 1], isSame: true),
    TotalDifference(what: "TCP flags", field: [6, 1], isSame: true),
    TotalDifference(what: "AS", field: [16, 4], isSame: true),
    TotalDifference(what: "next hop", field: [15, 4], isSame: true),
    TotalDifference(what: "MAC", field: [56, 6], isSame: true),
    TotalDifference(what: "end reason", field: [136, 1], isSame: true),
    TotalDifference(what: "start by the time of export", field: [158, 4], isSame: true),
  ]
}
