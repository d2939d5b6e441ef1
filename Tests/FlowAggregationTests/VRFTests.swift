import FlowAggregation
import FlowModel
import NetFlow
import Testing

@Suite("Flow key: VRF, segments and events")
struct VRFTests {
  private static func records(_ count: UInt32) -> [FlowRecord] {
    (0..<count).map { number in
      var record = record()
      // Sets both low and high bits, or none.
      record.vrf = number &* 0x0001_0001
      return record
    }
  }

  @Test("The standard key tells all VRFs apart, and nobody can choose ones that collide")
  func apart() {
    var cache = FlowCache()
    let records = Self.records(20_000)
    for time: Int64 in 0...1 { #expect(cache.merge(records, at: time).isEmpty) }
    #expect(cache.liveCount == 20_000)
    #expect(cache.totals.merged == 20_000)
    #expect(cache.reseedCount == 0)
    #expect(cache.longestProbe < 64)
    #expect(cache.inconsistency() == nil)
  }

  @Test("The standard key tells segments, forwarding statuses and events apart likewise, each at the same VRF")
  func segments() {
    let count: UInt32 = 20_000
    let records = (0..<count).map { number in
      var record = record()
      record.layer2Segment = number >> 4 &* 0x801
      record.forwardingStatus = UInt8(number & 1) << 7
      record.natEvent = UInt8(number >> 1 & 3)
      record.firewallEvent = UInt8(number >> 3 & 1)
      return record
    }
    var cache = FlowCache()
    for time: Int64 in 0...1 { #expect(cache.merge(records, at: time).isEmpty) }
    #expect(cache.liveCount == Int(count))
    #expect(cache.reseedCount == 0)
    #expect(cache.longestProbe < 64)
    #expect(cache.inconsistency() == nil)
  }

  @Test("Wider keys tell them apart too, those without it do not")
  func others() {
    let standard = FlowKey.standard.columns
    for (fields, count) in [(standard.union([.sourceAS]), 100), (standard.subtracting([.vrf]), 1), ([.vrf], 100)] {
      var cache = FlowCache(key: flowKey(fields))
      _ = cache.merge(Self.records(100), at: 0)
      #expect(cache.liveCount == count)
      #expect(cache.inconsistency() == nil)
    }
  }
}
