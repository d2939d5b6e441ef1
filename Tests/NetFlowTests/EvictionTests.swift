import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// Which sessions are evicted when there are too many.
@Suite("Forged senders")
struct EvictionTests {
  private static let real = Endpoint(address: IPAddress(v4: 0xc000_0209), port: 4739)
  private static let flow = Wire.set(256, Wire.be32(7))
  private static let template = Wire.set(2, Wire.template(256, [[1, 4]]))
  private static let start: Int64 = 1_750_000_000_000_000_000

  /// Returns a decoder that knows a quiet exporter: its template and two records, more than a minute apart.
  private static func decoder(_ configure: (inout SessionRules) -> Void = { _ in }) -> FlowDecoder {
    var options = FlowDecoderOptions()
    options.rules.limits.sessions = 1000
    configure(&options.rules)
    var decoder = FlowDecoder(options: options)
    send(Wire.ipfix(template, flow), from: real, at: 0, to: &decoder)
    send(Wire.ipfix(flow, sequence: 1), from: real, at: 61, to: &decoder)
    return decoder
  }

  @discardableResult
  private static func send(
    _ message: [UInt8], from exporter: Endpoint, at second: Int64, to decoder: inout FlowDecoder
  ) -> Int {
    var batch = FlowBatch()
    decoder.decode(message.rawSpan, from: exporter, arrival: start + second * 1_000_000_000, into: &batch)
    return batch.count
  }

  /// Returns whether the quiet exporter is known with all its counters, and its next record is decoded.
  private static func isKnown(_ decoder: inout FlowDecoder) -> Bool {
    let known = decoder.sessionSummaries.first { $0.key.exporter == real }
    guard known?.counters.flowRecords == 2 else { return false }
    return send(Wire.ipfix(flow, sequence: 2), from: real, at: 10_000, to: &decoder) == 1
  }

  private static func forged(_ number: Int) -> Endpoint {
    Endpoint(address: IPAddress(v4: UInt32(0x0a00_0000 + number)), port: 2055)
  }

  /// What a forger sends from each address.
  enum Flood: CaseIterable {
    case headers, templates, records, earlyData

    var message: [UInt8] {
      switch self {
      case .headers: Wire.v9([])
      case .templates: Wire.ipfix(EvictionTests.template)
      case .records: Wire.ipfix(EvictionTests.template, EvictionTests.flow)
      case .earlyData: Wire.ipfix(EvictionTests.flow)
      }
    }
  }

  @Test("of 100,000 addresses do not evict a quiet exporter, whatever they send", arguments: Flood.allCases)
  func flood(_ flood: Flood) {
    var decoder = Self.decoder()
    let message = flood.message
    for number in 0..<100_000 {
      Self.send(message, from: Self.forged(number), at: 100 + Int64(number / 1000), to: &decoder)
    }
    #expect(decoder.sessionSummaries.count == 1000)
    #expect(decoder.counters[.sessionEvicted] == 99_001)
    let isKnown = Self.isKnown(&decoder)
    #expect(isKnown)
    #expect(decoder.counters.datagrams == 100_003)
  }

  @Test("make room in order: what has nothing, what has templates, what has records, the longest silent first")
  func order() {
    var decoder = Self.decoder { $0.limits.sessions = 7 }
    let kinds: [Flood] = [.records, .templates, .headers, .records, .templates, .headers]
    for (number, kind) in kinds.enumerated() {
      Self.send(kind.message, from: Self.forged(number), at: 100 + Int64(number), to: &decoder)
    }
    // Having been heard once more, the first session with a template is evicted last.
    Self.send(Flood.templates.message, from: Self.forged(1), at: 200, to: &decoder)
    var gone: [Int] = []
    for newcomer in 0..<6 {
      let before = Set(decoder.sessionSummaries.map(\.key.exporter))
      // It ranks no lower than the others, so that no newcomer is evicted.
      let address = Endpoint(address: IPAddress(v4: UInt32(0x0b00_0000 + newcomer * 0x10000)), port: 2055)
      Self.send(Flood.records.message, from: address, at: 300, to: &decoder)
      gone += (0..<6).filter { before.contains(Self.forged($0)) }.filter { number in
        !decoder.sessionSummaries.contains { $0.key.exporter == Self.forged(number) }
      }
    }
    #expect(gone == [2, 5, 4, 1, 0, 3])
    let isKnown = Self.isKnown(&decoder)
    #expect(isKnown)
  }

