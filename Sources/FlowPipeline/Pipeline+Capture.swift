import Enrichment
import FlowAggregation
package import FlowModel
package import FlowOutput
import NetFlow

/// Some of a pipeline's flows that were not passed to its sink.
package struct CapturedFlows: ~Copyable, Sendable {
  package var flows: FlowBatch
  package var context: FlowContext
  /// Whether these are the last ones.
  package var isLast: Bool
}

extension Pipeline {
  /// Flows examined between two batches of datagrams: takes milliseconds.
  private static var captureLimit: Int { 1 << 15 }

  /// Begins to copy the flows that have not been passed to the sink so far.
  package mutating func beginCapture() {
    // These have left the cache and wait for the sink.
    captured = emitted.copy()
    cache.beginCapture()
  }

  /// Copies the next flows. Call until they are the last ones.
  package mutating func capture() -> CapturedFlows {
    var flows = FlowBatch()
    swap(&flows, &captured)
    let isLast = flows.isEmpty ? cache.capture(limit: Self.captureLimit, into: &flows) : false
    decoder.refreshNames()
    enricher.enrich(&flows, origins: decoder.origins.origins)
    return CapturedFlows(flows: flows, context: context, isLast: isLast)
  }

  /// Cancels a copy.
  package mutating func endCapture() {
    captured = FlowBatch()
    cache.endCapture()
  }
}
