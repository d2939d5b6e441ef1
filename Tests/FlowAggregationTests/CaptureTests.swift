import FlowAggregation
import FlowModel
import NetworkBytes
import TestSupport
import Testing

@Suite("A copy of the live flows")
struct CaptureTests {
  /// Creates records, numbered from 0 for each key. A record's octets are the bit of its number, so that a flow's
  /// octets show which records it includes.
  private struct Sender {
    private var counts: [UInt32: Int] = [:]

    mutating func record(of key: UInt32) -> FlowRecord? {
      let number = counts[key, default: 0]
      guard number < 63 else { return nil }
      counts[key] = number + 1
      var record = FlowAggregationTests.record(key)
      record.octets = 1 << UInt64(number)
      return record
    }

    var bits: [UInt32: UInt64] { counts.mapValues { (1 << UInt64($0)) - 1 } }
  }

  private static func add(_ records: [FlowRecord], to bits: inout [UInt32: UInt64], _ what: String) {
    for record in records {
      let key = record.source.v4 & 0xffff
      #expect(bits[key, default: 0] & record.octets == 0, "twice in \(what)")
      bits[key, default: 0] |= record.octets
    }
  }

  @Test(
    "has, with what had left before it began, each record once that came before, and none of later ones out of turn")
  func cut() {
    let seed = runSeed("CAPTURE_SEED")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<30 {
      let aging = AgingConfiguration(
        activeTimeout: 4, inactiveTimeout: 1 + random.below(3), maximumFlows: 20 + random.below(400),
        endOfFlow: random.below(2) == 0)
      var cache = FlowCache(key: .standard, aging: aging)
      var sender = Sender()
      var (now, left) = (Int64(1_000_000), [UInt32: UInt64]())
      var emitted = FlowBatch()
      func step(_ cache: inout FlowCache, _ emitted: inout FlowBatch) {
        var batch = FlowBatch()
        for _ in 0..<random.below(40) {
          guard var record = sender.record(of: UInt32(random.below(500))) else { continue }
          if random.below(10) == 0 { record.tcpFlags = 1 }
          batch.records.append(record)
        }
        now += Int64(random.below(400))
        cache.merge(&batch, at: now, into: &emitted)
        cache.advance(to: now, into: &emitted)
      }
      for _ in 0..<random.below(60) { step(&cache, &emitted) }
      Self.add(emitted.records, to: &left, "what left before; seed \(seed)")
      let before = sender.bits
      emitted.removeAll()
      cache.beginCapture()
      var copy = CaptureCopy()
      while !copy.extend(&cache, limit: 1 + random.below(120)) { step(&cache, &emitted) }
      var all = left
      Self.add(copy.records, to: &all, "the copy; seed \(seed)")
      for (key, bits) in before {
        #expect(all[key, default: 0] & bits == bits, "a record of \(key) is missing; seed \(seed)")
      }
      // Flows that leave during the capture are in it, and remain among the emitted ones: the capture does not change
      // the cache.
      let (inconsistency, isCapturing) = (cache.inconsistency(), cache.isCapturing)
      #expect(inconsistency == nil)
      #expect(!isCapturing)
    }
  }

  @Test("has the rare fields of each flow, and leaves the flows as they are")
  func rareFields() {
    var cache = FlowCache()
    var batch = FlowBatch()
    for number in 1...5 as ClosedRange<UInt32> {
      var rare = FlowExtension()
      rare.extra = "{\"n\":\(number)}"
      batch.append(record(number), number % 2 == 0 ? rare : nil)
    }
    var emitted = FlowBatch()
    cache.merge(&batch, at: 1000, into: &emitted)
    cache.beginCapture()
    var copy = CaptureCopy()
    let isEarly = copy.extend(&cache, limit: 2)
    #expect(!isEarly)
    // The other flows leave before the capture reaches them.
    cache.drain(into: &emitted)
    let isComplete = copy.extend(&cache, limit: 100)
    #expect(isComplete)
    let captured = copy.rows.sorted()
    // Live flows have no end reason.
    for index in emitted.records.indices { emitted.records[index].endReason = 0 }
    let rows = emitted.rows.sorted()
    #expect(captured == rows)
    #expect(rows.filter { $0.contains("{\"n\":") }.count == 2)
  }

  @Test("begins anew where one had not ended")
  func again() {
    var cache = FlowCache()
    #expect(cache.merge([record(1), record(2), record(3)], at: 1000).isEmpty)
    cache.beginCapture()
    var copy = CaptureCopy()
    var isComplete = copy.extend(&cache, limit: 2)
    #expect(!isComplete)
    cache.beginCapture()
    var another = CaptureCopy()
    isComplete = another.extend(&cache, limit: 9)
    #expect(isComplete && another.rows.count == 3)
    isComplete = another.extend(&cache, limit: 9)
    #expect(isComplete && another.rows.count == 3)
  }

  @Test("has no flows that leave once it is not wanted any more")
  func ended() {
    var cache = FlowCache()
    #expect(cache.merge([record(1), record(2), record(3)], at: 1000).isEmpty)
    cache.beginCapture()
    var copy = CaptureCopy()
    let isComplete = copy.extend(&cache, limit: 1)
    #expect(!isComplete)
    cache.endCapture()
    var emitted = FlowBatch()
    cache.drain(into: &emitted)
    #expect(emitted.count == 3)
    let isCapturing = cache.isCapturing
    #expect(!isCapturing)
    let isEnded = copy.extend(&cache, limit: 9)
    #expect(isEnded && copy.rows.count == 1)
  }
}

/// The flows copied so far.
private struct CaptureCopy {
  var records: [FlowRecord] = []
  var rows: [String] = []

  /// - Returns: whether the copy is complete.
  mutating func extend(_ cache: inout FlowCache, limit: Int) -> Bool {
    var flows = FlowBatch()
    let isComplete = cache.capture(limit: limit, into: &flows)
    records += flows.records
    rows += flows.rows
    return isComplete
  }
}
