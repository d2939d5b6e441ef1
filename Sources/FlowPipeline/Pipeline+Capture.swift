import Enrichment
import FlowAggregation
package import FlowModel
package import FlowOutput
import NetFlow

/// Some of the flows that a pipeline has and its sink was not given.
package struct CapturedFlows: ~Copyable, Sendable {
  package var flows: FlowBatch
  package var context: FlowContext
  /// Whether these are the last ones.
  package var isLast: Bool
}

extension Pipeline {
  /// Flows that are looked at between two batches of datagrams: milliseconds.
  private static var captureLimit: Int { 1 << 15 }

  /// Begins to copy the flows that the sink was not given: what it was given until now is not in the copy, and all else is.
  package mutating func beginCapture() {
    // They have left the cache, and wait for the sink.
    captured = emitted.copy()
    cache.beginCapture()
  }

  /// Copies the next flows. To be called until they are the last ones.
  package mutating func capture() -> CapturedFlows {
    var flows = FlowBatch()
    swap(&flows, &captured)
    let isLast = flows.isEmpty ? cache.capture(limit: Self.captureLimit, into: &flows) : false
    decoder.refreshNames()
    enricher.enrich(&flows, origins: decoder.origins.origins)
    return CapturedFlows(flows: flows, context: context, isLast: isLast)
  }

  /// Ends a copy that nobody wants any more.
  package mutating func endCapture() {
    captured = FlowBatch()
    cache.endCapture()
  }
}
