import CAllocationCounter
import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// Data sets that arrive before their template wait for it.
@Suite("Early data")
struct EarlyDataTests {
  /// Returns a message with flows of an octet counter and an uptime timestamp.
  private static func flows(_ version: Int, _ octets: Int, exportTime: Int = 1_750_000_000) -> FlowMessage {
    FlowMessage(
      version: version, fields: [[1, 4], [22, 4]], records: [[Wire.be32(octets), Wire.be32(59_000)]],
      exportTime: exportTime)
  }

  private static func message(
    _ version: Int, _ sets: [UInt8], sequence: Int = 0, exportTime: Int = 1_750_000_000
  ) -> [UInt8] {
    version == 9
      ? Wire.v9(sets, sequence: sequence, exportTime: exportTime)
      : Wire.ipfix(sets, sequence: sequence, exportTime: exportTime)
  }

  @Test("is decoded once its template has come, with the times of its own message", arguments: [9, 10])
  func waits(_ version: Int) {
    let early = Self.flows(version, 7, exportTime: 1_749_999_990)
    let late = Self.flows(version, 8)
    var decoder = FlowDecoder()
    let before = FlowDecoded([Self.message(version, early.data, exportTime: 1_749_999_990)], by: &decoder)
    #expect(before.records.isEmpty)
    #expect(decoder.waitingSets == 1)
    let after = FlowDecoded([Self.message(version, late.template + late.data, sequence: 1)], by: &decoder)
    // Data that arrived in order is delivered first.
    #expect(after.records.map(\.octets) == [8, 7])
    let start: Int64 = version == 9 ? -1000 : 0
    #expect(after.records.map(\.start) == [1_750_000_000_000 + start, 1_749_999_990_000 + start])
    #expect(decoder.counters.earlyDecoded == 1)
    #expect(decoder.counters.earlyGivenUp == 0)
    #expect(decoder.waitingSets == 0)
    #expect(decoder.counters.flowRecords == 2)
    #expect(decoder.counters.issues == ["unknown_template": 1])
  }

  @Test("comes out of a record decoder as well, under its own message's header", arguments: [9, 10])
  func records(_ version: Int) {
    let early = Self.flows(version, 7, exportTime: 1_749_999_990)
    let decoded = Decoded([
      Self.message(version, early.data, sequence: 4, exportTime: 1_749_999_990),
      Self.message(version, early.template + Self.flows(version, 8).data, sequence: 5),
    ])
    #expect(decoded.records.map(\.header.exportTime) == [1_750_000_000, 1_749_999_990])
    #expect(decoded.records.map(\.header.sequence) == [5, 4])
    #expect(decoded.json.map { $0.contains(#""octetDeltaCount":7"#) } == [false, true])
  }

  @Test("may stand before its template in the same message")
  func sameMessage() {
    let flows = Self.flows(10, 7)
    let decoded = FlowDecoded([Wire.ipfix(flows.data, flows.template, flows.data)])
    #expect(decoded.records.map(\.octets) == [7, 7])
    #expect(decoded.counters.earlyDecoded == 1)
  }

  @Test("of options tells what options data tell")
  func options() {
    let flows = Self.flows(9, 7)
    let template = Wire.set(1, Wire.optionsTemplateV9(300, scopes: [[1, 4]], [[34, 4]]))
    let decoded = FlowDecoded([
      Wire.v9(Wire.set(300, Wire.be32(1) + Wire.be32(100))), Wire.v9(template, sequence: 1),
      Wire.v9(flows.template, flows.data, sequence: 2),
    ])
    #expect(decoded.records.map(\.samplingRate) == [100])
    #expect(decoded.counters.optionsRecords == 1)
  }

  @Test("is no loss by sequence number, neither when it comes nor when it is decoded")
  func sequence() {
    let flows = Self.flows(10, 7)
    var messages = (0..<5).map { Wire.ipfix(flows.data, sequence: $0) }
    messages.append(Wire.ipfix(flows.template, sequence: 5))
    messages += (5..<20).map { Wire.ipfix(flows.data, sequence: $0) }
    // Two sets whose template never arrived.
    messages.append(Wire.ipfix(flows.data, sequence: 22))
    let decoded = FlowDecoded(messages)
    #expect(decoded.counters.flowRecords == 21)
    #expect(decoded.counters.sequence.lost == 2)
    #expect(decoded.counters.sequence.gaps == 1)
  }

