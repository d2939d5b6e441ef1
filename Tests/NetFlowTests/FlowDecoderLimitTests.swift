import FlowModel
import Foundation
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// Limits on the state that exporters can create in the decoder.
@Suite("Bounds on memory")
struct FlowDecoderLimitTests {
  private static func exporter(_ number: Int) -> Endpoint {
    Endpoint(address: IPAddress(v4: UInt32(truncatingIfNeeded: number)), port: 2055)
  }

  private static func template(_ ids: Range<Int>, fields: Int = 1) -> [UInt8] {
    let fields = (0..<fields).map { _ in [1, 4] }
    return Wire.ipfix(Wire.set(2, ids.flatMap { Wire.template($0, fields) }))
  }

  @Test("forget the longest silent sessions, and their counters stay in the sum")
  func sessions() {
    var options = FlowDecoderOptions()
    options.rules.limits.sessions = 3
    var decoder = FlowDecoder(options: options)
    let flows = FlowMessage(fields: [[1, 4]], records: [[[0, 0, 0, 1]]])
    for (arrival, number) in [1, 2, 3, 1, 4].enumerated() {
      _ = FlowDecoded([flows.octets], by: &decoder, from: Self.exporter(number), arrival: Int64(arrival))
    }
    #expect(decoder.counters[.sessionEvicted] == 1)
    #expect(Set(decoder.sessionSummaries.map(\.key.exporter)) == Set([1, 3, 4].map(Self.exporter)))
    #expect(decoder.counters.flowRecords == 5)
    #expect(decoder.counters.datagrams == 5)
    // The forgotten exporter starts over: its templates are unknown.
    _ = FlowDecoded([Wire.ipfix(flows.data)], by: &decoder, from: Self.exporter(2), arrival: 9)
    #expect(decoder.counters[.unknownTemplate] == 1)
  }

  @Test("forget the templates of a session that were defined longest ago")
  func templates() {
    var options = FlowDecoderOptions()
    options.rules.limits.templatesPerSession = 3
    var decoder = FlowDecoder(options: options)
    for ids in [300..<301, 301..<302, 302..<303, 300..<301, 303..<304] {
      _ = FlowDecoded([Self.template(ids)], by: &decoder)
    }
    #expect(decoder.counters.issues == ["template_evicted": 1])
    for id in [300, 302, 303] { _ = FlowDecoded([Wire.ipfix(Wire.set(id, [0, 0, 0, 1]))], by: &decoder) }
    #expect(decoder.counters.flowRecords == 3)
    _ = FlowDecoded([Wire.ipfix(Wire.set(301, [0, 0, 0, 1]))], by: &decoder)
    #expect(decoder.counters.issues == ["template_evicted": 1, "unknown_template": 1])
  }

  @Test("count the fields of templates: of a session and of all")
  func fields() {
    var options = FlowDecoderOptions()
    options.rules.limits.templateFieldsPerSession = 100
    options.rules.limits.templateFields = 250
    var decoder = FlowDecoder(options: options)
    for number in 0..<3 {
      for id in 300..<302 {
        _ = FlowDecoded(
          [Self.template(id..<(id + 1), fields: 60)], by: &decoder, from: Self.exporter(number), arrival: Int64(number))
      }
    }
    // 60 of each session fit, 180 in total.
    #expect(decoder.counters.issues == ["template_evicted": 3])
    _ = FlowDecoded([Self.template(300..<301, fields: 80)], by: &decoder, from: Self.exporter(7), arrival: 7)
    #expect(decoder.counters.issues == ["template_evicted": 3, "session_evicted": 1])
    #expect(Set(decoder.sessionSummaries.map(\.key.exporter)) == Set([1, 2, 7].map(Self.exporter)))
    // A template larger than all limits is known while it is the newest.
    _ = FlowDecoded([Self.template(300..<301, fields: 200)], by: &decoder, from: Self.exporter(7), arrival: 8)
    _ = FlowDecoded(
      [Wire.ipfix(Wire.set(300, Array(repeating: 0, count: 800)))], by: &decoder, from: Self.exporter(7), arrival: 9)
    #expect(decoder.counters.flowRecords == 1)
  }

  @Test("count a template of few fields for more than these: it takes memory too")
  func smallTemplates() {
    var options = FlowDecoderOptions()
    options.rules.limits.templateFieldsPerSession = 100
    options.rules.limits.templateFields = 250
    var decoder = FlowDecoder(options: options)
    // Nine templates, each with one field and ten for overhead, make 99.
    for number in 0..<20 {
      _ = FlowDecoded(
        [Self.template(300..<309, fields: 1)], by: &decoder, from: Self.exporter(number), arrival: Int64(number))
    }
    #expect(decoder.counters.issues == ["session_evicted": 18])
    _ = FlowDecoded([Self.template(309..<310, fields: 1)], by: &decoder, from: Self.exporter(19), arrival: 20)
    #expect(decoder.counters[.templateEvicted] > 0)
  }

