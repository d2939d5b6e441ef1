import Dispatch
import Glibc
import Synchronization
import Waiting

/// Signals during a watch: Ctrl-C and others that end it, Ctrl-Z, and changes of the terminal's size. They end the
/// pause; the caller checks whether to stop. Until `finish` they have no other effect.
final class StopSignals {
  /// State changed by the handlers, which run on their own thread.
  private final class State: Sendable {
    /// The signal that ends the watch; 0 for none yet.
    let stop = Atomic<Int32>(0)
    let isResized = Atomic(false)
    let isSuspended = Atomic(false)
    let wake = TimedSemaphore()
  }

  private let state = State()
  private var sources: [any DispatchSourceSignal] = []
  private static let handled = [SIGINT, SIGTERM, SIGQUIT, SIGWINCH, SIGTSTP]

  init() {
    let queue = DispatchQueue(label: "sagflow.signals")
    let registered = DispatchGroup()
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
      registered.enter()
      source.setRegistrationHandler { registered.leave() }
      source.resume()
      sources.append(source)
    }
    // Until then, signals keep their default action; ignoring them would lose a Ctrl-C.
    registered.wait()
  }

  var hasStopped: Bool { state.stop.load(ordering: .relaxed) != 0 }

  /// Returns whether to stop; thread-safe.
  var stopCheck: @Sendable () -> Bool {
    let state = state
    return { state.stop.load(ordering: .relaxed) != 0 }
  }

  /// Waits until a deadline or a signal.
  ///
  /// - Parameters:
  ///   - suspended: called before the process stops until it is continued.
  ///   - resized: called when the terminal's size has changed.
  func wait(until deadline: DispatchTime, suspended: () -> Void, resized: () -> Void) {
    while !hasStopped, state.wake.wait(until: deadline) {
      if state.isSuspended.exchange(false, ordering: .relaxed) { suspended() }
      if state.isResized.exchange(false, ordering: .relaxed) { resized() }
    }
  }

  /// Raises the signal that ended the watch, if any, with its default action.
  func finish() {
    for source in sources { source.cancel() }
    for number in Self.handled { signal(number, SIG_DFL) }
    let number = state.stop.load(ordering: .relaxed)
    if number != 0 { raise(number) }
  }
}
