import FlowAggregation
import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

private let t0: Int64 = 1_700_000_000_000

@Suite("Flow cache: room")
struct RoomTests {
  @Test("A full cache lets the flow go that was seen least recently, to the record")
  func leastRecentlySeen() {
    var cache = FlowCache(aging: AgingConfiguration(maximumFlows: 3))
    // All in one batch, and therefore in the same millisecond: 1 is seen again after 2 and 3.
    let gone = cache.merge([1, 2, 3, 1, 4, 5, 1, 6].map { record($0) }, at: t0)
    #expect(gone.map(number) == [2, 3, 4])
    #expect(gone.allSatisfy { $0.reason == .noRoom })
    #expect(cache.totals.emittedNoRoom == 3)
    #expect(cache.liveCount == 3)
    #expect(Set(cache.drain().map(number)) == [1, 5, 6])
  }

  @Test("A flow over its active timer goes before one that is only old")
  func overTimerFirst() {
    var cache = FlowCache(aging: AgingConfiguration(activeTimeout: 10, inactiveTimeout: 9, maximumFlows: 2))
    _ = cache.merge([record(1)], at: t0)
    _ = cache.merge([record(2)], at: t0 + 5000)
    _ = cache.merge([record(1)], at: t0 + 6000)
    let gone = cache.merge([record(3)], at: t0 + 10_000)
    #expect(gone.map(number) == [1])
    #expect(gone.map(\.reason) == [.active])
    #expect(cache.totals.emittedNoRoom == 0)
  }

  @Test("A smaller maximum lets the oldest go with the next advance")
  func smallerMaximum() {
    var cache = FlowCache(aging: AgingConfiguration(maximumFlows: 1000))
    for source: UInt32 in 1...200 { _ = cache.merge([record(source)], at: t0) }
    cache.reconfigure(AgingConfiguration(maximumFlows: 50))
    var emitted = FlowBatch()
    var rows: [FlowRecord] = []
    while !cache.advance(to: t0, into: &emitted, limit: 40) {
      #expect(emitted.count == 40)
      rows += emitted.records
      emitted.removeAll()
    }
    rows += emitted.records
    #expect(rows.map(number).sorted() == Array(1...150))
    #expect(rows.allSatisfy { $0.reason == .noRoom })
    #expect(cache.liveCount == 50)
    #expect(cache.inconsistency() == nil)
  }

  @Test("A larger maximum is used at once")
  func largerMaximum() {
    var cache = FlowCache(aging: AgingConfiguration(maximumFlows: 2))
    cache.reconfigure(AgingConfiguration(maximumFlows: 200))
    #expect(cache.merge((1...200).map { record($0) }, at: t0).isEmpty)
    #expect(cache.liveCount == 200)
  }

  @Test("Shorter timers hold for the flows that are there")
  func shorterTimers() {
    var cache = FlowCache(aging: AgingConfiguration(activeTimeout: 3600, inactiveTimeout: 1800))
    _ = cache.merge([record(1), record(2)], at: t0)
    cache.reconfigure(AgingConfiguration(activeTimeout: 60, inactiveTimeout: 5))
    #expect(cache.advance(to: t0 + 5000).isEmpty)
    #expect(cache.merge([record(2)], at: t0 + 5001).map(\.reason) == [.idle])
    #expect(cache.advance(to: t0 + 7000).map(number) == [1])
    #expect(cache.inconsistency() == nil)
  }

  @Test("Longer timers hold for the flows that are there")
  func longerTimers() {
    var cache = FlowCache(aging: AgingConfiguration(activeTimeout: 60, inactiveTimeout: 5))
    _ = cache.merge([record(1)], at: t0)
    cache.reconfigure(AgingConfiguration(activeTimeout: 3600, inactiveTimeout: 1800))
    #expect(cache.advance(to: t0 + 1_800_000).isEmpty)
    #expect(cache.advance(to: t0 + 1_802_000).count == 1)
  }

  @Test("Numbers beyond their range are brought into it")
  func clamped() {
    let wild = AgingConfiguration(activeTimeout: .min, inactiveTimeout: .max, maximumFlows: 0)
    var cache = FlowCache(aging: wild)
    #expect(cache.aging == AgingConfiguration(activeTimeout: 1, inactiveTimeout: 604_800, maximumFlows: 1))
    _ = cache.merge([record(1), record(2)], at: t0)
    #expect(cache.liveCount == 1)
    cache.reconfigure(AgingConfiguration(activeTimeout: .max, inactiveTimeout: .min, maximumFlows: 5))
    #expect(cache.aging.activeTimeout == 604_800)
    #expect(cache.aging.inactiveTimeout == 1)
  }

