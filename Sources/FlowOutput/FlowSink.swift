public import FlowModel

/// The destination of flows that leave the cache. Confined to the pipeline's thread.
public protocol FlowSink: AnyObject {
  /// Whether a batch could be taken without waiting. Remains true until one is.
  var hasRoom: Bool { get }

  /// Counters of flows, as far as the sink knows.
  var counters: SinkCounters { get }

  /// Takes flows that left the cache and empties the batch.
  func take(_ flows: inout FlowBatch, _ context: FlowContext, _ backpressure: Backpressure)

  /// Announces that the pipeline's clock has entered another window; all flows of the previous one were taken.
  func advance(to context: FlowContext, _ backpressure: Backpressure)

  /// Announces the end of flows.
  func finish(_ context: FlowContext)
}

/// What to do when a sink is full.
public enum Backpressure: Sendable {
  /// Drop and count flows, because reception must not wait for a disk.
  case drop
  /// Wait: during a replay, at startup, at shutdown.
  case wait
}

/// Counters of flows given to a sink.
public struct SinkCounters: Sendable, Equatable {
  /// Passed to the thread of an output.
  public var handedOver: UInt64 = 0
  /// Dropped because the output was full.
  public var dropped: UInt64 = 0
  /// Printed immediately.
  public var printed: UInt64 = 0

  public init(handedOver: UInt64 = 0, dropped: UInt64 = 0, printed: UInt64 = 0) {
    self.handedOver = handedOver
    self.dropped = dropped
    self.printed = printed
  }
}
