import FlowModel
import Foundation
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// For any input, the flow decoder continues, with time and memory bounded by the octets received.
@Suite("Malformed and hostile input of the flow decoder", .tags(.slow), .unlessFast)
struct FlowDecoderFuzzTests {
  @Test("never stops it, and every datagram and record is accounted for")
  func spoiled() {
    let seed = UInt64.random(in: .min ... .max)
    var messages = RandomMessages(seed: seed)
    var options = FlowDecoderOptions()
    options.keepsExtra = true
    options.rules.limits.sessions = 8
    options.rules.limits.templatesPerSession = 3
    options.rules.limits.templateFieldsPerSession = 120
    options.rules.limits.templateFields = 500
    var decoder = FlowDecoder(options: options, directory: ExporterDirectory(maximumCount: 20))
    var batch = FlowBatch()
    let rounds = 50_000
    var records: UInt64 = 0
    for round in 0..<rounds {
      var message = messages.next()
      if round % 8 > 0 { messages.spoil(&message) }
      let exporter = Endpoint(
        address: IPAddress(v4: .random(in: 1...3, using: &messages.numbers)),
        port: .random(in: 1...4, using: &messages.numbers))
      decoder.decode(message.rawSpan, from: exporter, arrival: Int64(round) << 20, into: &batch)
      records += UInt64(batch.count)
      for record in batch.records {
        #expect(Int(record.extensionNumber) <= batch.extensions.count, "seed \(seed)")
        #expect(record.samplingRate > 0, "seed \(seed)")
      }
      batch.removeAll()
    }
    let counters = decoder.counters
    #expect(counters.datagrams == UInt64(rounds), "seed \(seed)")
    #expect(counters.flowRecords + counters.reverseRecords == records, "seed \(seed)")
    #expect(counters.rejectedDatagrams == counters[.shortDatagram] + counters[.badVersion], "seed \(seed)")
    #expect(decoder.sessionSummaries.count <= 8, "seed \(seed)")
    // These occur only when templates expire, records are decoded in full, exporters move to another port or contradict
    // each other, or much is announced within a second.
    let others: [DecodeIssue] = [
      .withdrawalIgnored, .templateExpired, .badList, .sessionContinued, .templateAgreed, .paddingRecord,
      .implausibleTime, .endBeforeStart, .optionsOverBudget, .templatesOverBudget, .contradiction,
      .ratesDelayed, .recordsOverBudget,
    ]
    for issue in DecodeIssue.allCases where !others.contains(issue) {
      #expect(counters[issue] > 0, "\(issue.name), seed \(seed)")
    }
    #expect(records > 50_000, "seed \(seed)")
  }

  /// The largest set of one template that a datagram can carry.
  static let room = 65_535 - 16 - 4

  /// A hostile template, and how often to send a datagram full of its records.
  struct Attack: Sendable, CustomTestStringConvertible {
    var what: String
    var fields: [[Int]]
    var content: [UInt8]
    var records: UInt64
    var testDescription: String { what }
  }

  static let attacks = [
    Attack(
      what: "records of one octet", fields: [[4, 1]], content: Array(repeating: 6, count: room), records: UInt64(room)),
    Attack(
      what: "records of one octet and 16,000 fields of none",
      fields: [[4, 1]] + Array(repeating: [1, 0], count: 16_000),
      content: Array(repeating: 6, count: room), records: UInt64(room)),
    Attack(
      what: "records of one varying field and 16,000 of no length",
      fields: [[82, 65535]] + Array(repeating: [999, 0], count: 16_000),
      content: Array(repeating: 0, count: room - 2) + [1, 6],
      records: UInt64(room) - 1),
    Attack(
      what: "16,000 fields of one octet", fields: Array(repeating: [4, 1], count: 16_000),
      content: Array(repeating: 6, count: room), records: 4),
    Attack(
      what: "8,000 varying fields of an enterprise", fields: Array(repeating: [1, 65535, 9], count: 8000),
      content: Array(repeating: 0, count: room - 2) + [1, 6], records: 8),
    Attack(
      what: "lists in lists", fields: [[291, 65535]],
      content: [255] + Wire.be16(60_000)
        + Array(repeatElement([3] + Wire.be16(291) + Wire.be16(65535) + [255, 0xea, 0x60], count: 7500).joined()),
      records: 1),
  ]

  @Test("takes no longer than its octets allow", arguments: attacks, [false, true])
  func attack(_ attack: Attack, _ keepsExtra: Bool) {
    var options = FlowDecoderOptions()
    options.keepsExtra = keepsExtra
    var decoder = FlowDecoder(options: options)
    var batch = FlowBatch()
    let template = Wire.ipfix(Wire.set(2, Wire.template(256, attack.fields)))
    let data = Wire.ipfix(Wire.set(256, attack.content))
    // Hundreds of times, so that a datagram that takes a second is noticed.
    decoder.decode(template.rawSpan, from: Wire.exporter, arrival: 0, into: &batch)
    // One per second: more of the shortest records would be skipped.
    for second in 1...Int64(keepsExtra ? 2 : 40) {
      batch.removeAll()
      decoder.decode(data.rawSpan, from: Wire.exporter, arrival: second * 1_000_000_000, into: &batch)
    }
    #expect(UInt64(batch.count) == attack.records)
    #expect(decoder.counters[.badTemplate] == 0)
  }

  @Test("takes options data of one octet a record and 16,000 fields of none")
  func optionsAttack() {
    var decoder = FlowDecoder()
    var batch = FlowBatch()
    let fields = [[149, 1]] + Array(repeating: [34, 0], count: 16_000)
    let template = Wire.ipfix(Wire.set(3, Wire.optionsTemplate(256, scopes: 1, fields)))
    let data = Wire.ipfix(Wire.set(256, Array(repeating: 1, count: Self.room)))
    decoder.decode(template.rawSpan, from: Wire.exporter, arrival: 0, into: &batch)
    for _ in 0..<20 { decoder.decode(data.rawSpan, from: Wire.exporter, arrival: 0, into: &batch) }
    #expect(decoder.counters.optionsRecords == UInt64(20 * Self.room))
  }

  @Test("takes options data of thousands of samplers whose rates change all the time")
  func ratesAttack() {
    var decoder = FlowDecoder()
    var batch = FlowBatch()
    let options = Wire.set(1, Wire.optionsTemplateV9(300, scopes: [[1, 4]], [[48, 2], [34, 2]]))
    decoder.decode(Wire.v9(options).rawSpan, from: Wire.exporter, arrival: 0, into: &batch)
    for round in 1...10 {
      let records = (0..<8000).flatMap { Wire.be32(1) + Wire.be16($0) + Wire.be16(round) }
      // A second apart, because there is a budget for each second.
      let (message, arrival) = (Wire.v9(Wire.set(300, records)), Int64(round) * 1_000_000_000)
      decoder.decode(message.rawSpan, from: Wire.exporter, arrival: arrival, into: &batch)
    }
    #expect(decoder.counters.optionsRecords == 80_000)
  }
}
