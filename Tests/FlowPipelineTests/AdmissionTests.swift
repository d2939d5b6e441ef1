import CAllocationCounter
import FlowAggregation
import FlowFilter
import FlowModel
import FlowOutput
import FlowPipeline
import NetFlow
import NetworkBytes
import TestSupport
import Testing

@Suite("Whose datagrams a pipeline decodes")
struct AdmissionTests {
  private final class Sink: FlowSink {
    var hasRoom: Bool { true }
    let counters = SinkCounters()
    func take(_ flows: inout FlowBatch, _ context: FlowContext, _ backpressure: Backpressure) { flows.removeAll() }
    func advance(to context: FlowContext, _ backpressure: Backpressure) {}
    func finish(_ context: FlowContext) {}
  }

  private static let second: UnixNanoseconds = 1_000_000_000
  private static let start = 1_750_000_200 * second

  private static func options(allow: [String] = [], deny: [String] = [], rate: Int = 0) throws -> AdmissionOptions {
    func networks(_ texts: [String]) throws -> NetworkSet {
      NetworkSet(try texts.map { try #require(Network($0)) })
    }
    var options = AdmissionOptions()
    options.addresses = AddressRules(allowed: try networks(allow), denied: try networks(deny))
    options.maximumRate = rate
    return options
  }

  /// Returns a v5 message of flows.
  private static func message(_ flows: UInt16 = 1) -> Octets {
    u16(5, flows) + bigEndian(UInt32(60_000)) + bigEndian(UInt32(start / second)) + zeros(12)
      + (0..<flows).flatMap { bigEndian(UInt32($0)) + zeros(44) }
  }

  private static func pipeline(_ admission: AdmissionOptions) -> Pipeline {
    var options = PipelineOptions()
    options.admission = admission
    return Pipeline(options, sink: Sink(), backpressure: .drop)
  }

  private static func endpoint(_ address: String) throws -> Endpoint {
    Endpoint(address: try #require(IPAddress(address)), port: 2055)
  }

  @Test("others' datagrams make no session, and each is counted under why it was refused")
  func counted() throws {
    var pipeline = Self.pipeline(try Self.options(allow: ["192.0.2.0/24"], deny: ["192.0.2.66"]))
    let message = Self.message()
    var received: UInt64 = 0
    for (address, count) in [("192.0.2.1", 3), ("192.0.2.66", 5), ("198.51.100.7", 7), ("2001:db8::1", 11)] {
      for _ in 0..<count {
        pipeline.ingest(message.rawSpan, from: try Self.endpoint(address), arrival: Self.start)
        received += 1
      }
    }
    // Refused datagrams are not parsed: this is not a message.
    pipeline.ingest([UInt8]().rawSpan, from: try Self.endpoint("198.51.100.8"), arrival: Self.start)
    let ledger = pipeline.ledger(ReceptionCounters(received: received + 1))
    #expect(ledger.decode.datagrams == 3)
    #expect(ledger.refused.denied == 5)
    #expect(ledger.refused.notAllowed == 19)
    #expect(ledger.refused.overRate == 0)
    #expect(ledger.lastRefused == IPAddress("198.51.100.8"))
    #expect(ledger.sessions.map(\.key.exporter) == [try Self.endpoint("192.0.2.1")])
    #expect(ledger.imbalances == [])
    #expect(ledger.table().contains("27  = 3 decoded + 5 denied + 19 not allowed\n"), "\(ledger.table())")
  }

  @Test("a reload changes who is taken, and a restart keeps what was counted")
  func changes() throws {
    var pipeline = Self.pipeline(try Self.options(deny: ["192.0.2.1"]))
    let (message, exporter) = (Self.message(), try Self.endpoint("192.0.2.1"))
    pipeline.ingest(message.rawSpan, from: exporter, arrival: Self.start)
    pipeline.reconfigure(
      admission: AdmissionOptions(), aging: .init(), decoder: .init(), filter: .init(), isPrompt: false)
    pipeline.ingest(message.rawSpan, from: exporter, arrival: Self.start)
    #expect(pipeline.ledger().decode.datagrams == 1)
    #expect(pipeline.ledger().refused.denied == 1)
    var next = Self.pipeline(try Self.options(allow: ["198.51.100.1"]))
    next.restore(pipeline.state)
    next.ingest(message.rawSpan, from: exporter, arrival: Self.start)
    let ledger = next.ledger(ReceptionCounters(received: 3))
    #expect(ledger.refused.denied == 1)
    #expect(ledger.refused.notAllowed == 1)
    #expect(ledger.imbalances == [])
  }

  @Test("timers run on while only refused datagrams come")
  func clock() throws {
    var options = PipelineOptions()
    options.admission = try Self.options(deny: ["192.0.2.66"])
    options.decoder.maximumClockSkew = nil
    var pipeline = Pipeline(options, sink: Sink(), backpressure: .drop)
    let message = Self.message(30)
    pipeline.ingest(message.rawSpan, from: try Self.endpoint("192.0.2.1"), arrival: Self.start)
    #expect(pipeline.ledger().liveFlows == 30)
    for second in 1...60 {
      pipeline.ingest(
        message.rawSpan, from: try Self.endpoint("192.0.2.66"), arrival: Self.start + Int64(second) * Self.second)
    }
    #expect(pipeline.ledger().liveFlows == 0)
    #expect(pipeline.ledger().flows.emittedIdle == 30)
  }

  @Test("an address has a second's worth at once, and then its rate", arguments: [1, 3, 1000, 1_000_000])
  func rate(_ rate: Int) throws {
    var admission = Admission(try Self.options(rate: rate))
    let (sender, other) = (IPAddress(v4: 1), IPAddress(v4: 2))
    var taken = 0
    for _ in 0..<(rate + 100) where admission.takes(sender, arrival: Self.start) { taken += 1 }
    #expect(taken == rate)
    let isOtherTaken = admission.takes(other, arrival: Self.start)
    #expect(isOtherTaken, "another address has a rate of its own")
    // Ten seconds at double the rate.
    let step = Self.second / Int64(rate) / 2
    var time = Self.start
    taken = 0
    while time < Self.start + 10 * Self.second {
      time += step
      if admission.takes(sender, arrival: time) { taken += 1 }
      if taken > 100_000 { break }
    }
    let elapsed = Double(time - Self.start) / 1e9
    #expect(abs(Double(taken) - elapsed * Double(rate)) <= 2 + elapsed * Double(rate) / 100_000)
    #expect(admission.refused.overRate > 100)
    #expect(admission.refused.total == admission.refused.overRate)
  }

  @Test("an address within its rate is never refused, also out of order and after the clock was set")
  func withinRate() throws {
    var admission = Admission(try Self.options(rate: 100))
    let sender = IPAddress(v4: 1)
    var random = SeededGenerator(seed: 7)
    for number in 0..<1000 {
      // Ninety per second, each up to 50 ms late; the clock goes back by an hour twice.
      let base = Self.start - (number > 300 ? 3600 * Self.second : 0) - (number > 600 ? 3600 * Self.second : 0)
      let arrival = base + Int64(number) * Self.second / 90 - Int64(random.below(50)) * 1_000_000
      let isTaken = admission.takes(sender, arrival: arrival)
      #expect(isTaken, "datagram \(number)")
    }
  }

  @Test("a flood of forged addresses does not lift the limit of a sender that keeps sending, nor limit quiet ones")
  func forged() throws {
    var admission = Admission(try Self.options(rate: 10))
    let (greedy, quiet) = (IPAddress(v4: 1), IPAddress(v4: 2))
    var (taken, refused) = (0, 0)
    for number in 0..<300_000 {
      // One and a half seconds.
      let arrival = Self.start + Int64(number) * 5000
      let forged = IPAddress(high: 0x2001_0db8_0000_0000, low: UInt64(number))
      if !admission.takes(forged, arrival: arrival) { refused += 1 }
      if number % 100 == 0, admission.takes(greedy, arrival: arrival) { taken += 1 }
      if number % 50_000 == 0, !admission.takes(quiet, arrival: arrival) { refused += 1 }
    }
    #expect(refused == 0)
    #expect((24...25).contains(taken), "ten at once, and ten a second: \(taken)")
  }

  @Test("refusing costs less than a tenth of an ordinary datagram, and no allocation")
  func cost() throws {
    let deny = (0..<256).map { "198.\($0).0.0/\(16 + $0 % 17)" } + (0..<64).map { "2001:db8:\($0)::/\(48 + $0)" }
    var pipeline = Self.pipeline(try Self.options(deny: deny, rate: 1_000_000))
    let message = Self.message(30)
    let (good, bad) = (try Self.endpoint("192.0.2.1"), try Self.endpoint("198.1.0.0"))
    func time(_ exporter: Endpoint, _ pipeline: inout Pipeline) -> UInt64 {
      let started = thread_time()
      for number in 0..<2000 {
        pipeline.ingest(message.rawSpan, from: exporter, arrival: Self.start + Int64(number) * 1000)
      }
      return thread_time() - started
    }
    let ordinary = time(good, &pipeline)
    let allocations = allocation_count()
    let refused = time(bad, &pipeline)
    #expect(allocation_count() == allocations)
    #expect(pipeline.ledger().refused.denied == 2000)
    #expect(refused < ordinary / 10, "\(refused) and \(ordinary) ns for 2000 datagrams")
  }
}
