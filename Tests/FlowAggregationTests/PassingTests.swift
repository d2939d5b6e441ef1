import FlowAggregation
import FlowModel
import NetFlow
import NetworkBytes
import Testing

private let t0: Int64 = 1_700_000_000_000

@Suite("Flow cache: end of flow")
struct EndOfFlowTests {
  static func closing(_ source: UInt32 = 1, flags: UInt16) -> FlowRecord {
    var r = record(source)
    r.tcpFlags = flags
    return r
  }

  @Test(
    "FIN or RST ends a TCP flow at once, with the record that brings it",
    arguments: [0x01, 0x11, 0x04, 0x14] as [UInt16])
  func ends(flags: UInt16) {
    var cache = FlowCache(aging: AgingConfiguration(endOfFlow: true))
    #expect(cache.merge([record(1), record(2)], at: t0).isEmpty)
    let gone = cache.merge([Self.closing(flags: flags)], at: t0 + 1)
    #expect(gone.map(\.reason) == [.endOfFlow])
    #expect(gone.map(\.records) == [2])
    #expect(gone.map(\.tcpFlags) == [flags])
    // Also a flow of a single record.
    #expect(cache.merge([Self.closing(3, flags: flags)], at: t0 + 1).map(\.records) == [1])
    #expect(cache.liveCount == 1)
    #expect(cache.totals.emittedEndOfFlow == 2)
    #expect(cache.inconsistency() == nil)
  }

  @Test("Other flags, other protocols and a cache that is not asked to do not end a flow")
  func doesNotEnd() {
    var cache = FlowCache(aging: AgingConfiguration(endOfFlow: true))
    #expect(cache.merge([Self.closing(flags: 0x1fa)], at: t0).isEmpty)
    var udp = Self.closing(flags: 0x05)
    udp.protocolIdentifier = 17
    #expect(cache.merge([udp], at: t0).isEmpty)
    var unasked = FlowCache(aging: AgingConfiguration(endOfFlow: false))
    #expect(unasked.merge([Self.closing(flags: 0x05)], at: t0).isEmpty)
  }

  @Test(
    "A key that merges connections is not ended by one of them",
    arguments: [["src_addr", "dst_addr", "proto"], ["src_addr/24", "dst_addr", "src_port", "dst_port", "proto"]])
  func merged(words: [String]) throws {
    var cache = FlowCache(key: try FlowKey(parsing: words), aging: AgingConfiguration(endOfFlow: true))
    #expect(cache.merge([Self.closing(flags: 0x05)], at: t0).isEmpty)
  }

  @Test("A flow over its timer that gets a FIN leaves first; the FIN makes a row of its own")
  func afterTimer() {
    var cache = FlowCache(aging: AgingConfiguration(activeTimeout: 60, inactiveTimeout: 15, endOfFlow: true))
    _ = cache.merge([record()], at: t0)
    #expect(cache.merge([Self.closing(flags: 1)], at: t0 + 20_000).map(\.reason) == [.idle, .endOfFlow])
  }
}

@Suite("Flow cache: rare fields")
struct ExtensionTests {
  static func rare(_ selector: UInt64, extra: String = "") -> FlowExtension {
    var rare = FlowExtension()
    rare.applicationEngine = 13
    rare.applicationSelector = selector
    rare.mplsStack[9] = UInt32(selector)
    rare.extra = extra
    return rare
  }

  @Test("A flow carries the rare fields of its last record that had any")
  func carried() {
    var cache = FlowCache()
    var batch = FlowBatch()
    batch.append(record(1), Self.rare(1))
    batch.append(record(2), nil)
    batch.append(record(1), Self.rare(2, extra: "{\"a\":1}"))
    batch.append(record(1), nil)
    batch.append(record(3), Self.rare(3))
    var emitted = FlowBatch()
    cache.merge(&batch, at: t0, into: &emitted)
    #expect(cache.inconsistency() == nil)
    cache.drain(into: &emitted)
    var found: [UInt32: FlowExtension] = [:]
    for r in emitted.records where r.extensionNumber != 0 {
      found[number(r)] = emitted.extensions[Int(r.extensionNumber) - 1]
    }
    #expect(found == [1: Self.rare(2, extra: "{\"a\":1}"), 3: Self.rare(3)])
    #expect(cache.inconsistency() == nil)
    #expect(cache.extensionTextOctets == 0)
  }

  @Test("A new flow in an old one's place does not inherit its rare fields")
  func notInherited() {
    var cache = FlowCache(aging: AgingConfiguration(maximumFlows: 1))
    var emitted = FlowBatch()
    for now in [t0, t0 + 100_000] {
      var batch = FlowBatch()
      batch.append(record(1), Self.rare(1))
      batch.append(record(2), nil)
      batch.append(record(1), nil)
      cache.merge(&batch, at: now, into: &emitted)
    }
    cache.drain(into: &emitted)
    #expect(emitted.records.map { $0.extensionNumber != 0 } == [true, false, false, true, false, false])
    #expect(emitted.extensions == [Self.rare(1), Self.rare(1)])
  }