  // The next two tests measure the memory of the whole process, so each runs in its own process.

  @Test("hold against 200,000 spoofed exporters with templates and options data", .tags(.slow), .unlessFast)
  func spoofedExporters() async {
    await #expect(processExitsWith: .success) { try FlowDecoderLimitTests.flood(exporters: 200_000) }
  }

  private static func flood(exporters: Int) throws {
    let directory = ExporterDirectory(maximumCount: 1 << 14)
    var options = FlowDecoderOptions()
    options.rules.limits.sessions = 1 << 12
    var decoder = FlowDecoder(options: options, directory: directory)
    var batch = FlowBatch()
    let message = Wire.ipfix(
      Wire.set(2, Wire.template(256, [[1, 4], [2, 4]])),
      Wire.set(3, Wire.optionsTemplate(257, scopes: 1, [[149, 4], [34, 4]])),
      Wire.set(257, Wire.be32(1) + Wire.be32(9)))
    var before = 0
    for number in 0..<exporters {
      decoder.decode(message.rawSpan, from: Self.exporter(number), arrival: Int64(number), into: &batch)
      if number == 20_000 { before = try residentOctets() }
    }
    #expect(decoder.sessionSummaries.count <= 1 << 12)
    #expect(decoder.counters.datagrams == UInt64(exporters))
    #expect(decoder.counters.optionsRecords == UInt64(exporters))
    #expect(decoder.counters[.sessionEvicted] == UInt64(exporters - decoder.sessionSummaries.count))
    // Origins are kept until the end, about 100 octets each; sessions would take a thousand.
    #expect(try residentOctets() - before < 80 << 20)
    // An exporter that arrives now is served as usual: its templates and rates are shared.
    let late = Endpoint(address: Self.exporter(999_999).address, port: 1)
    let lateMessage = Wire.ipfix(Array(message.dropFirst(16)), sequence: 5)
    _ = FlowDecoded([lateMessage], by: &decoder, from: late, arrival: 1_750_000_000_000)
    var other = FlowDecoder(directory: directory)
    let data = Wire.ipfix(Wire.set(256, Array(repeating: 1, count: 8)), sequence: 6)
    let served = FlowDecoded([data], by: &other, from: Endpoint(address: late.address, port: 2))
    #expect(served.records.map(\.samplingRate) == [9])
  }

  @Test("hold against 70,000 templates of one session, in messages of thousands", .tags(.slow), .unlessFast)
  func templateFlood() async {
    await #expect(processExitsWith: .success) { try FlowDecoderLimitTests.flood(rounds: 4) }
  }

  private static func flood(rounds: Int) throws {
    var decoder = FlowDecoder()
    var before = 0
    var second: Int64 = 1_750_000_000
    for round in 0..<rounds {
      for first in stride(from: 256, to: 65_536, by: 1632) {
        // No more than may be defined in a second.
        second += 1
        let ids = first..<min(first + 1632, 65_536)
        // Each round changes the definitions.
        let octets = ids.flatMap { Wire.template($0, [[1 + round, 4]]) }
        _ = FlowDecoded([Wire.ipfix(Wire.set(2, octets))], by: &decoder, arrival: second * 1000)
      }
      if round == 1 { before = try residentOctets() }
    }
    let counters = decoder.counters
    #expect(counters.templates == 4 * 65_280)
    #expect(counters[.templateEvicted] > 4 * 65_280 - 2 * 4096)
    #expect(try residentOctets() - before < 64 << 20)
  }

  @Test("hold the memory of data whose template has come, in however many sessions", .tags(.slow), .unlessFast)
  func earlyData() async {
    await #expect(processExitsWith: .success) { try FlowDecoderLimitTests.flood(domains: 40) }
  }

  /// In each domain tens of thousands of sets wait for one template, which then comes.
  private static func flood(domains: Int) throws {
    var decoder = FlowDecoder()
    var batch = FlowBatch()
    let sets = Array(repeating: Wire.set(400, Wire.be32(1)), count: 1000).flatMap { $0 }
    var before = 0
    for domain in 0..<domains {
      let arrival = Int64(domain) * 1_000_000_000
      for _ in 0..<31 {
        decoder.decode(Wire.ipfix(sets, domain: domain).rawSpan, from: exporter(1), arrival: arrival, into: &batch)
      }
      let template = Wire.ipfix(Wire.set(2, Wire.template(400, [[1, 4]])), domain: domain)
      decoder.decode(template.rawSpan, from: exporter(1), arrival: arrival, into: &batch)
      while decoder.decodeEarly(limit: 1 << 16, into: &batch).isMore { batch.removeAll() }
      batch.removeAll()
      if domain == 4 { before = try residentOctets() }
    }
    #expect(decoder.counters.earlyDecoded == 31_000 * UInt64(domains))
    // Their queues would take 3 MB each.
    #expect(try residentOctets() - before < 32 << 20)
  }
}
