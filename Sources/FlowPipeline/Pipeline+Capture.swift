import FlowAggregation
package import FlowModel
package import FlowOutput
import NetFlow

/// Flows that a pipeline has and its sink was not given.
package struct CapturedFlows: ~Copyable, Sendable {
  /// They have left the cache, and wait for the sink.
  package var waiting: FlowBatch
  package var live: FlowBatch
  package var context: FlowContext
}

extension Pipeline {
  /// Flows that are looked at between two batches of datagrams: milliseconds.
  private static var captureLimit: Int { 1 << 15 }

  /// Begins to copy the flows that the sink was not given: what it was given until now is not in the copy, and all else is.
  package mutating func beginCapture() {
    captureWaiting = emitted.copy()
    cache.beginCapture()
  }

  package var isCapturing: Bool { cache.isCapturing }

  /// Copies the next flows.
  ///
  /// - Returns: the copy once it is complete.
  package mutating func capture() -> CapturedFlows? {
    guard let live = cache.capture(limit: Self.captureLimit) else { return nil }
    var waiting = FlowBatch()
    swap(&waiting, &captureWaiting)
    decoder.refreshNames()
    return CapturedFlows(waiting: waiting, live: live, context: context)
  }
}
