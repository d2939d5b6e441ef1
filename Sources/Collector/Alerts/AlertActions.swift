package import Alerts
import Dispatch
import Foundation
package import Logging
import Synchronization
import Waiting

/// Performs alert actions: each webhook and program has a queue and, while it is not empty, its own thread. One that
/// fails or hangs delays neither the others nor the evaluation.
package final class AlertActions: Sendable {
  /// Counters of an action's messages.
  package struct Counters: Sendable, Equatable {
    package var delivered: UInt64 = 0
    /// Failed in all attempts.
    package var failed: UInt64 = 0
    /// Dropped because the queue was full, or the collector ended.
    package var dropped: UInt64 = 0

    package init(delivered: UInt64 = 0, failed: UInt64 = 0, dropped: UInt64 = 0) {
      self.delivered = delivered
      self.failed = failed
      self.dropped = dropped
    }
  }

  private let runners = Mutex<[String: ActionRunner]>([:])
  private let logger: Logger
  private let limits: Limits

  /// Time limits of actions, seconds.
  package struct Limits: Sendable {
    /// Pauses between attempts of a webhook.
    package var pauses = [1.0, 4, 15, 60]
    /// Of each attempt.
    package var webhook = 10.0
    package var program = 30.0

    package init() {}
  }

  package init(_ actions: [AlertAction], limits: Limits = Limits(), logger: Logger) {
    self.limits = limits
    self.logger = logger
    reconfigure(actions)
  }

  /// Replaces the actions; queued messages of one that is removed or changed are still sent.
  package func reconfigure(_ actions: [AlertAction]) {
    runners.withLock { runners in
      var next: [String: ActionRunner] = [:]
      for action in actions {
        let known = runners[action.name].flatMap { $0.action == action ? $0 : nil }
        next[action.name] = known ?? ActionRunner(action, limits, logger)
      }
      runners = next
    }
  }

  /// - Parameter names: names of actions; nil for all.
  package func send(_ message: AlertMessage, to names: [String]?) {
    let chosen = runners.withLock { runners in runners.filter { names?.contains($0.key) ?? true }.map(\.value) }
    for runner in chosen { runner.send(message) }
  }

  /// By action name.
  package var counters: [String: Counters] { runners.withLock { $0.mapValues(\.counters) } }

  /// Waits up to `seconds` for queued messages; drops the rest.
  package func finish(within seconds: Double) {
    let deadline = DispatchTime.now() + seconds
    let all = runners.withLock { Array($0.values) }
    for runner in all { runner.finish() }
    for runner in all { runner.wait(until: deadline) }
  }
}

/// The queue of one action.
private final class ActionRunner: Sendable {
  private struct State {
    var waiting: [AlertMessage] = []
    var isRunning = false
    var isStopping = false
    var isFailing = false
    var counters = AlertActions.Counters()
  }

  let action: AlertAction
  private let limits: AlertActions.Limits
  private let logger: Logger
  private let state = Mutex(State())
  /// Left when the thread ends.
  private let idle = DispatchGroup()
  /// Ends pauses.
  private let stopping = Event()

  /// Queue capacity; further messages are dropped.
  private static let capacity = 256

  init(_ action: AlertAction, _ limits: AlertActions.Limits, _ logger: Logger) {
    self.action = action
    self.limits = limits
    self.logger = logger
  }

  var counters: AlertActions.Counters { state.withLock { $0.counters } }

  func send(_ message: AlertMessage) {
    let starts = state.withLock { state in
      guard !state.isStopping, state.waiting.count < Self.capacity else {
        state.counters.dropped += 1
        return false
      }
      state.waiting.append(message)
      if state.isRunning { return false }
      state.isRunning = true
      idle.enter()
      return true
    }
    if !starts { return }
    Thread.detachNewThread { [self] in
      Thread.current.name = "alert-action"
      while let message = next() { note(perform(message)) }
      idle.leave()
    }
  }

  func finish() {
    state.withLock { $0.isStopping = true }
    stopping.happen()
  }

  func wait(until deadline: DispatchTime) {
    guard idle.wait(timeout: deadline) == .timedOut else { return }
    let left = state.withLock { state in
      defer { state.waiting = [] }
      state.counters.dropped += UInt64(state.waiting.count)
      return state.waiting.count
    }
    logger.error("alert action \(action.name) does not stop; messages dropped: \(left)")
  }

  private func next() -> AlertMessage? {
    state.withLock { state in
      if state.waiting.isEmpty {
        state.isRunning = false
        return nil
      }
      return state.waiting.removeFirst()
    }
  }

  /// - Returns: the error, if any.
  private func perform(_ message: AlertMessage) -> String? {
    switch action.kind {
    case .program(let words): return AlertProgram(words: words, timeout: limits.program).run(message)
    case .webhook(let url, let header, let headerFile):
      let webhook = AlertWebhook(url: url, header: header, headerFile: headerFile, timeout: limits.webhook)
      var failure = webhook.send(message.json)
      for pause in limits.pauses {
        guard let found = failure, found.isTransient else { break }
        if stopping.wait(until: .now() + pause) { break }
        failure = webhook.send(message.json)
      }
      return failure?.reason
    }
  }

  /// Counts the outcome; logs when failures begin and end, not each one.
  private func note(_ failure: String?) {
    let wasFailing = state.withLock { state in
      defer { state.isFailing = failure != nil }
      if failure == nil { state.counters.delivered += 1 } else { state.counters.failed += 1 }
      return state.isFailing
    }
    if let failure, !wasFailing {
      logger.error("alert action \(action.name) failing, messages are lost: \(failure)")
    } else if failure == nil, wasFailing {
      logger.notice("alert action \(action.name) recovered")
    }
  }
}
