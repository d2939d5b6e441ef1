import Dispatch
import Glibc
import Synchronization

/// Signals while something is shown again and again: Ctrl-C and others that end it, Ctrl-Z, and a change of the terminal's size. They
/// end the pause, and what goes on sees whether it shall end. Until `finish` they do nothing else.
final class StopSignals {
  /// What the handlers change, which run on a thread of their own.
  private final class State: Sendable {
    /// The signal that shall end it; 0: none yet.
    let stop = Atomic<Int32>(0)
    let isResized = Atomic(false)
    let isSuspended = Atomic(false)
    let wake = DispatchSemaphore(value: 0)
  }

  private let state = State()
  private var sources: [any DispatchSourceSignal] = []
  private static let handled = [SIGINT, SIGTERM, SIGQUIT, SIGWINCH, SIGTSTP]

  init() {
    let queue = DispatchQueue(label: "sagflow.signals")
    let registered = DispatchSemaphore(value: 0)
    for number in Self.handled {
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      let state = state
      source.setEventHandler {
        switch number {
        case SIGWINCH: state.isResized.store(true, ordering: .relaxed)
        case SIGTSTP: state.isSuspended.store(true, ordering: .relaxed)
        default: state.stop.store(number, ordering: .relaxed)
        }
        state.wake.signal()
      }
      source.setRegistrationHandler { registered.signal() }
      source.resume()
      sources.append(source)
    }
    // Until then a signal does what it always does; if it were ignored, a Ctrl-C of that moment would be lost.
    for _ in sources { registered.wait() }
  }

  var hasStopped: Bool { state.stop.load(ordering: .relaxed) != 0 }

  /// Whether it has stopped, to be asked from any thread.
  var stopCheck: @Sendable () -> Bool {
    let state = state
    return { state.stop.load(ordering: .relaxed) != 0 }
  }

  /// Waits, at most until a deadline or a signal.
  ///
  /// - Parameters:
  ///   - suspended: called when the process shall stop until it is continued; it does so itself.
  ///   - resized: called when the terminal has another size.
  func wait(until deadline: DispatchTime, suspended: () -> Void, resized: () -> Void) {
    while !hasStopped, state.wake.wait(timeout: deadline) == .success {
      if state.isSuspended.exchange(false, ordering: .relaxed) { suspended() }
      if state.isResized.exchange(false, ordering: .relaxed) { resized() }
    }
  }

  /// Ends as the signal that came would have ended the process, if one came.
  func finish() {
    for source in sources { source.cancel() }
    for number in Self.handled { signal(number, SIG_DFL) }
    let number = state.stop.load(ordering: .relaxed)
    if number != 0 { raise(number) }
  }
}
