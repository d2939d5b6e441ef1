import Dispatch
import Enrichment
import FlowQuery
import Foundation
import Logging
import Synchronization
import Waiting

/// The low-priority thread that checks label files and rereads those that have changed.
final class KnowledgeThread: Sendable {
  private struct Control {
    var options: EnrichmentOptions
    /// Seconds.
    var interval: Int
    var isStopping = false
  }

  /// The source for pipelines.
  let source = KnowledgeSource()
  private let control: Mutex<Control>
  /// Used by one thread at a time: first the starting one, then its own.
  private let files = Mutex(KnowledgeFiles())
  /// Separate, so that readers do not wait for a file being read.
  private let published = Mutex(KnowledgeReport())
  private let logger: Logger
  private let wakeUp = TimedSemaphore()
  private let ended = Event()

  /// Maximum wait for a file at shutdown, seconds.
  private static let finishTime = 5.0

  init(_ options: EnrichmentOptions, interval: Int, logger: Logger) {
    control = Mutex(Control(options: options, interval: interval))
    self.logger = logger
  }

  /// Reads the files now: flows from the journal of an earlier run get the labels known at startup.
  func refresh() {
    let options = control.withLock { $0.options }
    let (knowledge, events, report) = files.withLock { files in
      let (knowledge, events) = files.refresh(options, at: WorkerLoop.now / 1000)
      return (knowledge, events, files.report)
    }
    if let knowledge { source.publish(knowledge) }
    published.withLock { $0 = report }
    for event in events { event.log(to: logger) }
  }

  /// The state of the files as last seen.
  var report: KnowledgeReport { published.withLock { $0 } }

  /// Starts the thread. Call once.
  func start() {
    let thread = Thread { [self] in
      Thread.current.name = "labels"
      Thread.lowerPriority()
      run()
      ended.happen()
    }
    thread.start()
  }

  private func run() {
    while true {
      let interval = control.withLock { $0.interval }
      _ = wakeUp.wait(until: .now() + .seconds(interval))
      if control.withLock({ $0.isStopping }) { return }
      refresh()
    }
  }

  func reconfigure(_ options: EnrichmentOptions, interval: Int) {
    let hasChanged = control.withLock { control in
      if control.options == options, control.interval == interval { return false }
      (control.options, control.interval) = (options, interval)
      return true
    }
    if hasChanged { wakeUp.signal() }
  }

  /// Ends the thread, after the file being read unless that takes long: nothing depends on it.
  func finish() {
    control.withLock { $0.isStopping = true }
    wakeUp.signal()
    ended.wait(until: .now() + Self.finishTime)
  }
}

extension KnowledgeEvent {
  func log(to logger: Logger) {
    switch self {
    case .loaded(let path, let size):
      logger.info("labels: \(path): \(size)")
      if !size.unusedColumns.isEmpty {
        logger.notice("labels: \(path): unknown columns: \(size.unusedColumns.joined(separator: ", "))")
      }
    case .refused(let error, let keepsEarlier):
      logger.error("labels: \(error)\(keepsEarlier ? "; its previous content stays in use" : "")")
    case .old(let path, let days):
      logger.warning("labels: \(path): built \(days) days ago; download a newer one")
    }
  }
}
