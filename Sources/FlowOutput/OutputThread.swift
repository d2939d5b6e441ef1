import FlowModel
public import Foundation
public import Logging
import Synchronization

/// The thread of an output, which encodes and writes one worker's flows, so that reception never waits for it.
public final class OutputThread<Writer: OutputWriter & ~Copyable>: Sendable {
  /// Makes a receipt part of a checkpoint; returns whether that is durable.
  public typealias Commit = @Sendable (Writer.Receipt) -> Bool

  /// Looks at the writer, on its thread.
  public typealias Visit = @Sendable (inout Writer) -> Void

  /// Flows of one moment of the pipeline's clock; none: only the clock went on.
  struct Job: ~Copyable, Sendable {
    var flows = FlowBatch()
    var context: FlowContext
    /// To be called once all flows before are durable.
    var commit: Commit?
    /// To be called once all flows before were given to the writer.
    var visit: Visit?
  }

  /// Batches on their way to the writer.
  let queue = BoundedQueue<Job>(capacity: 16)
  /// Batches whose memory is free to be used again: as many as go to and fro while the writer keeps up. What a burst or a slow disk
  /// needed beyond them is given back, for each would be used in turn, and stay.
  let spare = BoundedQueue<FlowBatch>(capacity: 2)
  /// Places of a batch at most, usually: one that had to hold more, as there was no room here, gives its memory back.
  package static var usualRecords: Int { 49_152 }

  private let name: String
  private let logger: Logger
  private let open: @Sendable () throws(Writer.Failure) -> Writer
  private let published = Mutex(OutputCounters())
  private let failure = Mutex<Writer.Failure?>(nil)
  private let ended = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - name: of the thread, as `top -H` shows it.
  ///   - open: makes the writer.
  public init(_ name: String, logger: Logger, open: @escaping @Sendable () throws(Writer.Failure) -> Writer) {
    self.name = name
    self.logger = logger
    self.open = open
  }

  /// Opens the writer and starts the thread; to be called once.
  ///
  /// - Throws: why there can be no writer.
  public func start() throws(Writer.Failure) {
    let writer = Handoff(try open())
    let thread = Thread { [self] in
      Thread.current.name = name
      if let writer = writer.take() { run(writer) }
      ended.signal()
    }
    thread.start()
  }

  /// What became of the rows so far.
  public var counters: OutputCounters { published.withLock { $0 } }

  /// What keeps the writer from writing, while it does.
  public var currentFailure: Writer.Failure? { failure.withLock { $0 } }

  /// Has the writer end behind all that was handed over, and waits for it.
  ///
  /// - Parameter limit: the longest to wait; nil: without end.
  /// - Returns: whether it has ended.
  @discardableResult
  public func finish(within limit: DispatchTimeInterval? = nil) -> Bool {
    queue.close()
    guard ended.wait(timeout: limit.map { .now() + $0 } ?? .distantFuture) == .success else { return false }
    ended.signal()
    return true
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
    // A commit, a visit or a tick of the clock has no batch to give back.
    guard 1...Self.usualRecords ~= flows.records.capacity, spare.hasRoom else { return }
    flows.removeAll()
    var batch = FlowBatch()
    swap(&batch, &flows)
    spare.push(batch)
  }

  /// Makes the writer's state known; a failure is logged when it begins and when it ends, not each time.
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
