import Alerts
import Dispatch
import FlowQuery
import Foundation
import Logging
import NetworkBytes
import Settings
import Synchronization
import Waiting

/// The low-priority thread that evaluates alerts; reception and the store take precedence.
final class AlertThread: Sendable {
  private struct Control {
    var options: AlertOptions
    var hasChanged = false
    var isStopping = false
    var report = AlertReport()
  }

  /// Set when the collector stops.
  private final class Ending: Sendable { let value = Atomic(false) }

  private let isEnding = Ending()
  private let control: Mutex<Control>
  private let inputs: AlertInputs
  private let actions: AlertActions
  private let file: AlertFile
  private let logger: Logger
  private let wakeUp = TimedSemaphore()
  private let ended = Event()
  private let started: UnixMilliseconds

  /// Evaluations take at most one part in `restFactor + 1` of the time.
  private static let restFactor = 9.0
  /// Seconds between the end of recovery and the first evaluation.
  private static let settleTime = 2.0
  /// Maximum time to send messages at shutdown, seconds.
  private static let finishTime = 5.0

  init(_ options: AlertOptions, _ inputs: AlertInputs, state directory: String, logger: Logger) {
    control = Mutex(Control(options: options))
    var inputs = inputs
    inputs.isCancelled = { [isEnding] in isEnding.value.load(ordering: .relaxed) }
    self.inputs = inputs
    self.logger = logger
    actions = AlertActions(options.actions, logger: logger)
    file = AlertFile(in: directory, logger: logger)
    started = WorkerLoop.now
  }

  /// Starts the thread. Call once.
  func start() {
    let thread = Thread { [self] in
      Thread.current.name = "alerts"
      Thread.lowerPriority()
      run()
      ended.happen()
    }
    thread.start()
  }

  func reconfigure(_ options: AlertOptions) {
    let hasChanged = control.withLock { control in
      if control.options == options { return false }
      (control.options, control.hasChanged) = (options, true)
      return true
    }
    if hasChanged { wakeUp.signal() }
  }

  /// As of the last evaluation.
  var report: AlertReport {
    var report = control.withLock { $0.report }
    report.actions = actions.counters
    return report
  }

  /// Ends the thread; messages have several seconds to be sent.
  func finish() {
    isEnding.value.store(true, ordering: .relaxed)
    control.withLock { $0.isStopping = true }
    wakeUp.signal()
    // The thread only reads: a slow copy of live flows may continue while the workers end.
    ended.wait(until: .now() + Self.finishTime)
    actions.finish(within: Self.finishTime)
  }

  // MARK: On the thread

  private func run() {
    var options = control.withLock { $0.options }
    var evaluator = AlertEvaluator(options, restoring: file.load(), started: started, inputs: inputs)
    var saved = SavedAlerts(file, evaluator.board.firing, logger)
    var rest = Double(options.interval)
    var isReady = false
    publish(evaluator, seconds: nil)
    while true {
      _ = wakeUp.wait(until: .now() + rest)
      let (isStopping, changed) = control.withLock { control in
        defer { control.hasChanged = false }
        return (control.isStopping, control.hasChanged ? control.options : nil)
      }
      if isStopping { return }
      // Published counters lag slightly behind the workers.
      let wasReady = isReady
      isReady = inputs.isReady()
      if !isReady || !wasReady {
        rest = Self.settleTime
        control.withLock { $0.hasChanged = $0.hasChanged || changed != nil }
        continue
      }
      // Including those of removed rules.
      let before = options
      if let changed {
        options = changed
        evaluator.reconfigure(options)
        actions.reconfigure(options.actions)
      }
      let begin = ContinuousClock.now
      let changes = evaluator.evaluate(at: WorkerLoop.now)
      if isEnding.value.load(ordering: .relaxed), changes.isEmpty { return }
      saved.update(evaluator.board.firing, isChanged: !changes.isEmpty)
      for change in changes { report(change, options, before) }
      evaluator.learn(at: WorkerLoop.now)
      let seconds = (ContinuousClock.now - begin) / .seconds(1)
      publish(evaluator, seconds: seconds)
      rest = max(Double(options.interval), seconds * Self.restFactor)
    }
  }

  private func report(_ change: AlertChange, _ options: AlertOptions, _ before: AlertOptions) {
    let name = change.alert.key.name
    let rule = options.rules.first { $0.name == name } ?? before.rules.first { $0.name == name }
    let builtIn = BuiltInAlerts.Name(rawValue: name)
    guard let subject = rule.map({ AlertSubject($0) }) ?? builtIn.map({ AlertSubject($0) }) else {
      logger.notice("alert resolved: \(name) is no longer configured")
      return
    }
    let message = AlertMessage(change, subject, host: CollectorConfiguration.hostName)
    if rule?.isLogged ?? true { message.log(to: logger) }
    actions.send(message, to: rule?.actions)
  }

  /// - Parameter seconds: duration of an evaluation; nil if there was none.
  private func publish(_ evaluator: AlertEvaluator, seconds: Double?) {
    let before = control.withLock { control in
      let isFailing = control.report.isFailing
      control.report.alerts = evaluator.board.all
      control.report.options = evaluator.options
      control.report.isFailing = !evaluator.problems.isEmpty
      if let seconds {
        control.report.evaluations += 1
        control.report.seconds += seconds
        if !evaluator.problems.isEmpty { control.report.failures += 1 }
      }
      return isFailing
    }
    // Logged once when it begins and once when it ends.
    if let first = evaluator.problems.first, !before {
      logger.warning("alerts: some cannot be evaluated: \(first)")
    } else if evaluator.problems.isEmpty, before {
      logger.notice("alerts: all can be evaluated again")
    }
  }
}
