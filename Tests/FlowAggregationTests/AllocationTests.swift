import CAllocationCounter
import FlowAggregation
import FlowModel
import NetFlow
import NetworkBytes
import Testing

@Suite("Merging allocates nothing")
struct AllocationTests {
  private static func record(_ number: Int) -> FlowRecord {
    var record = FlowRecord()
    record.source = IPAddress(v4: UInt32(number))
    record.destination = IPAddress(v4: 7)
    record.protocolIdentifier = 6
    record.octets = 10
    record.packets = 1
    record.origin = 1
    return record
  }

  @Test("into flows that the cache has, with rare fields and without", arguments: [false, true])
  func existing(_ isRare: Bool) {
    var cache = FlowCache()
    var batch = FlowBatch(capacity: 1024)
    var emitted = FlowBatch(capacity: 1024)
    var allocations: UInt64 = 0
    for round in 0..<100 {
      for number in 0..<1000 {
        batch.records.append(Self.record(number))
        if isRare {
          var rare = FlowExtension()
          rare.postNATSourcePort = UInt16(number)
          batch.extensions.append(rare)
          batch.records[number].extensionNumber = UInt32(number + 1)
        }
      }
      let before = allocation_count()
      cache.merge(&batch, at: 1_750_000_000_000 + Int64(round) * 100, into: &emitted)
      _ = cache.advance(to: 1_750_000_000_000 + Int64(round) * 100, into: &emitted)
      if round >= 10 { allocations += allocation_count() - before }
    }
    #expect(allocations == 0)
    #expect(cache.liveCount == 1000)
    #expect(cache.totals.merged == 99_000)
  }
}
