import Dispatch
import Enrichment
import FlowQuery
import Foundation
import Logging
import Synchronization

/// The thread that looks at the files of what is known of flows, of a low priority, and reads those that have changed.
final class KnowledgeThread: Sendable {
  private struct Control {
    var options: EnrichmentOptions
    /// Seconds.
    var interval: Int
    var isStopping = false
  }

  /// What pipelines ask.
  let source = KnowledgeSource()
  private let control: Mutex<Control>
  /// Of one thread at a time: that which starts the collector, then its own.
  private let files = Mutex(KnowledgeFiles())
  /// Whoever asks does not wait for a file that is being read.
  private let published = Mutex(KnowledgeReport())
  private let logger: Logger
  private let wakeUp = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// Longest that a file may be waited for when the collector stops, seconds.
  private static let finishTime = 5.0

  init(_ options: EnrichmentOptions, interval: Int, logger: Logger) {
    control = Mutex(Control(options: options, interval: interval))
    self.logger = logger
  }

  /// Looks at the files now: what flows of an earlier run's journal have is what is known when the collector starts.
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

  /// How the files were when they were last looked at.
  var report: KnowledgeReport { published.withLock { $0 } }

  /// Starts the thread; to be called once.
  func start() {
    let thread = Thread { [self] in
      Thread.current.name = "labels"
      Thread.lowerPriority()
      run()
      ended.signal()
    }
    thread.start()
  }

  private func run() {
    while true {
      let interval = control.withLock { $0.interval }
      _ = wakeUp.wait(timeout: .now() + .seconds(interval))
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

  /// Ends it, after the file that is being read, unless that takes long: nothing depends on it any more.
  func finish() {
    control.withLock { $0.isStopping = true }
    wakeUp.signal()
    _ = ended.wait(timeout: .now() + Self.finishTime)
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
