public import FlowModel

/// Passes flows to the thread of an output.
///
/// A collector must not wait for a disk: when the queue is full, further flows are dropped and counted, unless the
/// pipeline can wait.
public final class OutputSink<Writer: OutputWriter & ~Copyable>: FlowSink {
  private let thread: OutputThread<Writer>
  public private(set) var counters: SinkCounters

  /// - Parameter counters: counters of an earlier run.
  public init(_ thread: OutputThread<Writer>, from counters: SinkCounters = SinkCounters()) {
    self.thread = thread
    self.counters = counters
  }

  public var hasRoom: Bool { thread.queue.hasRoom }

  public func take(_ flows: inout FlowBatch, _ context: FlowContext, _ backpressure: Backpressure) {
    if flows.isEmpty { return }
    if backpressure == .drop, !hasRoom {
      counters.dropped &+= UInt64(flows.count)
      flows.removeAll()
      return
    }
    var batch = thread.spare.take(capacity: flows.records.capacity)
    swap(&batch, &flows)
    counters.handedOver &+= UInt64(batch.count)
    let limit = backpressure == .wait ? OutputThread<Writer>.sufficientBatches : .max
    thread.queue.push(.init(flows: batch, context: context), behind: limit)
  }

  public func advance(to context: FlowContext, _ backpressure: Backpressure) {
    // If the queue is full, its batches soon bring the new window anyway.
    if backpressure == .wait || hasRoom { thread.queue.push(.init(context: context)) }
  }

  public func finish(_ context: FlowContext) {}

  /// Commits all flows so far, waiting for room.
  ///
  /// - Parameter commit: stores the writer's receipt in a checkpoint, on the output's thread.
  public func commit(_ context: FlowContext, _ commit: @escaping OutputThread<Writer>.Commit) {
    thread.queue.push(.init(context: context, commit: commit))
  }

  /// Calls `visit` with the writer after all flows so far, without waiting for room.
  ///
  /// - Returns: false if the output has ended.
  public func visit(_ context: FlowContext, _ visit: @escaping OutputThread<Writer>.Visit) -> Bool {
    thread.queue.pushAtOnce(.init(context: context, visit: visit))
  }
}
