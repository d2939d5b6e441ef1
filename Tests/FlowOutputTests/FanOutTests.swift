import FlowAggregation
import FlowModel
import FlowOutput
import FlowPipeline
import FlowStore
import Foundation
import Logging
import NetFlow
import NetworkBytes
import Synchronization
import TestSupport
import Testing

@Suite("Outputs side by side", .ownThread)
struct FanOutTests {
  /// Milliseconds since 1970 UTC.
  private static let start: Int64 = 1_767_225_600_000
  private static let flows = 60_000

  private static func datagram(_ message: Int) -> Octets {
    var octets = u16(5, 30) + bigEndian(UInt32(60_000)) + bigEndian(UInt32(start / 1000))
    octets += zeros(4) + bigEndian(UInt32(message * 30)) + zeros(4)
    for flow in 0..<30 { octets += bigEndian(UInt32(message * 30 + flow)) + zeros(44) }
    return octets
  }

  @Test("while one is stalled, the store commits every flow and reception goes on, and what the other drops is counted")
  func stalled() throws {
    let folder = try TemporaryFolder()
    let logger = Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }
    let store = OutputThread("store", logger: logger) { () throws(StoreError) in
      try StoreOutput(FlowStoreOptions(path: folder.path, host: "h"), settings: StoreSettings(), logger: logger)
    }
    let recorder = Recorder()
    let other = recorder.thread()
    try store.start()
    try other.start()
    let (stored, recorded) = (OutputSink(store), OutputSink(other))
    var options = PipelineOptions()
    options.batchSize = 100
    options.aging.enabled = false
    options.decoder.maximumClockSkew = nil
    var pipeline = Pipeline(options, sink: FanOut(stored, [recorded]), backpressure: .wait)
    let exporter = Endpoint(address: IPAddress(v4: 1), port: 1)
    recorder.gate.withLock { _ in
      for message in 0..<(Self.flows / 30) {
        pipeline.ingest(Self.datagram(message).rawSpan, from: exporter, arrival: Self.start * 1_000_000)
      }
      pipeline.finish()
      store.finish()
      // One output is done while the other one is still in its first batch.
      #expect(store.counters.committed == Self.flows)
      #expect(recorder.rows == 0)
    }
    other.finish()
    #expect(stored.counters == SinkCounters(handedOver: UInt64(Self.flows)))
    #expect(recorded.counters.handedOver + recorded.counters.dropped == Self.flows)
    #expect(recorded.counters.dropped > 0)
    #expect(recorder.rows == recorded.counters.handedOver)
    let ledger = pipeline.ledger(ReceptionCounters(received: UInt64(Self.flows / 30)))
    #expect(ledger.settled(with: store.counters).imbalances == [])
  }

  @Test("both have every flow where both keep up")
  func both() throws {
    let recorders = [Recorder(), Recorder()]
    let threads = recorders.map { $0.thread() }
    for thread in threads { try thread.start() }
    let sink = FanOut(OutputSink(threads[0]), [OutputSink(threads[1])])
    let context = FlowContext(time: Self.start, origins: [])
    for _ in 0..<10 {
      var batch = FlowBatch()
      batch.records = Array(repeating: FlowRecord(), count: 10)
      sink.take(&batch, context, .wait)
      let isEmpty = batch.isEmpty
      #expect(isEmpty)
    }
    sink.advance(to: context, .wait)
    for thread in threads { thread.finish() }
    #expect(recorders.map(\.rows) == [100, 100])
    #expect(recorders.allSatisfy { $0.calls.contains("advance") })
  }
}
