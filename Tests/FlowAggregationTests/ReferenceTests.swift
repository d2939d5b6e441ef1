import FlowAggregation
import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// Compares the cache with the plain model on random streams.
@Suite("Flow cache: same rows as the plain model")
struct ReferenceTests {
  struct Scenario: CustomTestStringConvertible, Sendable {
    var name: String
    var key = FlowKey.standard
    var aging: AgingConfiguration
    /// Longest ordinary clock step, milliseconds.
    var step: Int64 = 2500
    var steadyClock = false
    var testDescription: String { name }
  }

  static let scenarios: [Scenario] = [
    Scenario(name: "room for all", aging: .init(activeTimeout: 7, inactiveTimeout: 3)),
    Scenario(name: "room for one", aging: .init(activeTimeout: 7, inactiveTimeout: 3, maximumFlows: 1)),
    Scenario(name: "room for five", aging: .init(activeTimeout: 7, inactiveTimeout: 3, maximumFlows: 5)),
    Scenario(name: "active before idle", aging: .init(activeTimeout: 2, inactiveTimeout: 9, maximumFlows: 40)),
    Scenario(name: "FIN ends", aging: .init(activeTimeout: 20, inactiveTimeout: 10, endOfFlow: true)),
    Scenario(
      name: "FIN, no room", aging: .init(activeTimeout: 20, inactiveTimeout: 10, maximumFlows: 9, endOfFlow: true)),
    Scenario(
      name: "wide key",
      key: flowKey([
        .sourceAddress, .sourceAS, .destinationAS, .nextHop, .tcpFlags, .vrf, .sourceMask, .destinationMask,
        .layer2Segment, .forwardingStatus, .natEvent,
      ]),
      aging: .init(activeTimeout: 7, inactiveTimeout: 3)),
    Scenario(
      name: "narrow key", key: flowKey([.sourceAddress, .destinationPort], prefixes: prefixes),
      aging: .init(activeTimeout: 7, inactiveTimeout: 3)),
    Scenario(name: "long timers", aging: .init(activeTimeout: 20_000, inactiveTimeout: 9000), step: 4_000_000),
    Scenario(
      name: "week-long timers", aging: .init(activeTimeout: 604_800, inactiveTimeout: 604_800), step: 100_000_000),
  ]
  static var prefixes: [FlowColumn: PrefixLengths] {
    PrefixLengths(v4: 30, v6: 47).map { [.sourceAddress: $0] } ?? [:]
  }

