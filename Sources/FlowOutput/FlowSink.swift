public import FlowModel

/// Where flows go once they have left the cache. It belongs to the pipeline's thread.
public protocol FlowSink: AnyObject {
  /// Whether a batch would be taken now without waiting. True stays true until one is.
  var hasRoom: Bool { get }

  /// What became of the flows so far, as far as the sink knows.
  var counters: SinkCounters { get }

  /// Takes flows that left the cache and empties the batch.
  func take(_ flows: inout FlowBatch, _ context: FlowContext, _ backpressure: Backpressure)

  /// The pipeline's clock has entered another window; all flows of the one before were taken.
  func advance(to context: FlowContext, _ backpressure: Backpressure)

  /// No more flows will come.
  func finish(_ context: FlowContext)
}

/// What happens where a sink has no room.
public enum Backpressure: Sendable {
  /// Flows are dropped and counted: reception must not wait for a disk.
  case drop
  /// The pipeline waits: a replay, a start, an end.
  case wait
}

/// What became of flows that a sink was given.
public struct SinkCounters: Sendable, Equatable {
  /// Handed to the thread of an output.
  public var handedOver: UInt64 = 0
  /// Given to an output without room.
  public var dropped: UInt64 = 0
  /// Given out at once, such as printed.
  public var printed: UInt64 = 0

  public init(handedOver: UInt64 = 0, dropped: UInt64 = 0, printed: UInt64 = 0) {
    self.handedOver = handedOver
    self.dropped = dropped
    self.printed = printed
  }
}