  @Test("is decoded a few records at a time, and within a bound on records")
  func records() {
    var options = FlowDecoderOptions()
    options.rules.limits.earlyRecordsPerSession = 2500
    var decoder = FlowDecoder(options: options)
    for _ in 0..<3 { _ = FlowDecoded([Wire.ipfix(Wire.set(256, Array(repeating: 6, count: 1000)))], by: &decoder) }
    let template = Wire.ipfix(Wire.set(2, Wire.template(256, [[4, 1]])))
    // The oldest set exceeds the limit; the datagram itself decodes at most one of the others.
    #expect(FlowDecoded([template], by: &decoder).records.count == 1000)
    #expect(decoder.counters.earlyGivenUp == 1)
    #expect(decoder.waitingSets == 1)
    var batch = FlowBatch()
    let progress = decoder.decodeEarly(limit: 100, into: &batch)
    #expect(progress.isMore)
    #expect(progress.records == 1000)
    #expect(batch.count == 1000)
    let last = decoder.decodeEarly(limit: 100, into: &batch)
    #expect(!last.isMore)
    #expect(decoder.waitingSets == 0)
  }

  @Test("that has its template and was not decoded before a restart is decoded after it")
  func restored() {
    var decoder = FlowDecoder()
    for _ in 0..<3 { _ = FlowDecoded([Wire.ipfix(Wire.set(256, Array(repeating: 6, count: 1000)))], by: &decoder) }
    _ = FlowDecoded([Wire.ipfix(Wire.set(2, Wire.template(256, [[4, 1]])))], by: &decoder)
    #expect(decoder.waitingSets == 2)
    var later = FlowDecoder()
    later.restore(decoder.state)
    var batch = FlowBatch()
    later.tick(to: 1_750_000_001_000, into: &batch)
    #expect(batch.count == 2000)
    #expect(later.waitingSets == 0)
    #expect(later.counters.earlyDecoded == 3)
  }

  @Test("of several sessions is decoded in turn, a set at a time, those of options within the limit as well")
  func turns() {
    var decoder = FlowDecoder()
    let exporters = (1...3).map { Endpoint(address: IPAddress(v4: $0), port: 2055) }
    let data = Wire.ipfix(
      Wire.set(256, Array(repeating: 6, count: 1000)), Wire.set(257, Array(repeating: 1, count: 2000)))
    let templates = Wire.ipfix(
      Wire.set(2, Wire.template(256, [[4, 1]])),
      Wire.set(3, Wire.optionsTemplate(257, scopes: 1, [[149, 1], [34, 1]])))
    for exporter in exporters { for _ in 0..<3 { _ = FlowDecoded([data], by: &decoder, from: exporter) } }
    // The datagram with the templates decodes one waiting set.
    for exporter in exporters { _ = FlowDecoded([templates], by: &decoder, from: exporter) }
    #expect(decoder.waitingSets == 15)
    var batch = FlowBatch()
    var found: [UInt32] = []
    while decoder.waitingSets > 0 {
      let waiting = decoder.waitingSets
      let progress = decoder.decodeEarly(limit: 1000, into: &batch)
      #expect(progress.records == 1000)
      #expect(decoder.waitingSets == waiting - 1)
      if !batch.isEmpty { found.append(decoder.origins.origins[Int(batch.records[0].origin)].exporter.v4) }
      batch.removeAll()
    }
    #expect(found == [1, 2, 3, 1, 2, 3])
    let last = decoder.decodeEarly(limit: 1000, into: &batch)
    #expect(!last.isMore)
    #expect(decoder.counters.optionsRecords == 9000)
  }