  @Test(
    "Rows, reasons and counters are those of the model", arguments: scenarios, [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func sameAsModel(scenario: Scenario, seed: UInt64) {
    var random = SeededGenerator(seed: seed &* 0x1234_5677)
    var cache = FlowCache(key: scenario.key, aging: scenario.aging)
    var model = ReferenceCache(key: scenario.key, aging: scenario.aging)
    var emitted = FlowBatch()
    var now = Int64.random(in: 0...2_000_000_000_000, using: &random)
    for _ in 0..<100 {
      now += Self.step(scenario, using: &random)
      var batch = Self.batch(at: now, isVaried: true, using: &random)
      model.merge(batch, at: now)
      cache.merge(&batch, at: now, into: &emitted)
      let left = batch.count
      #expect(left == 0)
      // How often time advances apart from records makes no difference.
      if Bool.random(using: &random) { cache.advance(to: now, into: &emitted) }
      if Int.random(in: 0..<4, using: &random) == 0 {
        cache.advance(to: now, into: &emitted, limit: emitted.count + Int.random(in: 0..<3, using: &random))
      }
    }
    #expect(cache.inconsistency() == nil, "seed \(seed)")
    model.drain()
    cache.drain(into: &emitted)
    #expect(emitted.rows.sorted() == model.rows.sorted(), "seed \(seed)")
    for (origin, counters) in model.counters { #expect(cache.counters(ofOrigin: origin) == counters, "seed \(seed)") }
    #expect(cache.totals.opened == UInt64(emitted.count))
    #expect(cache.liveCount == 0)
    #expect(cache.inconsistency() == nil, "seed \(seed)")
  }

  @Test("A large full cache lets 1/64 of its flows go at a time, oldest first", arguments: [1, 2, 3] as [UInt64])
  func bulk(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let aging = AgingConfiguration(activeTimeout: 10_000, inactiveTimeout: 10_000, maximumFlows: 320)
    var cache = FlowCache(aging: aging)
    var model = ReferenceCache(key: .standard, aging: aging)
    model.evictionCount = 5
    var emitted = FlowBatch()
    var now: Int64 = 1_700_000_000_000
    for _ in 0..<100 {
      now += Int64.random(in: 0...1200, using: &random)
      var batch = Self.batch(at: now, spread: 40, using: &random)
      model.merge(batch, at: now)
      cache.merge(&batch, at: now, into: &emitted)
      cache.advance(to: now, into: &emitted)
      #expect(cache.liveCount == model.flows.count, "seed \(seed)")
    }
    #expect(cache.inconsistency() == nil, "seed \(seed)")
    #expect(cache.totals.emittedNoRoom > 1000)
    model.drain()
    cache.drain(into: &emitted)
    #expect(emitted.rows.sorted() == model.rows.sorted(), "seed \(seed)")
  }

  @Test("With timers and a full cache at once nothing is lost", arguments: [1, 2, 3, 4] as [UInt64])
  func bulkAndTimers(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var cache = FlowCache(aging: AgingConfiguration(activeTimeout: 12, inactiveTimeout: 8, maximumFlows: 320))
    var emitted = FlowBatch()
    var sent = FlowCounters()
    var now: Int64 = 1_700_000_000_000
    for step in 0..<150 {
      now += Int64.random(in: 0...1200, using: &random)
      var batch = Self.batch(at: now, spread: 40, using: &random)
      for record in batch.records { sent.octetsIn += record.octets }
      for record in batch.records { sent.merged += UInt64(record.records) }
      cache.merge(&batch, at: now, into: &emitted)
      if step % 3 != 0 { cache.advance(to: now, into: &emitted) }
      #expect(cache.liveCount <= 320)
    }
    #expect(cache.inconsistency() == nil, "seed \(seed)")
    let totals = cache.totals
    #expect(totals.emittedNoRoom > 50, "seed \(seed)")
    #expect(totals.emittedIdle > 50, "seed \(seed)")
    #expect(totals.emittedActive > 50, "seed \(seed)")
    cache.drain(into: &emitted)
    #expect(emitted.records.reduce(0) { $0 + $1.octets } == sent.octetsIn)
    #expect(emitted.records.reduce(0) { $0 + UInt64($1.records) } == sent.merged)
  }

  @Test("Rows leave in the same order whatever the secrets", arguments: [1, 2, 3] as [UInt64])
  func order(seed: UInt64) {
    var orders: [[String]] = []
    for _ in 0..<2 {
      var random = SeededGenerator(seed: seed)
      var cache = FlowCache(aging: AgingConfiguration(activeTimeout: 7, inactiveTimeout: 3, maximumFlows: 150))
      var emitted = FlowBatch()
      var now: Int64 = 0
      for _ in 0..<100 {
        now += Int64.random(in: 0...1500, using: &random)
        var batch = Self.batch(at: now, spread: 40, using: &random)
        cache.merge(&batch, at: now, into: &emitted)
        cache.advance(to: now, into: &emitted)
      }
      cache.drain(into: &emitted)
      orders.append(emitted.rows)
    }
    #expect(orders[0] == orders[1], "seed \(seed)")
  }

  // MARK: Streams
  private static func step(_ scenario: Scenario, using random: inout SeededGenerator) -> Int64 {
    switch Int.random(in: 0..<40, using: &random) {
    case 0: .random(in: -5000...0, using: &random)
    case 1: .random(in: -1_000_000_000 ... -5001, using: &random)
    case 2: .random(in: 0...1_000_000_000, using: &random)
    case 3...8: 0
    case 9...14: .random(in: 0...3, using: &random) * 1000
    default: .random(in: 0...scenario.step, using: &random)
    }
  }

  /// Adds rare fields to a record, few enough that flows still have more than one record.
  private static func addEvents(to r: inout FlowRecord, using random: inout SeededGenerator) {
    if Int.random(in: 0..<8, using: &random) == 0 {
      r.natEvent = .random(in: 0...1, using: &random)
      r.firewallEvent = .random(in: 0...1, using: &random)
      r.forwardingStatus = .random(in: 0...1, using: &random)
      r.layer2Segment = .random(in: 0...1, using: &random) &* 0x80_0001
    }
    r.sourceMask = .random(in: 0...1, using: &random)
    r.destinationMask = .random(in: 0...1, using: &random)
  }

  private static func batch(
    at now: Int64, spread: UInt32 = 8, isVaried: Bool = false, using random: inout SeededGenerator
  ) -> FlowBatch {
    var batch = FlowBatch()
    for _ in 0..<Int.random(in: 0...90, using: &random) {
      var r = record(.random(in: 0..<spread, using: &random))
      if Int.random(in: 0..<6, using: &random) == 0 {
        r.source = IPAddress(high: 0x2001_0db8_0000_0000, low: UInt64.random(in: 0..<3, using: &random) << 63)
      }
      r.origin = .random(in: 0...2, using: &random)
      r.destinationPort = .random(in: 0...1, using: &random)
      r.protocolIdentifier = Bool.random(using: &random) ? 6 : 17
      r.icmpType = Int.random(in: 0...9, using: &random) == 0 ? 3 : 0
      r.tcpFlags = 1 &<< UInt16.random(in: 0..<12, using: &random)
      r.vrf = .random(in: 0...1, using: &random)
      if isVaried { Self.addEvents(to: &r, using: &random) }
      r.sourceAS = .random(in: 0...1, using: &random)
      r.nextHop = IPAddress(v4: .random(in: 0...2, using: &random))
      r.octets = .random(in: 0...10_000, using: &random)
      r.packets = .random(in: 0...100, using: &random)
      r.start = now - .random(in: 0...1000, using: &random)
      r.end = r.start + .random(in: 0...1000, using: &random)
      r.sourceMAC = .random(in: 0...3, using: &random)
      r.records = .random(in: 1...3, using: &random)
      var rare: FlowExtension?
      if Int.random(in: 0..<8, using: &random) == 0 {
        var fields = FlowExtension()
        fields.applicationSelector = .random(in: 0...99, using: &random)
        fields.extra = Bool.random(using: &random) ? "{\"a long enough name\":\(fields.applicationSelector)}" : ""
        rare = fields
      }
      // Counts of the other direction: alone, with other fields, or in a record without other data.
      if isVaried, Int.random(in: 0..<4, using: &random) == 0 {
        var fields = rare ?? FlowExtension()
        fields.reverseOctets = .random(in: 0...10_000, using: &random)
        fields.reversePackets = .random(in: 0...2, using: &random)
        rare = fields
      }
      batch.append(r, rare)
    }
    return batch
  }
}
