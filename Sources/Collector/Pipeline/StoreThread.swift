import FlowModel
import FlowStore
import Foundation
import Logging
import NetFlow
import Synchronization

/// Flows for the store, of one moment of the pipeline's clock; none: only the clock went on.
struct StoreJob: ~Copyable, Sendable {
  var flows: FlowBatch
  var moment: PipelineMoment
  /// To be written once all flows before are complete.
  var checkpoint: Checkpoint?

  init(flows: consuming FlowBatch, moment: PipelineMoment, checkpoint: Checkpoint? = nil) {
    self.flows = flows
    self.moment = moment
    self.checkpoint = checkpoint
  }
}

/// The thread that sorts, encodes and writes one worker's flows, so that reception never waits for it.
public final class StoreThread: Sendable {
  /// Batches on their way to the store.
  let queue = BoundedQueue<StoreJob>(capacity: 16)
  /// Batches whose memory is free to be used again.
  let spare = BoundedQueue<FlowBatch>(capacity: 16)

  private let counters = Mutex(StoreCounters())
  private let failure = Mutex<StoreError?>(nil)
  private let retention: Mutex<Retention>
  /// What is to be told by the files from now on, until the thread has taken it.
  private let metadata = Mutex<[(key: String, value: String)]?>(nil)
  private let options: FlowStoreOptions
  /// Where checkpoints go; nil: files are published as soon as they are complete.
  private let recovery: RecoveryFolder?
  private let earlier: StoreCounters
  /// Whether a journal brings again what no checkpoint tells of.
  private let isJournaled: Bool
  private let logger: Logger
  private let ended = DispatchSemaphore(value: 0)

  /// Opens the store and starts the thread.
  ///
  /// - Throws: `StoreError` if the directory cannot be made or written to.
  public convenience init(
    _ options: FlowStoreOptions, retention: Retention = Retention(), logger: Logger
  ) throws(StoreError) {
    try self.init(options, retention: retention, recovery: nil, logger: logger)
  }

  /// - Parameters:
  ///   - recovery: where checkpoints go; files wait for one to be published.
  ///   - earlier: what became of the rows of earlier runs.
  init(
    _ options: FlowStoreOptions, retention: Retention = Retention(), recovery: RecoveryFolder?,
    isJournaled: Bool = false,
    earlier: StoreCounters = StoreCounters(), toldLoss: UInt64 = 0, logger: Logger
  ) throws(StoreError) {
    var options = options
    options.holdsFiles = recovery != nil
    self.options = options
    self.recovery = recovery
    self.isJournaled = isJournaled
    self.earlier = earlier
    self.retention = Mutex(retention)
    self.logger = logger
    var opened = try FlowStoreWriter(options)
    opened.toldLoss = toldLoss
    opened.checkpoint = recovery?.nextNumber
    let writer = Handoff(opened)
    let thread = Thread { [self] in
      Thread.current.name = "store-\(self.options.worker)"
      if let writer = writer.take() { run(writer) }
      ended.signal()
    }
    thread.start()
  }

  /// What became of the rows so far.
  public var storeCounters: StoreCounters { counters.withLock { $0 } }

  /// Completes the files, has a checkpoint tell of them, and publishes them: that is the moment from which on the rows are
  /// in the store, and no longer what the journal would bring again.
  private func commit(_ writer: inout FlowStoreWriter, _ checkpoint: Checkpoint) {
    guard let recovery else { return }
    writer.commit()
    // Rows that could not be written are still held: the journal keeps what they came from.
    guard !writer.isBehind else { return }
    var checkpoint = checkpoint
    checkpoint.head.pending = writer.pending
    checkpoint.head.toldLoss = writer.toldLoss
    // As if those files were published, and nothing is held beside them.
    checkpoint.head.store = writer.counters
    checkpoint.head.store += earlier
    checkpoint.head.store.committed &+= checkpoint.head.pending.reduce(0) { $0 &+ $1.rows }
    checkpoint.head.store.committedFiles &+= UInt64(checkpoint.head.pending.count)
    guard recovery.write(checkpoint) else { return }
    writer.publish()
    recovery.removeSuperseded()
    writer.checkpoint = recovery.nextNumber
  }

  /// What keeps the store from being written, while it does.
  public var currentFailure: StoreError? { failure.withLock { $0 } }

  /// Changes what is kept; holds from the next window on.
  public func setRetention(_ new: Retention) {
    retention.withLock { $0 = new }
  }

  /// Changes what the files tell of the settings in force; holds for those that are committed from now on.
  public func setMetadata(_ new: [(key: String, value: String)]) {
    metadata.withLock { $0 = new }
  }

  /// Commits all rows and ends the thread; returns when that is done.
  public func finish() {
    queue.close()
    ended.wait()
    ended.signal()
  }

  private func run(_ writer: consuming FlowStoreWriter) {
    var window: Int64?
    var commits: UInt64 = 0
    var lastTime: Int64 = 0
    while var job = queue.pop() {
      if let new = metadata.withLock({ $0.take() }) { writer.metadata = new }
      if let checkpoint = job.checkpoint.take() {
        commit(&writer, checkpoint)
      } else if job.flows.isEmpty {
        writer.turn(to: job.moment.time)
      } else {
        writer.append(job.flows, at: job.moment.time, origins: job.moment.origins, names: job.moment.names)
      }
      // Behind the file of the window before, which may just have been committed.
      writer.lostBySequence = job.moment.lostBySequence
      lastTime = job.moment.time
      publish(writer)
      recycle(&job.flows)
      // With every window, too: a worker may have no flows, and a full disk no commits.
      if writer.window != window || writer.counters.committedFiles != commits {
        window = writer.window
        commits = writer.counters.committedFiles
        applyRetention(now: job.moment.time / 1000)
      }
    }
    writer.commit()
    // Nothing is left that would bring their rows again.
    if !isJournaled { writer.publish() }
    if writer.counters.committedFiles != commits { applyRetention(now: lastTime / 1000) }
    writer.giveUp()
    publish(writer)
  }

  private func recycle(_ flows: inout FlowBatch) {
    guard spare.hasRoom else { return }
    flows.removeAll()
    var batch = FlowBatch()
    swap(&batch, &flows)
    spare.push(batch)
  }

  /// Makes the writer's state known; a failure is logged when it begins and when it ends, not each time.
  private func publish(_ writer: borrowing FlowStoreWriter) {
    var (new, now) = (writer.counters, writer.failure)
    new.held = writer.rowsHeld
    new += earlier
    counters.withLock { $0 = new }
    let before = failure.withLock { old in
      defer { old = now }
      return old
    }
    if let now, before == nil {
      logger.error("\(now); flows are kept in memory as far as there is room, reception goes on")
    } else if now == nil, before != nil {
      logger.notice("the store can be written again: \(options.path)")
    }
  }

  private func applyRetention(now: Int64) {
    let removed = retention.withLock { $0 }.apply(to: options.path, now: now)
    if removed.files > 0 {
      logger.info("retention: removed \(removed.files) files, \(removed.octets) octets")
    }
    if let failure = removed.failure { logger.warning("retention: \(failure)") }
  }
}
