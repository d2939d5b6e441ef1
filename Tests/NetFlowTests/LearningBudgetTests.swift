import FlowModel
import NetFlow
import NetworkBytes
import Testing

/// Limits on announcements per second.
@Suite("Budgets of announcements")
struct LearningBudgetTests {
  /// Messages of one exporter, decoded at the given times.
  private struct Sender: ~Copyable {
    var decoder = FlowDecoder()

    mutating func send(_ messages: [[UInt8]], from port: UInt16 = 1, at second: Int64 = 0) {
      let exporter = Endpoint(address: Wire.exporter.address, port: port)
      _ = FlowDecoded(messages, by: &decoder, from: exporter, arrival: 1_750_000_000_000 + second * 1000)
    }

    /// Returns the number of known names of a kind.
    mutating func count(_ kind: ExporterNames.Kind) -> Int {
      decoder.refreshNames()
      return decoder.names[Wire.exporter.address, 1]?.all(kind).count ?? 0
    }

    func over(_ issue: DecodeIssue) -> UInt64 { decoder.counters[issue] }
  }

  private static let template = Wire.ipfix(
    Wire.set(3, Wire.optionsTemplate(300, scopes: 1, [[10, 4], [82, 8]]))
      + Wire.set(3, Wire.optionsTemplate(301, scopes: 1, [[95, 4], [96, 24]])))

  /// Returns names of interfaces, 100 per message.
  private static func names(_ numbers: Range<Int>, suffix: String = "") -> [[UInt8]] {
    stride(from: numbers.lowerBound, to: numbers.upperBound, by: 100).map { first in
      let records = (first..<min(first + 100, numbers.upperBound)).map { number in
        Wire.be32(number) + Array("\(number)\(suffix)".utf8.prefix(8)) + zeros(8 - "\(number)\(suffix)".utf8.count)
      }
      return Wire.ipfix(Wire.set(300, Array(records.joined())))
    }
  }

