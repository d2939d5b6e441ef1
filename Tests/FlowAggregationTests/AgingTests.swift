import FlowAggregation
import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// A time on a whole second.
private let t0: Int64 = 1_700_000_000_000

@Suite("Flow cache: timers")
struct AgingTests {
  let aging = AgingConfiguration(activeTimeout: 60, inactiveTimeout: 15)

  @Test("A record at the inactive timeout is merged, a millisecond later it opens a new flow")
  func inactiveBoundary() {
    var cache = FlowCache(aging: aging)
    #expect(cache.merge([record()], at: t0).isEmpty)
    #expect(cache.merge([record()], at: t0 + 15_000).isEmpty)
    let old = cache.merge([record()], at: t0 + 30_001)
    #expect(old.map(\.reason) == [.idle])
    #expect(old.map(\.records) == [2])
    #expect(old.map(\.octets) == [200])
    #expect(cache.liveCount == 1)
    #expect(cache.totals.opened == 2)
    #expect(cache.totals.merged == 1)
  }

  @Test("A record before the active timeout is merged, at the timeout it opens a new flow")
  func activeBoundary() {
    var cache = FlowCache(aging: aging)
    for second: Int64 in [0, 10, 20, 30, 40, 50] { #expect(cache.merge([record()], at: t0 + second * 1000).isEmpty) }
    #expect(cache.merge([record()], at: t0 + 59_999).isEmpty)
    let old = cache.merge([record()], at: t0 + 60_000)
    #expect(old.map(\.reason) == [.active])
    #expect(old.map(\.records) == [7])
    #expect(cache.drain().map(\.records) == [1])
  }

  @Test("Both timers run from arrival, not from the times in the record")
  func arrival() {
    var cache = FlowCache(aging: aging)
    _ = cache.merge([record(at: t0 - 3_600_000)], at: t0)
    #expect(cache.advance(to: t0 + 15_000).isEmpty)
    #expect(cache.advance(to: t0 + 17_000).count == 1)
  }

  @Test("The timer that ran out first gives the reason, however late that is noticed")
  func reasonOfTheFirst() {
    var idleFirst = FlowCache(aging: AgingConfiguration(activeTimeout: 16, inactiveTimeout: 15))
    _ = idleFirst.merge([record()], at: t0)
    #expect(idleFirst.advance(to: t0 + 500_000).map(\.reason) == [.idle])
    var activeFirst = FlowCache(aging: AgingConfiguration(activeTimeout: 15, inactiveTimeout: 15))
    _ = activeFirst.merge([record()], at: t0)
    #expect(activeFirst.advance(to: t0 + 500_000).map(\.reason) == [.active])
  }

  @Test("advance emits a flow within a second of its timer and not before", arguments: [0, 1, 500, 999] as [Int64])
  func lateness(offset: Int64) {
    var cache = FlowCache(aging: aging)
    _ = cache.merge([record()], at: t0 + offset)
    var emittedAt: Int64?
    for now in stride(from: t0 + offset, through: t0 + 20_000, by: 1) where emittedAt == nil {
      if !cache.advance(to: now).isEmpty { emittedAt = now }
    }
    let late = (emittedAt ?? 0) - (t0 + offset + 15_001)
    #expect((0...1000).contains(late))
  }

  @Test("A flow that is seen again and again lives until the active timeout")
  func lazyMoves() {
    var cache = FlowCache(aging: aging)
    for second: Int64 in 0..<60 {
      #expect(cache.merge([record()], at: t0 + second * 1000).isEmpty)
      #expect(cache.advance(to: t0 + second * 1000 + 500).isEmpty)
      #expect(cache.inconsistency() == nil)
    }
    #expect(cache.advance(to: t0 + 61_000).map(\.reason) == [.active])
  }

  @Test("Merging adds counters and keeps the earliest start, the latest end, all TCP flags and the last of the rest")
  func merging() throws {
    var cache = FlowCache(aging: aging)
    var a = record(at: t0)
    a.tcpFlags = 0x02
    a.sourceAS = 1
    a.vrf = 1
    a.sourceMask = 8
    a.nextHop = IPAddress(v4: 1)
    a.sourceMAC = 1
    a.records = 3
    a.endReason = 2
    var b = record(at: t0 - 5000)
    b.tcpFlags = 0x110
    b.sourceAS = 2
    b.vrf = 1
    b.sourceMask = 16
    b.nextHop = IPAddress(v4: 2)
    b.sourceMAC = 2
    b.destinationMAC = 3
    b.octets = 7
    b.packets = 8
    _ = cache.merge([a, b], at: t0)
    let row = try #require(cache.drain().first)
    #expect(row.octets == 107)
    #expect(row.packets == 9)
    #expect(row.records == 4)
    #expect(row.start == t0 - 5000)
    #expect(row.end == t0)
    #expect(row.tcpFlags == 0x112)
    #expect(row.sourceAS == 2)
    #expect(row.vrf == 1)
    #expect(row.sourceMask == 16)
    #expect(row.nextHop == IPAddress(v4: 2))
    #expect(row.sourceMAC == 2)
    #expect(row.destinationMAC == 3)
    #expect(row.reason == .forced)
  }

  @Test("Counters stop at their greatest value instead of starting again")
  func saturation() throws {
    var cache = FlowCache(aging: aging)
    var large = record()
    large.octets = .max - 5
    large.packets = .max
    large.records = .max
    _ = cache.merge([large, record(), large], at: t0)
    let row = try #require(cache.drain().first)
    #expect(row.octets == .max)
    #expect(row.packets == .max)
    #expect(row.records == .max)
    #expect(cache.isBalanced == true)
  }
}

@Suite("Flow cache: the clock")
struct ClockTests {
  let aging = AgingConfiguration(activeTimeout: 60, inactiveTimeout: 15)

