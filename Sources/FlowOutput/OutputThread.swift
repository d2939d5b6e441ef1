import FlowModel
public import Foundation
public import Logging
import Synchronization
import Waiting

/// The thread of an output, which encodes and writes one worker's flows, so that reception never waits for it.
public final class OutputThread<Writer: OutputWriter & ~Copyable>: Sendable {
  /// Stores a receipt in a checkpoint; returns whether that is durable.
  public typealias Commit = @Sendable (Writer.Receipt) -> Bool

  /// Inspects the writer, on its thread.
  public typealias Visit = @Sendable (inout Writer) -> Void

  /// Flows at one time of the pipeline's clock; empty if only the clock has advanced.
  struct Job: ~Copyable, Sendable {
    var flows = FlowBatch()
    var context: FlowContext
    /// Called once all earlier flows are durable.
    var commit: Commit?
    /// Called once all earlier flows were given to the writer.
    var visit: Visit?
  }

  /// Batches for the writer.
  let queue = BoundedQueue<Job>(capacity: 64)
  /// Written batches: as many as a writer may be given at once while it writes those before.
  let spare = BatchPool(capacity: 32)
  /// As many as a writer needs so as not to wait for one that can wait for it; more would only take memory.
  static var sufficientBatches: Int { 24 }
  /// Usual maximum size of a batch; a larger one, filled while this queue was full, is freed.
  package static var usualRecords: Int { 12_288 }

  private let name: String
  private let logger: Logger
  private let open: @Sendable () throws(Writer.Failure) -> Writer
  private let published = Mutex(OutputCounters())
  private let failure = Mutex<Writer.Failure?>(nil)
  private let ended = Event()

  /// - Parameters:
  ///   - name: thread name, shown by `top -H`.
  ///   - open: creates the writer.
  public init(_ name: String, logger: Logger, open: @escaping @Sendable () throws(Writer.Failure) -> Writer) {
    self.name = name
    self.logger = logger
    self.open = open
  }

  /// Opens the writer and starts the thread. Call once.
  ///
  /// - Throws: why the writer cannot be created.
  public func start() throws(Writer.Failure) {
    let writer = Handoff(try open())
    let thread = Thread { [self] in
      Thread.current.name = name
      if let writer = writer.take() { run(writer) }
      ended.happen()
    }
    thread.start()
  }

  /// Counters of rows.
  public var counters: OutputCounters { published.withLock { $0 } }

  /// The error that currently prevents writing; nil if none does.
  public var currentFailure: Writer.Failure? { failure.withLock { $0 } }

  /// Ends the writer after all that was passed to it, and waits for it.
  ///
  /// - Parameter limit: maximum wait; nil for unlimited.
  /// - Returns: whether it has ended.
  @discardableResult
  public func finish(within limit: DispatchTimeInterval? = nil) -> Bool {
    queue.close()
    return ended.wait(until: limit.map { .now() + $0 } ?? .distantFuture)
  }

  // MARK: On the thread

  private func run(_ writer: consuming Writer) {
    while var job = queue.pop() {
      if let commit = job.commit.take() {
        if let receipt = writer.commit(), commit(receipt) { writer.publish() }
      } else if let visit = job.visit.take() {
        visit(&writer)
      } else if job.flows.isEmpty {
        writer.advance(to: job.context)
        spare.trim()
      } else {
        writer.append(job.flows, job.context)
      }
      publish(writer)
      recycle(&job.flows)
      writer.maintain()
    }
    writer.finish()
    publish(writer)
  }

  private func recycle(_ flows: inout FlowBatch) {
    // A commit, a visit or a clock tick has no batch to reuse.
    if 1...Self.usualRecords ~= flows.records.capacity { spare.giveBack(&flows) }
  }

  /// Publishes the writer's state; a failure is logged when it begins and when it ends, not each time.
  private func publish(_ writer: borrowing Writer) {
    let (counters, now) = (writer.counters, writer.failure)
    published.withLock { $0 = counters }
    let before = failure.withLock { old in
      defer { old = now }
      return old
    }
    if let now, before == nil {
      logger.error("\(now); flows are kept in memory while there is room, reception continues")
    } else if now == nil, before != nil {
      logger.notice("\(writer.target.name) can be written again: \(writer.target.place)")
    }
  }
}