  @Test("drain hands everything out in batches of the caller's size, and the cache can be used again")
  func drain() {
    var cache = FlowCache()
    _ = cache.merge((1...250).map { record($0) }, at: t0)
    var emitted = FlowBatch()
    #expect(!cache.drain(into: &emitted, limit: 100))
    #expect(emitted.count == 100)
    #expect(cache.liveCount == 150)
    _ = cache.merge((1...10).map { record($0) }, at: t0)
    emitted.removeAll()
    #expect(cache.drain(into: &emitted, limit: 1000))
    #expect(emitted.count == 160)
    #expect(emitted.records.allSatisfy { $0.reason == .forced })
    #expect(cache.liveCount == 0)
    #expect(cache.totals.emittedForced == 260)
    #expect(cache.inconsistency() == nil)
    #expect(cache.merge([record()], at: t0).isEmpty)
    #expect(cache.advance(to: t0 + 20_000).count == 1)
  }

  @Test("Places are used again: a cache that flows pass through does not grow")
  func reuse() {
    var cache = FlowCache(aging: AgingConfiguration(activeTimeout: 60, inactiveTimeout: 1, endOfFlow: true))
    var rows = 0
    for step: Int64 in 0..<2000 {
      var closing = record(UInt32(step % 250))
      closing.tcpFlags = step % 2 == 0 ? 1 : 0
      rows += cache.merge([closing, record(251)], at: t0 + step * 100).count
      rows += cache.advance(to: t0 + step * 100).count
    }
    #expect(cache.inconsistency() == nil)
    #expect(cache.placeCount < 40)
    #expect(rows + cache.liveCount == Int(cache.totals.opened))
  }
}

@Suite("Flow cache: chosen flows")
struct FloodTests {
  /// With all secrets zero, a pair of words of which one is zero adds nothing to the hash.
  @Test("Flows of the same hash are told apart by their keys", arguments: FlowColumn.keys)
  func sameHash(field: FlowColumn) {
    var cache = FlowCache(
      key: flowKey(Set(FlowColumn.keys)), aging: AgingConfiguration(),
      secrets: InlineArray<14, UInt64>(repeating: 0))
    var nothing = FlowRecord()
    nothing.originWord = 0
    var other = nothing
    FlowKeyMergingTests.change(field, in: &other)
    // One word, so that its partner is zero.
    if field == .sourceAddress { other.source = IPAddress(high: 0, low: 1) }
    if field == .destinationAddress { other.destination = IPAddress(high: 1, low: 0) }
    if field == .nextHop { other.nextHop = IPAddress(high: 1, low: 0) }
    var third = nothing
    if field == .nextHop { third.nextHop = IPAddress(high: 0, low: 1) }
    _ = cache.merge([nothing, other, third, nothing, other, third], at: t0)
    #expect(cache.liveCount == (field == .nextHop ? 3 : 2))
    #expect(cache.tags.count == cache.liveCount)
    #expect(Set(cache.tags) == [0])
  }

  /// For someone who knows the secrets, flows with the same hash: with source.high equal to the first secret, the
  /// product is zero for any source.low.
  @Test("Flows chosen to collide are found out, and the cache is itself again under new secrets")
  func flood() {
    var secrets = InlineArray<14, UInt64>(repeating: 0)
    var random = SeededGenerator(seed: 99)
    for index in 0..<14 { secrets[index] = random.next() | 1 }
    var cache = FlowCache(key: .standard, aging: AgingConfiguration(), secrets: secrets)
    var batch = FlowBatch()
    for low: UInt64 in 0..<5000 {
      var r = record()
      r.source = IPAddress(high: secrets[0], low: low)
      batch.records.append(r)
    }
    let records = batch.records
    var emitted = FlowBatch()
    cache.merge(&batch, at: t0, into: &emitted)
    #expect(cache.reseedCount == 1)
    #expect(cache.inconsistency() == nil)
    #expect(cache.liveCount == 5000)
    #expect(emitted.isEmpty == true)
    #expect(cache.longestProbe < 64)
    // The same flows again: all are found.
    batch.records = records
    cache.merge(&batch, at: t0 + 1, into: &emitted)
    #expect(cache.liveCount == 5000)
    #expect(cache.totals.merged == 5000)
    #expect(cache.reseedCount == 1)
  }
}