  @Test("A step back of up to five seconds is no time at all")
  func smallStepBack() {
    var cache = FlowCache(aging: aging)
    _ = cache.merge([record()], at: t0)
    _ = cache.advance(to: t0 - 5000)
    _ = cache.advance(to: t0)
    // If going back had counted, the flow would be idle now.
    #expect(cache.merge([record()], at: t0 + 15_000).isEmpty)
    #expect(cache.merge([record()], at: t0 + 30_001).map(\.reason) == [.idle])
  }

  @Test("After a larger step back time goes on from there", arguments: [5001, 3_600_000, 1_000_000_000_000] as [Int64])
  func largeStepBack(step: Int64) {
    var cache = FlowCache(aging: aging)
    _ = cache.merge([record()], at: t0)
    _ = cache.advance(to: t0 + 10_000)
    #expect(cache.merge([record(2)], at: t0 - step).isEmpty)
    #expect(cache.advance(to: t0 - step + 5000).isEmpty)
    #expect(cache.merge([record()], at: t0 - step + 5001).map(\.reason) == [.idle])
    #expect(cache.advance(to: t0 - step + 17_000).map(number) == [2])
  }

  @Test("A jump forward lets everything go that is due, in batches of the caller's size")
  func jumpForward() {
    var cache = FlowCache(aging: aging)
    _ = cache.merge((1...200).map { record($0) }, at: t0)
    var sizes: [Int] = []
    var emitted = FlowBatch()
    while !cache.advance(to: t0 + 1_000_000_000, into: &emitted, limit: 64) {
      sizes.append(emitted.count)
      emitted.removeAll()
    }
    #expect(sizes == [64, 64, 64])
    #expect(emitted.count == 8)
    #expect(cache.liveCount == 0)
    #expect(cache.totals.emittedIdle == 200)
    #expect(cache.inconsistency() == nil)
  }

