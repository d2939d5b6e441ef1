import FlowAggregation
import FlowModel
import FlowOutput
import FlowPipeline
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// Tests a sink that temporarily has no room.
@Suite("A sink without room")
struct PipelineRoomTests {
  /// Accepts flows or not, and counts them.
  private final class Gate: FlowSink {
    var isOpen = true
    var taken = 0
    var dropped = 0
    /// Number of flows that the pipeline waited for.
    var finished = 0

    var hasRoom: Bool { isOpen }
    var counters: SinkCounters { SinkCounters(handedOver: UInt64(taken + finished), dropped: UInt64(dropped)) }

    func take(_ flows: inout FlowBatch, _ context: FlowContext, _ backpressure: Backpressure) {
      switch backpressure {
      case .wait: finished += flows.count
      case .drop where isOpen: taken += flows.count
      case .drop: dropped += flows.count
      }
      flows.removeAll()
    }

    func advance(to context: FlowContext, _ backpressure: Backpressure) {}
    func finish(_ context: FlowContext) {}
  }

  /// Arrival time of all flows, milliseconds since 1970 UTC; no window ends in the next minutes.
  private static let start: Int64 = 1_750_000_200_000
  private static let flows = 3000

  /// Returns a pipeline that has received 3000 flows and delivers a hundred at a time.
  private func pipeline(
    _ gate: Gate, merging: Bool = true, batchSize: Int = 100, isPrompt: Bool = false
  ) -> Pipeline {
    var options = PipelineOptions()
    options.batchSize = batchSize
    options.isPrompt = isPrompt
    options.window = 3600
    options.aging.enabled = merging
    options.decoder.maximumClockSkew = nil
    var pipeline = Pipeline(options, sink: gate, backpressure: .drop)
    for message in 0..<(Self.flows / 30) {
      var octets = u16(5, 30) + bigEndian(UInt32(60_000)) + bigEndian(UInt32(Self.start / 1000))
      octets += zeros(4) + bigEndian(UInt32(message * 30)) + zeros(4)
      for flow in 0..<30 { octets += bigEndian(UInt32(message * 30 + flow)) + zeros(44) }
      pipeline.ingest(
        octets.rawSpan, from: Endpoint(address: IPAddress(v4: 1), port: 1), arrival: Self.start * 1_000_000)
    }
    return pipeline
  }

  @Test("leaves flows that are due in the cache, and gets them as soon as it has room")
  func expiry() {
    let gate = Gate()
    var pipeline = pipeline(gate)
    gate.isOpen = false
    for second in Int64(1)...30 { pipeline.advance(to: Self.start + second * 1000) }
    #expect(gate.taken == 0)
    #expect(gate.dropped == 0)
    #expect(pipeline.ledger().liveFlows + pipeline.ledger().waitingRows == Self.flows)
    gate.isOpen = true
    // Within the same second: flows in the backlog do not wait for the next one.
    pipeline.advance(to: Self.start + 30_001)
    #expect(gate.taken == Self.flows)
    #expect(gate.dropped == 0)
    #expect(pipeline.ledger().flows.emittedIdle == Self.flows)
  }

  @Test("gets the few flows that left the cache within a second if somebody waits for them, else with a full batch")
  func prompt() {
    for isPrompt in [false, true] {
      let gate = Gate()
      gate.isOpen = false
      var pipeline = pipeline(gate, merging: false, batchSize: 10_000, isPrompt: isPrompt)
      pipeline.advance(to: Self.start + 1000)
      #expect(gate.taken == 0 && gate.dropped == 0)
      gate.isOpen = true
      pipeline.advance(to: Self.start + 2000)
      #expect(gate.taken == (isPrompt ? Self.flows : 0))
    }
  }

  @Test("is waited for at the end")
  func end() {
    let gate = Gate()
    var pipeline = pipeline(gate)
    gate.isOpen = false
    pipeline.advance(to: Self.start + 20_000)
    pipeline.finish()
    #expect(gate.finished == Self.flows)
    #expect(gate.taken == 0)
    #expect(gate.dropped == 0)
  }

  @Test("is given flows that nothing can hold back only once there are too many to keep")
  func bound() {
    let gate = Gate()
    gate.isOpen = false
    var pipeline = pipeline(gate, merging: false, batchSize: 25)
    let dropped = gate.dropped
    #expect(dropped > 0)
    #expect(dropped < Self.flows)
    #expect(dropped % 30 == 0)
    #expect(Self.flows - dropped <= 32 * 25 + 30)
    gate.isOpen = true
    pipeline.finish()
    #expect(gate.finished == Self.flows - dropped)
    #expect(gate.dropped == dropped)
  }
}