  private static func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: max(0, count)) }

  @Test("never cut what a large router announces at once: 4,000 interfaces, 1,400 applications")
  func largeRouter() {
    var sender = Sender()
    let applications = (0..<1400).map { number in
      [13] + Wire.be32(number).suffix(3) + Array("application-\(number)".utf8) + Self.zeros(12 - "\(number)".utf8.count)
    }
    let messages = stride(from: 0, to: 1400, by: 40).map { first in
      Wire.ipfix(Wire.set(301, Array(applications[first..<(first + 40)].joined())))
    }
    for _ in 0..<3 { sender.send([Self.template] + Self.names(1..<4001) + messages) }
    #expect(sender.count(.interface) == 4000)
    #expect(sender.count(.application) == 1400)
    #expect(sender.decoder.counters.issues.isEmpty)
  }

  @Test("end what is new for the rest of the second; it comes with a later repetition")
  func names() {
    var sender = Sender()
    sender.send([Self.template] + Self.names(1..<20_001))
    #expect(sender.count(.interface) == 1 << 14)
    #expect(sender.over(.optionsOverBudget) == 37)
    // Known names do not use the budget.
    sender.send(Self.names(1..<16_001), at: 1)
    #expect(sender.over(.optionsOverBudget) == 37)
    sender.send(Self.names(1..<20_001), at: 1)
    #expect(sender.count(.interface) == 20_000)
    #expect(sender.over(.optionsOverBudget) == 37)
  }

  @Test("end options records for the rest of the second, and records of flows go on")
  func records() {
    var sender = Sender()
    let flows = FlowMessage(fields: [[1, 4]], records: [[Wire.be32(1)]])
    let records = Array(repeating: Wire.be32(1) + Array("eth1".utf8) + Self.zeros(4), count: 1000).joined()
    let message = Wire.ipfix(Wire.set(300, Array(records)))
    sender.send([Self.template] + Array(repeating: message, count: 70))
    #expect(sender.decoder.counters.optionsRecords == 66_000)
    #expect(sender.over(.optionsOverBudget) == 4)
    sender.send([flows.octets])
    #expect(sender.decoder.counters.flowRecords == 1)
    sender.send([message], at: 1)
    #expect(sender.decoder.counters.optionsRecords == 67_000)
  }

  @Test("are not for options data that the decoder makes nothing of")
  func unused() {
    var sender = Sender()
    let template = Wire.set(3, Wire.optionsTemplate(302, scopes: 1, [[144, 4], [41, 4]]))
    let message = Wire.ipfix(Wire.set(302, Array(repeating: 1, count: 8000)))
    sender.send([Wire.ipfix(template)] + Array(repeating: message, count: 100))
    #expect(sender.decoder.counters.optionsRecords == 100_000)
    #expect(sender.over(.optionsOverBudget) == 0)
  }

  /// Returns templates with these ids, 100 per message.
  private static func templates(_ ids: Range<Int>, fields: [[Int]] = [[1, 4]]) -> [[UInt8]] {
    stride(from: ids.lowerBound, to: ids.upperBound, by: 100).map { first in
      Wire.ipfix(Wire.set(2, (first..<min(first + 100, ids.upperBound)).flatMap { Wire.template($0, fields) }))
    }
  }

  @Test("end definitions of templates for the rest of the second; repetitions are none")
  func templates() {
    var sender = Sender()
    sender.send(Self.templates(1000..<1500))
    for _ in 0..<20 { sender.send(Self.templates(1000..<1500)) }
    #expect(sender.over(.templatesOverBudget) == 0)
    sender.send(Self.templates(10_000..<15_000))
    #expect(sender.over(.templatesOverBudget) > 0)
    #expect(sender.decoder.counters.templates == 21 * 500 + (1 << 11) - 500)
    sender.send(Self.templates(15_000..<15_100), at: 1)
    #expect(sender.decoder.counters.templates == 21 * 500 + (1 << 11) - 500 + 100)
  }

  @Test("count the fields of templates")
  func fields() {
    var sender = Sender()
    for number in 0..<200 {
      sender.send(Self.templates(256..<257, fields: Array(repeating: [number + 1, 4], count: 1000)))
    }
    #expect(sender.decoder.counters.templates == 66)
    #expect(sender.over(.templatesOverBudget) == 134)
  }

  @Test("apply to an address as well: for templates, the same as for one session")
  func address() {
    var sender = Sender()
    for port in 1...6 as ClosedRange<UInt16> { sender.send(Self.templates(1000..<3048), from: port) }
    #expect(sender.decoder.counters.templates == 1 << 11)
    #expect(sender.over(.templatesOverBudget) == 5 * 21)
    let other = Endpoint(address: IPAddress(v4: 1), port: 1)
    _ = FlowDecoded(Self.templates(1000..<1100), by: &sender.decoder, from: other)
    #expect(sender.decoder.counters.templates == 1 << 11 + 100)
  }

  @Test("are kept apart for addresses whose messages take turns")
  func addressesInTurn() {
    var decoder = FlowDecoder()
    let exporters = (1...3).map { Endpoint(address: IPAddress(v4: $0), port: 1) }
    for message in Self.templates(10_000..<15_000) {
      for exporter in exporters { _ = FlowDecoded([message], by: &decoder, from: exporter) }
    }
    #expect(decoder.counters.templates == 3 << 11)
    #expect(decoder.counters[.templatesOverBudget] == 3 * 30)
  }

  @Test("apply to an address as well: for short records, four times that of one session")
  func addressOfShortRecords() {
    var sender = Sender()
    let flows = Wire.ipfix(Wire.set(2, Wire.template(400, [[4, 1]])))
    let message = Wire.ipfix(Wire.set(400, Array(repeating: 6, count: 1000)))
    for port in 1...6 as ClosedRange<UInt16> { sender.send([flows] + Array(repeating: message, count: 70), from: port) }
    #expect(sender.decoder.counters.flowRecords == 3 * 66_000 + 65_000)
    #expect(sender.over(.recordsOverBudget) == 6 * 70 - 3 * 66 - 65)
  }

  /// Sets without template, 100 a message.
  private static func early(_ count: Int) -> [[UInt8]] {
    let sets = Array(repeating: Wire.set(400, Wire.be32(1)), count: 100).flatMap { $0 }
    return Array(repeating: Wire.ipfix(sets), count: count / 100)
  }

  @Test("limit data sets that wait for their template, per session and per address; the rest is counted as given up")
  func earlySets() {
    var options = FlowDecoderOptions()
    options.rules.limits.earlyOctetsPerSession = 1 << 30
    options.rules.limits.earlyOctets = 1 << 30
    var sender = Sender(decoder: FlowDecoder(options: options))
    sender.send(Self.early(40_000))
    #expect(sender.decoder.waitingSets == 1 << 15)
    #expect(sender.decoder.counters[.unknownTemplate] == 40_000)
    #expect(sender.decoder.counters.earlyGivenUp == 40_000 - 1 << 15)
    sender.send(Self.early(1000), from: 2)
    #expect(sender.decoder.waitingSets == 1 << 15)
    sender.send(Self.early(1000), from: 2, at: 1)
    #expect(sender.decoder.waitingSets == 1 << 15 + 1000)
    // They are decoded all the same, and flows with a template were never affected.
    sender.send([Wire.ipfix(Wire.set(2, Wire.template(400, [[1, 4]])))], from: 2, at: 1)
    #expect(sender.decoder.counters.earlyDecoded >= 512)
  }

  @Test("end flow records that are shorter than flows are, for the rest of the second", arguments: [1, 3, 65535])
  func shortRecords(_ length: Int) {
    var sender = Sender()
    let flows = Wire.ipfix(Wire.set(2, Wire.template(400, [[4, length]])))
    let octets =
      length == 65535
      ? Array(repeating: [1, 6] as [UInt8], count: 1000).flatMap { $0 } : Array(repeating: 6, count: 1000 * length)
    let message = Wire.ipfix(Wire.set(400, octets))
    sender.send([flows] + Array(repeating: message, count: 70))
    // Records of varying length count three times.
    let sets = length == 65535 ? 22 : 66
    #expect(sender.decoder.counters.flowRecords == UInt64(sets * 1000))
    #expect(sender.over(.recordsOverBudget) == UInt64(70 - sets))
    sender.send([message], at: 1)
    #expect(sender.decoder.counters.flowRecords == UInt64(sets * 1000 + 1000))
    #expect(sender.over(.recordsOverBudget) == UInt64(70 - sets))
  }

  @Test(
    "are not for flow records that can be real",
    arguments: [[[1, 4]], [[8, 4], [12, 4], [1, 8], [4, 4], [371, 65535]]])
  func realRecords(_ fields: [[Int]]) {
    var sender = Sender()
    let length = fields.reduce(0) { $0 + ($1[1] == 65535 ? 1 : $1[1]) }
    let record = Array(repeating: 1 as UInt8, count: length - 1) + [fields.count > 1 ? 0 : 1]
    let message = Wire.ipfix(Wire.set(400, Array(repeating: record, count: 1000).flatMap { $0 }))
    sender.send([Wire.ipfix(Wire.set(2, Wire.template(400, fields)))] + Array(repeating: message, count: 70))
    #expect(sender.over(.recordsOverBudget) == 0)
    #expect(sender.decoder.counters.flowRecords > 69_000)
  }

  /// Returns the rates of a domain, and of 300 samplers that no other domain has.
  private static func rates(_ rate: Int, domain: Int) -> [UInt8] {
    let samplers = (0..<300).flatMap { Wire.be32(domain * 300 + $0) + Wire.be32(10) }
    return Wire.ipfix(
      Wire.set(3, Wire.optionsTemplate(300, scopes: 1, [[149, 4], [34, 4]])),
      Wire.set(3, Wire.optionsTemplate(301, scopes: 1, [[302, 4], [34, 4]])),
      Wire.set(300, Wire.be32(domain) + Wire.be32(rate)), Wire.set(301, samplers), domain: domain)
  }

  @Test("bound how often the rates of many domains are compared; a second later what has changed holds")
  func comparisons() {
    var sender = Sender()
    let flow = Wire.ipfix(
      Wire.set(2, Wire.template(400, [[1, 4]])), Wire.set(400, Wire.be32(1)), domain: 99)
    func rate(at second: Int64) -> UInt32? {
      FlowDecoded([flow], by: &sender.decoder, arrival: 1_750_000_000_000 + second * 1000).records.last?.samplingRate
    }
    for domain in 1...64 { sender.send([Self.rates(100, domain: domain)], at: Int64(domain)) }
    #expect(rate(at: 100) == 100)
    let before = sender.over(.ratesDelayed)
    for domain in 1...64 {
      sender.send([Self.rates(200, domain: domain)], at: 200)
      _ = rate(at: 200)
    }
    #expect(sender.over(.ratesDelayed) > before + 64)
    #expect(rate(at: 201) == 200)
    // Unchanged rates are not compared again.
    let after = sender.over(.ratesDelayed)
    for _ in 0..<100 { #expect(rate(at: 201) == 200) }
    #expect(sender.over(.ratesDelayed) == after)
  }
}