  @Test(
    "However far the clock jumps, and without any advance, an old flow is old", arguments: [31, 32, 33, 40] as [Int64])
  func jumpWithoutAdvance(bits: Int64) {
    var cache = FlowCache(aging: aging)
    _ = cache.merge([record()], at: t0)
    #expect(cache.merge([record()], at: t0 + (1 << bits) + 1000).map(\.reason) == [.idle])
    #expect(cache.advance(to: t0 + (1 << bits) + 17_000).map(\.reason) == [.idle])
    // Repeated jumps without expiry: time stops instead of wrapping around.
    _ = cache.merge([record()], at: t0)
    for jump: Int64 in 1...3 { _ = cache.merge([record(2)], at: t0 + jump << bits) }
    #expect(cache.merge([record()], at: t0 + 4 << bits).map(\.reason) == [.idle])
  }

  @Test("A clock that says anything breaks nothing")
  func hostileClock() {
    var random = SeededGenerator(seed: 7)
    var cache = FlowCache(aging: AgingConfiguration(activeTimeout: 60, inactiveTimeout: 15, maximumFlows: 50))
    var rows = 0
    for step in 0..<3000 {
      let now: Int64 =
        switch random.next() % 6 {
        case 0: .min
        case 1: .max
        case 2: 0
        case 3: -1
        default: Int64(bitPattern: random.next()) >> Int64(random.next() % 64)
        }
      rows += cache.merge((1...5).map { record($0 + UInt32(step % 40)) }, at: now).count
      if step % 3 == 0 { rows += cache.advance(to: now).count }
      if step % 100 == 0 { #expect(cache.inconsistency() == nil) }
    }
    rows += cache.drain().count
    #expect(rows == Int(cache.totals.opened))
    #expect(cache.inconsistency() == nil)
  }

  @Test("Ages are right while the 32-bit milliseconds start again")
  func wrap() {
    let aging = AgingConfiguration(activeTimeout: 604_800, inactiveTimeout: 400_000)
    var cache = FlowCache(aging: aging)
    // One full turn in steps of four days, then in small steps.
    var now = t0
    let begin = t0
    while now < begin + (1 << 32) - 500_000_000 {
      now += 345_600_000
      _ = cache.merge([record(9)], at: now)
      _ = cache.advance(to: now)
    }
    _ = cache.merge([record(1)], at: now)
    while now < begin + (1 << 32) + 500_000_000 {
      #expect(cache.merge([record(2)], at: now).allSatisfy { $0.reason == .active })
      now += 100_000_000
      let gone = cache.advance(to: now)
      #expect(gone.allSatisfy { $0.reason == .idle || $0.reason == .active })
      #expect(gone.allSatisfy { number($0) != 2 || $0.reason == .active })
      #expect(cache.inconsistency() == nil)
    }
    #expect(now - begin > 1 << 32)
    #expect(cache.counters(ofOrigin: 1).isEmptyOfForced)
    #expect(cache.drain().map(number) == [2])
  }

  @Test("Around the wrap a flow leaves at its timer to the millisecond")
  func wrapBoundary() {
    var cache = FlowCache(aging: AgingConfiguration(activeTimeout: 60, inactiveTimeout: 15))
    let wrap = t0 + (1 << 32)
    _ = cache.advance(to: t0)
    for day in 1...4 { _ = cache.advance(to: t0 + (1 << 30) * Int64(day) - 10_000) }
    _ = cache.merge([record(1), record(2)], at: wrap - 7000)
    #expect(cache.merge([record(1)], at: wrap + 8000).isEmpty)
    #expect(cache.merge([record(2)], at: wrap + 8001).map(\.reason) == [.idle])
    #expect(cache.merge([record(1)], at: wrap + 23_001).map(\.reason) == [.idle])
  }
}

extension FlowCounters {
  fileprivate var isEmptyOfForced: Bool { emittedForced == 0 && emittedNoRoom == 0 }
}
