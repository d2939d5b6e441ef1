import FlowModel
import FlowStore
import NetFlow

/// Hands flows to the thread that writes the store.
///
/// A collector must not wait for the disk: when the store is behind by all batches that the queue holds, there is no room,
/// and flows that are handed over all the same are dropped and counted. A replay waits instead.
public struct StoreSink: FlowSink, ~Copyable {
  private let thread: StoreThread
  /// Whether to wait for room rather than drop.
  var waits: Bool
  /// Flows given to the thread.
  public internal(set) var handedOver: UInt64 = 0
  /// Flows that there was no room for.
  public internal(set) var dropped: UInt64 = 0

  /// - Parameter waits: whether to wait for room rather than drop.
  public init(_ thread: StoreThread, waits: Bool) {
    self.thread = thread
    self.waits = waits
  }

  public var hasRoom: Bool { waits || thread.queue.hasRoom }

  public mutating func take(_ flows: inout FlowBatch, _ moment: PipelineMoment) {
    if flows.isEmpty { return }
    if hasRoom {
      push(&flows, moment)
    } else {
      dropped &+= UInt64(flows.count)
      flows.removeAll()
    }
  }

  public mutating func turn(to moment: PipelineMoment) {
    // A full queue holds batches of the new window soon enough.
    guard hasRoom else { return }
    thread.queue.push(StoreJob(flows: FlowBatch(), moment: moment))
  }

  public mutating func finish(_ flows: inout FlowBatch, _ moment: PipelineMoment) {
    if !flows.isEmpty { push(&flows, moment) }
  }

  /// Hands on a checkpoint, behind all flows so far; it waits for room.
  mutating func checkpoint(_ draft: Checkpoint, _ moment: PipelineMoment) {
    thread.queue.push(StoreJob(flows: FlowBatch(), moment: moment, checkpoint: draft))
  }

  private mutating func push(_ flows: inout FlowBatch, _ moment: PipelineMoment) {
    var batch = thread.spare.tryPop() ?? FlowBatch(capacity: flows.count)
    swap(&batch, &flows)
    handedOver &+= UInt64(batch.count)
    thread.queue.push(StoreJob(flows: batch, moment: moment))
  }
}