  @Test("of one address, or of one network, make room for one another", arguments: [false, true])
  func surplus(isNetwork: Bool) {
    var decoder = Self.decoder {
      $0.limits.sessionsPerAddress = isNetwork ? 1000 : 100
      $0.limits.sessionsPerNetwork = 100
    }
    // Other exporters that have been silent for longer, one in each network.
    for number in 0..<50 {
      Self.send(Flood.records.message, from: Self.forged(number << 8), at: 90, to: &decoder)
    }
    let own = IPAddress(high: 0x2001_0db8_0000_0001, low: 0)
    for number in 0..<5000 {
      let address = isNetwork ? IPAddress(high: own.high, low: UInt64(number)) : own
      let exporter = Endpoint(address: address, port: UInt16(1024 + number))
      Self.send(Flood.records.message, from: exporter, at: 100 + Int64(number), to: &decoder)
    }
    let summaries = decoder.sessionSummaries
    #expect(summaries.filter { $0.key.exporter.address.high == own.high }.count == 100)
    #expect(summaries.count == 151)
    // The newest are present.
    #expect(summaries.contains { $0.key.exporter.port == UInt16(1024 + 4999) })
    let isKnown = Self.isKnown(&decoder)
    #expect(isKnown)
  }

  @Test("never evict an exporter that the settings name, not even one that has said nothing")
  func trusted() {
    var decoder = Self.decoder {
      $0.limits.sessions = 20
      $0.isTrusted = { $0.v4 >> 8 == 0xc000_02 }
    }
    let quiet = (0..<19).map { Endpoint(address: IPAddress(v4: 0xc000_0220), port: UInt16(5000 + $0)) }
    for exporter in quiet { Self.send(Flood.headers.message, from: exporter, at: 62, to: &decoder) }
    #expect(decoder.sessionSummaries.count == 20)
    for number in 0..<1000 {
      Self.send(Flood.records.message, from: Self.forged(number), at: 100 + Int64(number), to: &decoder)
    }
    // One of the others temporarily exceeds the limit, until the next one arrives.
    #expect(decoder.sessionSummaries.count == 21)
    #expect(Set(quiet).isSubset(of: decoder.sessionSummaries.map(\.key.exporter)))
    let isKnown = Self.isKnown(&decoder)
    #expect(isKnown)
    // Among themselves the limit applies.
    for port in UInt16(6000)..<6100 {
      let exporter = Endpoint(address: IPAddress(v4: 0xc000_0221), port: port)
      Self.send(Flood.records.message, from: exporter, at: 2000, to: &decoder)
    }
    #expect(decoder.sessionSummaries.count == 20)
    #expect(decoder.sessionSummaries.contains { $0.key.exporter == Self.real })
  }

  @Test("that the settings come to name, or no longer do, are judged anew")
  func reconfigured() {
    var options = FlowDecoderOptions()
    options.rules.limits.sessions = 20
    var decoder = FlowDecoder(options: options)
    Self.send(Flood.headers.message, from: Self.real, at: 0, to: &decoder)
    options.rules.isTrusted = { $0 == Self.real.address }
    decoder.reconfigure(options)
    func flood(_ from: Int) {
      for number in from..<(from + 100) {
        Self.send(Flood.records.message, from: Self.forged(number), at: 100 + Int64(number), to: &decoder)
      }
    }
    flood(0)
    #expect(decoder.sessionSummaries.contains { $0.key.exporter == Self.real })
    options.rules.isTrusted = { _ in false }
    decoder.reconfigure(options)
    flood(1000)
    #expect(!decoder.sessionSummaries.contains { $0.key.exporter == Self.real })
  }

  @Test("and new exporters have the room of those that have been silent for half an hour")
  func silent() {
    var decoder = Self.decoder { $0.limits.sessions = 100 }
    // Sessions that were once steady, up to the limit, each in its own network.
    for second in [0, 70] as [Int64] {
      for number in 0..<99 {
        Self.send(Flood.records.message, from: Self.forged(number << 8), at: second, to: &decoder)
      }
    }
    decoder.advance(to: (Self.start + 5000 * 1_000_000_000) / 1_000_000)
    // Each new session keeps its template while the others' arrive, and its record is decoded.
    let new = 1000..<1050
    for number in new { Self.send(Wire.ipfix(Self.template), from: Self.forged(number), at: 5000, to: &decoder) }
    let decoded = new.map { Self.send(Wire.ipfix(Self.flow), from: Self.forged($0), at: 5001, to: &decoder) }
    #expect(decoded == Array(repeating: 1, count: 50))
  }

  @Test("with many fields of templates evict those without a record first")
  func templateFields() {
    var decoder = Self.decoder { $0.limits.templateFields = 1000 }
    let wide = Wire.ipfix(Wire.set(2, Wire.template(256, Array(repeating: [1, 4], count: 60))))
    for number in 0..<500 { Self.send(wide, from: Self.forged(number), at: 100, to: &decoder) }
    // Each template counts as ten additional fields.
    #expect(decoder.counters[.sessionEvicted] == 500 - 1000 / 70)
    let isKnown = Self.isKnown(&decoder)
    #expect(isKnown)
  }
}
