import FlowAggregation
import FlowModel
import NetworkBytes
import TestSupport
import Testing

@Suite("Example of the documentation")
struct ExampleTests {
  @Test("merges records into a flow and ages it")
  func example() {
    // Example begins.
    var cache = FlowCache(aging: AgingConfiguration(activeTimeout: 60, inactiveTimeout: 15))
    var emitted = FlowBatch()
    let start: UnixMilliseconds = 1_700_000_000_000

    for second: UnixMilliseconds in 0..<3 {
      var record = FlowRecord()
      record.source = IPAddress(v4: 0x0a00_0001)  // 10.0.0.1
      record.destination = IPAddress(v4: 0x0a00_0002)
      record.destinationPort = 443
      record.protocolIdentifier = 6
      record.packets = 1
      record.octets = 100
      (record.start, record.end) = (start + second * 1000, start + second * 1000)
      var batch = FlowBatch()
      batch.records.append(record)
      cache.merge(&batch, at: record.end, into: &emitted)
    }
    cache.advance(to: start + 20_000, into: &emitted)

    let flow = emitted.records[0]
    let reason = FlowEndReason(rawValue: flow.endReason)
    // Example ends.
    #expect(emitted.records.count == 1)
    #expect((flow.packets, flow.octets, flow.records, flow.end - flow.start) == (3, 300, 3, 2000))
    #expect(reason == .idle)
    let isBalanced = cache.isBalanced
    #expect(isBalanced)
  }

  @Test("is the one that is tested")
  func documentation() throws {
    let example = try DocumentedExample.compiled()
    #expect(!example.isEmpty)
    #expect(try DocumentedExample.documented("FlowAggregation") == example)
  }
}
