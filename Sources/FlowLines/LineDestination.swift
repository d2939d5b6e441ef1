public import Dispatch
public import Files
import FlowModel
public import FlowOutput
public import Logging
import Synchronization

/// A line output of a collector: one file, and one thread per worker that writes the worker's rows beside the store.
///
/// A slow reader, such as one of a pipe, delays only that thread: once its queue is full, rows are dropped and counted.
public final class LineDestination: Sendable {
  public let name: String
  public let file: LineFile
  private let logger: Logger
  private let threads = Mutex<[Writer]>([])

  private struct Writer: Sendable {
    let thread: OutputThread<LineOutput>
    let given: Given
  }

  /// Rows that a worker passed to its thread, as counted by the worker.
  final class Given: Sendable {
    let handedOver = Atomic<UInt64>(0)
    /// Rows dropped because the queue was full.
    let dropped = Atomic<UInt64>(0)
  }

  /// Opens nothing.
  public init(_ name: String, _ options: LineOptions, logger: Logger) {
    self.name = name
    self.logger = logger
    file = LineFile(name, options, logger: logger)
  }

  /// Starts a worker's thread.
  ///
  /// - Returns: the sink for its rows, for `FanOut`; confined to the pipeline's thread.
  public func start(worker: Int) throws(FileError) -> any FlowSink {
    let (name, file) = (name, file)
    let thread = OutputThread("\(name)-\(worker)", logger: logger) { () throws(FileError) in LineOutput(name, to: file)
    }
    try thread.start()
    let given = Given()
    threads.withLock { $0.append(Writer(thread: thread, given: given)) }
    return LineSink(OutputSink(thread), given)
  }

  /// Reopens the file under its path before the next row is written.
  public func reopen() { file.reopen() }

  /// Counters over all workers. Rows in a queue count as held.
  public var counters: OutputCounters {
    threads.withLock { writers in
      writers.reduce(into: OutputCounters()) { sum, writer in
        let counters = writer.thread.counters
        sum += counters
        let handedOver = writer.given.handedOver.load(ordering: .relaxed)
        let waiting = handedOver > counters.received ? handedOver - counters.received : 0
        let dropped = writer.given.dropped.load(ordering: .relaxed)
        sum.received &+= waiting &+ dropped
        sum.held &+= waiting
        sum.lost &+= dropped
      }
    }
  }

  /// The current state.
  public var report: LineReport {
    let (counters, failure) = (counters, file.failure)
    var report = LineReport(name: name, place: file.options.place)
    (report.written, report.writtenOctets) = (counters.committed, counters.committedOctets)
    (report.lost, report.held) = (counters.lost, counters.held)
    report.failure = file.hasEnded ? "the reader of standard output has gone" : failure?.error.description
    report.failingSince = failure?.since
    return report
  }

  /// Requests all threads to end after their queued rows, without waiting. No rows may be added afterwards.
  public func close() {
    for writer in threads.withLock({ $0 }) { writer.thread.finish(within: .seconds(0)) }
  }

  /// Ends all threads after their queued rows.
  ///
  /// - Parameter deadline: when to stop waiting: a pipe may have no reader.
  /// - Returns: whether all have ended.
  @discardableResult
  public func finish(by deadline: DispatchTime = .now() + 5) -> Bool {
    close()
    return threads.withLock { $0 }.map { writer in
      let left = Int(clamping: deadline.uptimeNanoseconds) - Int(clamping: DispatchTime.now().uptimeNanoseconds)
      return writer.thread.finish(within: .nanoseconds(max(0, left)))
    }.allSatisfy(\.self)
  }
}

/// Passes rows to the thread of an output, and counts those dropped.
final class LineSink: FlowSink {
  private let sink: OutputSink<LineOutput>
  private let given: LineDestination.Given

  init(_ sink: OutputSink<LineOutput>, _ given: LineDestination.Given) {
    self.sink = sink
    self.given = given
  }

  var hasRoom: Bool { sink.hasRoom }
  var counters: SinkCounters { sink.counters }

  func take(_ flows: inout FlowBatch, _ context: FlowContext, _ backpressure: Backpressure) {
    sink.take(&flows, context, backpressure)
    given.handedOver.store(sink.counters.handedOver, ordering: .relaxed)
    given.dropped.store(sink.counters.dropped, ordering: .relaxed)
  }

  func advance(to context: FlowContext, _ backpressure: Backpressure) { sink.advance(to: context, backpressure) }
  func finish(_ context: FlowContext) { sink.finish(context) }
}
