import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

@Suite("Templates that are no longer repeated expire (RFC 7011 §8.4)")
struct TemplateLifetimeTests {
  private static let exporter = Endpoint(address: IPAddress(v4: 0xc000_0201), port: 4739)
  private static let start: Int64 = 1_750_000_000
  private static let flows = FlowMessage(version: 10, fields: [[1, 4]], records: [[Wire.be32(7)]])

  /// Sends template and data at the given seconds, advancing the clock to each, and returns the counters.
  private static func counters(templates: [Int64], data: [Int64], lifetime: Int64?) -> DecodeCounters {
    var options = FlowDecoderOptions()
    options.rules.limits.templateLifetime = lifetime.map { $0 * 1000 }
    options.maximumClockSkew = nil
    var decoder = FlowDecoder(options: options)
    var batch = FlowBatch()
    for second in Set(templates + data).sorted() {
      let arrival = (start + second) * 1_000_000_000
      if templates.contains(second) {
        decoder.decode(Wire.ipfix(flows.template).rawSpan, from: exporter, arrival: arrival, into: &batch)
      }
      if data.contains(second) {
        decoder.decode(Wire.ipfix(flows.data).rawSpan, from: exporter, arrival: arrival, into: &batch)
      }
      decoder.tick(to: (start + second) * 1000, into: &batch)
    }
    return decoder.counters
  }

  private static let everyMinute = (0...120).map { Int64($0 * 60) }

  @Test("after three of the exporter's intervals, if that is longer than the lifetime")
  func interval() {
    // Repeated at 0, 20 and 40 minutes, then no more: it expires an hour later.
    let counters = Self.counters(templates: [0, 1200, 2400], data: Self.everyMinute, lifetime: 600)
    #expect(counters[.templateExpired] == 1)
    #expect(counters.flowRecords == 102)
    #expect(counters[.unknownTemplate] == 19)
  }

  @Test("not before the lifetime, if three intervals are shorter")
  func lifetime() {
    let counters = Self.counters(templates: [0, 60, 120], data: Self.everyMinute, lifetime: 3600)
    #expect(counters[.templateExpired] == 1)
    #expect(counters.flowRecords == 64)
  }

  @Test("never one that was sent once, nor one of an exporter that is silent, nor without a lifetime")
  func kept() {
    #expect(Self.counters(templates: [0], data: Self.everyMinute, lifetime: 60)[.templateExpired] == 0)
    let silent = Self.counters(templates: [0, 60], data: [60, 86_400], lifetime: 60)
    #expect(silent.flowRecords == 2)
    #expect(Self.counters(templates: [0, 60], data: Self.everyMinute, lifetime: nil)[.templateExpired] == 0)
  }

  @Test("what waits for it is decoded when it comes again")
  func comesAgain() {
    let counters = Self.counters(templates: [0, 60, 1800], data: Self.everyMinute, lifetime: 600)
    #expect(counters[.templateExpired] == 1)
    #expect(counters.earlyDecoded == counters[.unknownTemplate])
    #expect(counters.flowRecords == 121)
  }

  @Test(
    "not before three times the messages between two of them: exporters that count messages may take hours for these")
  func messages() {
    // Every 16th message is the template, as with softflowd: one per second at first, then one every five minutes.
    func time(_ message: Int) -> Int64 { Int64(message < 40 ? message : 40 + (message - 40) * 300) }
    let templates = (0...112).filter { $0 % 16 == 0 }
    func data(until last: Int) -> [Int] { (0...last).filter { !templates.contains($0) } }
    let kept = Self.counters(templates: templates.map(time), data: data(until: 160).map(time), lifetime: 1800)
    #expect(kept[.templateExpired] == 0)
    #expect(kept[.unknownTemplate] == 0)
    // Then the template is no longer repeated.
    let expired = Self.counters(templates: templates.map(time), data: data(until: 172).map(time), lifetime: 1800)
    #expect(expired[.templateExpired] == 1)
    #expect(expired.flowRecords == UInt64(data(until: 161).count))
  }
}