  @Test("of many sessions costs nothing until its time has come, and is given up in order")
  func manySessions() {
    let seed = runSeed("EARLY_SEED")
    var random = SeededGenerator(seed: seed)
    var options = FlowDecoderOptions()
    options.rules.limits.earlyTimeout = 60_000
    var decoder = FlowDecoder(options: options)
    let start: Int64 = 1_750_000_000_000
    // Arrival seconds of the sets that have yet to be dropped.
    var arrivals: [Int64] = []
    var batch = FlowBatch()
    for second in Int64(0)...200 {
      for _ in 0..<(second <= 100 ? random.below(20) : 0) {
        let exporter = Endpoint(address: IPAddress(v4: UInt32(random.below(50))), port: 2055)
        _ = FlowDecoded(
          [Wire.ipfix(Wire.set(256 + random.below(3), [1, 2, 3, 4]))], by: &decoder, from: exporter,
          arrival: start + second * 1000)
        arrivals.append(second)
      }
      decoder.tick(to: start + second * 1000 + 1, into: &batch)
      arrivals.removeAll { second - $0 >= 60 }
      #expect(decoder.waitingSets == UInt64(arrivals.count), "seed \(seed), second \(second)")
    }
    #expect(arrivals.isEmpty)
    #expect(decoder.counters[.unknownTemplate] == decoder.counters.earlyGivenUp)
  }

  @Test("of another exporter, version, domain or template waits on")
  func strangers() {
    let flows = Self.flows(10, 7)
    var decoder = FlowDecoder()
    _ = FlowDecoded([Wire.ipfix(flows.data)], by: &decoder)
    let stranger = Endpoint(address: IPAddress(v4: 1), port: Wire.exporter.port)
    _ = FlowDecoded([Wire.ipfix(flows.template)], by: &decoder, from: stranger)
    let others = [
      Wire.v9(Self.flows(9, 7).template), Wire.ipfix(flows.template, domain: 2),
      Wire.ipfix(Wire.set(2, Wire.template(257, [[1, 4]]))),
    ]
    #expect(FlowDecoded(others, by: &decoder).records.isEmpty)
    #expect(decoder.waitingSets == 1)
  }

  @Test("is given up when it has waited too long")
  func timeout() {
    let flows = Self.flows(10, 7)
    var options = FlowDecoderOptions()
    options.rules.limits.earlyTimeout = 60_000
    var decoder = FlowDecoder(options: options)
    _ = FlowDecoded([Wire.ipfix(flows.data)], by: &decoder, arrival: 1_750_000_000_000)
    _ = FlowDecoded([Wire.ipfix(flows.data)], by: &decoder, arrival: 1_750_000_030_000)
    var batch = FlowBatch()
    decoder.tick(to: 1_750_000_060_000, into: &batch)
    #expect(decoder.waitingSets == 2)
    decoder.tick(to: 1_750_000_060_001, into: &batch)
    #expect(decoder.waitingSets == 1)
    let late = FlowDecoded([Wire.ipfix(flows.template)], by: &decoder, arrival: 1_750_000_061_000)
    #expect(late.records.map(\.octets) == [7])
    #expect(decoder.counters.earlyGivenUp == 1)
    #expect(decoder.counters.earlyDecoded == 1)
  }

  @Test("is given up at the end, unless its template is known by then")
  func end() {
    let flows = Self.flows(10, 7)
    var decoder = FlowDecoder()
    _ = FlowDecoded([Wire.ipfix(flows.data), Wire.ipfix(Wire.set(300, [1, 2, 3, 4]))], by: &decoder)
    let teacher = Endpoint(address: Wire.exporter.address, port: 1)
    _ = FlowDecoded([Wire.ipfix(flows.template)], by: &decoder, from: teacher)
    var batch = FlowBatch()
    decoder.end(at: 1_750_000_001_000, into: &batch)
    #expect(batch.records.map(\.octets) == [7])
    #expect(decoder.counters.earlyDecoded == 1)
    #expect(decoder.counters.earlyGivenUp == 1)
    #expect(decoder.waitingSets == 0)
  }

  @Test("of one session beyond its bound is given up from the oldest on")
  func sessionBound() {
    var options = FlowDecoderOptions()
    // Each set takes 8 octets plus 128, and a session with waiting sets 192.
    options.rules.limits.earlyOctetsPerSession = 136 * 10 + 192
    var decoder = FlowDecoder(options: options)
    for octets in 1...15 { _ = FlowDecoded([Wire.ipfix(Self.flows(10, octets).data)], by: &decoder) }
    #expect(decoder.waitingSets == 10)
    #expect(decoder.counters.earlyGivenUp == 5)
    let decoded = FlowDecoded([Wire.ipfix(Self.flows(10, 0).template)], by: &decoder)
    #expect(decoded.records.map(\.octets) == Array(6...15))
  }

