public import FlowModel

/// Hands flows to the thread of an output.
///
/// A collector must not wait for a disk: when the output is behind by all batches that its queue holds, there is no room, and
/// flows that are handed over all the same are dropped and counted, unless the pipeline can wait.
public final class OutputSink<Writer: OutputWriter & ~Copyable>: FlowSink {
  private let thread: OutputThread<Writer>
  public private(set) var counters: SinkCounters

  /// - Parameter counters: what an earlier run had counted.
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
    var batch = thread.spare.tryPop() ?? FlowBatch(capacity: flows.count)
    swap(&batch, &flows)
    counters.handedOver &+= UInt64(batch.count)
    thread.queue.push(.init(flows: batch, context: context))
  }

  public func advance(to context: FlowContext, _ backpressure: Backpressure) {
    // A full queue holds batches of the new window soon enough.
    if backpressure == .wait || hasRoom { thread.queue.push(.init(context: context)) }
  }

  public func finish(_ context: FlowContext) {}

  /// Has all flows so far committed, and waits for room.
  ///
  /// - Parameter commit: makes the writer's receipt part of a checkpoint, on the output's thread.
  public func commit(_ context: FlowContext, _ commit: @escaping OutputThread<Writer>.Commit) {
    thread.queue.push(.init(context: context, commit: commit))
  }

  /// Has `visit` look at the writer behind all flows so far, without waiting for room.
  ///
  /// - Returns: false: the output has ended.
  public func visit(_ context: FlowContext, _ visit: @escaping OutputThread<Writer>.Visit) -> Bool {
    thread.queue.pushAtOnce(.init(context: context, visit: visit))
  }
}