  @Test("Counts of the other direction add up, whichever records have them, also over a restart")
  func reverseCounts() {
    func counts(_ octets: UInt64, _ packets: UInt64, _ fields: FlowExtension = FlowExtension()) -> FlowExtension {
      var fields = fields
      (fields.reverseOctets, fields.reversePackets) = (octets, packets)
      return fields
    }
    var batch = FlowBatch()
    batch.append(record(1), nil)
    batch.append(record(1), counts(100, 1))
    batch.append(record(1), nil)
    batch.append(record(1), Self.rare(5, extra: "{\"a\":1}"))
    batch.append(record(1), counts(20, 2))
    batch.append(record(2), counts(.max - 1, 1))
    batch.append(record(2), counts(7, .max))
    batch.append(record(3), counts(1, 1, Self.rare(6)))
    batch.append(record(3), counts(1, 0, Self.rare(7)))
    batch.append(record(4), Self.rare(8))
    var cache = FlowCache()
    var emitted = FlowBatch()
    cache.merge(&batch, at: t0, into: &emitted)
    var restarted = FlowCache()
    restarted.restore(cache.state)
    batch.append(record(1), counts(3, 0))
    restarted.merge(&batch, at: t0, into: &emitted)
    #expect(restarted.inconsistency() == nil)
    restarted.drain(into: &emitted)
    var found: [UInt32: FlowExtension] = [:]
    for r in emitted.records { found[number(r)] = emitted.extensions[Int(r.extensionNumber) - 1] }
    #expect(
      found == [
        1: counts(123, 3, Self.rare(5, extra: "{\"a\":1}")), 2: counts(.max, .max), 3: counts(2, 1, Self.rare(7)),
        4: Self.rare(8),
      ])
    #expect(restarted.extensionTextOctets == 0)
  }

  @Test("A number that points nowhere is none", arguments: [true, false])
  func badNumber(enabled: Bool) {
    var cache = FlowCache(aging: AgingConfiguration(enabled: enabled))
    var r = record()
    r.extensionNumber = 7
    var emitted = FlowBatch([])
    var batch = FlowBatch([r, r])
    cache.merge(&batch, at: t0, into: &emitted)
    cache.drain(into: &emitted)
    #expect(emitted.records.allSatisfy { $0.extensionNumber == 0 })
    #expect(emitted.extensions.isEmpty)
  }

  @Test("Text is held up to a bound for all flows; what is beyond is left out and counted")
  func bound() {
    var cache = FlowCache(aging: AgingConfiguration(maximumFlows: 100))
    let text = String(repeating: "x", count: 1 << 20)
    var emitted = FlowBatch()
    for source: UInt32 in 1...80 {
      var batch = FlowBatch()
      batch.append(record(source), Self.rare(UInt64(source), extra: text))
      cache.merge(&batch, at: t0, into: &emitted)
    }
    #expect(cache.extensionTextOctets <= FlowCache.maximumTextOctets)
    #expect(cache.droppedTexts == 17)
    // Replacing a text counts only the new one.
    var batch = FlowBatch()
    batch.append(record(1), Self.rare(1, extra: text))
    cache.merge(&batch, at: t0, into: &emitted)
    #expect(cache.droppedTexts == 17)
    cache.drain(into: &emitted)
    #expect(emitted.extensions.count == 80)
    #expect(emitted.extensions.count { $0.extra.isEmpty } == 17)
    #expect(cache.extensionTextOctets == 0)
  }
}

@Suite("Flow cache: aging switched off")
struct PassThroughTests {
  @Test("Every record becomes a row as it was sent")
  func asSent() {
    var cache = FlowCache(key: flowKey([.sourceAddress]), aging: AgingConfiguration(enabled: false))
    var r = record()
    r.endReason = 4
    r.tcpFlags = 1
    var emitted = FlowBatch()
    for selector: UInt64 in 1...2 {
      var batch = FlowBatch()
      batch.append(r, nil)
      batch.append(r, ExtensionTests.rare(selector))
      cache.merge(&batch, at: t0, into: &emitted)
      let left = batch.count + batch.extensions.count
      #expect(left == 0)
    }
    let expected = [text(r, nil), text(r, ExtensionTests.rare(1)), text(r, nil), text(r, ExtensionTests.rare(2))]
    #expect(emitted.rows == expected)
    let counters = cache.counters(ofOrigin: 1)
    #expect(counters.opened == 4)
    #expect(counters.emittedUnmerged == 4)
    #expect(counters.live == 0)
    #expect(counters.octetsIn == 400)
    #expect(counters.octetsOut == 400)
    #expect(counters.packetsOut == 4)
    #expect(cache.isBalanced == true)
  }

  @Test("Switched off while running, the live flows leave with the next advance")
  func switchedOff() {
    var cache = FlowCache()
    _ = cache.merge([record(1), record(2)], at: t0)
    cache.reconfigure(AgingConfiguration(enabled: false))
    #expect(cache.merge([record(1)], at: t0).map(\.endReason) == [0])
    #expect(cache.advance(to: t0).map(\.reason) == [.forced, .forced])
    cache.reconfigure(AgingConfiguration())
    #expect(cache.merge([record(1)], at: t0).isEmpty)
    #expect(cache.liveCount == 1)
    #expect(cache.inconsistency() == nil)
  }

  @Test("Origins are counted apart, and absurd numbers under 0")
  func origins() {
    var cache = FlowCache()
    var records = (1...4).map { record($0) }
    for (index, origin) in [5, 5, 0, UInt32.max].enumerated() { records[index].origin = origin }
    _ = cache.merge(records, at: t0)
    #expect(cache.counters(ofOrigin: 5).opened == 2)
    #expect(cache.counters(ofOrigin: 5).live == 2)
    #expect(cache.counters(ofOrigin: 0).opened == 2)
    #expect(cache.counters(ofOrigin: 1) == FlowCounters())
    #expect(cache.counters(ofOrigin: .max) == FlowCounters())
    #expect(cache.drain().count == 4)
    #expect(cache.isBalanced == true)
    #expect(cache.totals.live == 0)
  }
}