  @Test("of all sessions beyond the bound on all is given up where it came last")
  func totalBound() {
    var options = FlowDecoderOptions()
    options.rules.limits.earlyOctets = 136 * 10 + 192 * 3
    var decoder = FlowDecoder(options: options)
    let exporters = (1...3).map { Endpoint(address: IPAddress(v4: $0), port: 2055) }
    for exporter in exporters {
      for octets in 1...4 { _ = FlowDecoded([Wire.ipfix(Self.flows(10, octets).data)], by: &decoder, from: exporter) }
    }
    #expect(decoder.waitingSets == 10)
    let decoded = exporters.map {
      FlowDecoded([Wire.ipfix(Self.flows(10, 0).template)], by: &decoder, from: $0).records.map(\.octets)
    }
    #expect(decoded == [[1, 2, 3, 4], [1, 2, 3, 4], [3, 4]])
    // Decoded sets make room.
    for octets in 1...10 { _ = FlowDecoded([Wire.v9(Self.flows(9, octets).data)], by: &decoder) }
    #expect(decoder.waitingSets == 10)
    #expect(decoder.counters.earlyGivenUp == 2)
  }

  @Test("of a session that is forgotten is given up, and makes room")
  func forgotten() {
    var options = FlowDecoderOptions()
    options.rules.limits.sessions = 1
    options.rules.limits.earlyOctets = 136 + 192
    var decoder = FlowDecoder(options: options)
    for port in UInt16(1)...5 {
      let exporter = Endpoint(address: Wire.exporter.address, port: port)
      _ = FlowDecoded([Wire.ipfix(Self.flows(10, 7).data)], by: &decoder, from: exporter, arrival: Int64(port))
    }
    #expect(decoder.counters[.sessionEvicted] == 4)
    #expect(decoder.counters.earlyGivenUp == 4)
    #expect(decoder.waitingSets == 1)
  }

  @Test("waits at the cost of one allocation a set, and of another to give one up")
  func allocations() {
    var options = FlowDecoderOptions()
    options.rules.limits.earlyOctetsPerSession = 64 * 1024
    var decoder = FlowDecoder(options: options)
    var batch = FlowBatch()
    let message = Wire.ipfix(Wire.set(256, Array(repeating: 1, count: 800)))
    var allocations: UInt64 = 0
    for round in 0..<1000 {
      let before = allocation_count()
      decoder.decode(message.rawSpan, from: Wire.exporter, arrival: 0, into: &batch)
      if round >= 200 { allocations += allocation_count() - before }
    }
    #expect(allocations <= 1600)
  }

  @Test("decodes to what it would in order, whenever the templates come")
  func anyOrder() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let version = Bool.random(using: &random) ? 9 : 10
      let ids = 256..<(256 + Int.random(in: 1...4, using: &random))
      // Templates of differing lengths; odd ids have variable length.
      let templates = ids.map { id -> [[Int]] in [[1, 4], id % 2 == 0 ? [2, 1 + id % 5] : [82, 65535]] }
      let announcements = zip(ids, templates).map { Wire.set(version == 9 ? 0 : 2, Wire.template($0, $1)) }
      var number = 0
      let data = (0..<Int.random(in: 1...30, using: &random)).map { _ -> [UInt8] in
        let id = Int.random(in: ids, using: &random)
        let fields = templates[id - 256]
        number += 1
        let rest = fields[1][1] == 65535 ? Wire.variable(random.octets(number % 300)) : random.octets(fields[1][1])
        return Wire.set(id, Wire.be32(number) + rest)
      }
      let inOrder = FlowDecoded((announcements + data).map { Self.message(version, $0) })
      var shuffled = FlowDecoder()
      let anyOrder = FlowDecoded(
        (announcements + data).shuffled(using: &random).map { Self.message(version, $0) }, by: &shuffled)
      #expect(
        anyOrder.records.map(\.octets).sorted() == inOrder.records.map(\.octets).sorted(), "seed \(seed)")
      #expect(inOrder.records.count == number, "seed \(seed)")
      #expect(shuffled.counters[.unknownTemplate] == shuffled.counters.earlyDecoded, "seed \(seed)")
      #expect(shuffled.waitingSets == 0, "seed \(seed)")
    }
  }
}
