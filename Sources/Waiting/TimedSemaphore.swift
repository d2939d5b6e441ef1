// Waiting: for an event with a limit of time, which nobody can move by setting the clock.

package import Dispatch
import Synchronization

/// A counting semaphore whose time limits do not depend on the time of day.
///
/// `DispatchSemaphore` and `NSCondition` wait until a time of day on Linux: where the clock is set back by an hour, as after the start
/// of a machine whose clock was wrong, a second becomes an hour and a second. `DispatchGroup` waits for a length of time.
package final class TimedSemaphore: Sendable {
  private struct State {
    var count = 0
    /// What all who wait, wait for; left by the next signal. Nil if nobody has waited since the last one.
    var next: DispatchGroup?
  }

  private let state = Mutex(State())

  package init() {}

  // A group must not be released before it is left.
  deinit { state.withLock { $0.next?.leave() } }

  /// Ends one wait, or the next one.
  package func signal() {
    state.withLock { state in
      state.count += 1
      state.next.take()?.leave()
    }
  }

  /// Waits for a signal.
  ///
  /// - Returns: false if there was none until the deadline.
  package func wait(until deadline: DispatchTime) -> Bool {
    while true {
      let next = state.withLock { state -> DispatchGroup? in
        if Self.take(&state) { return nil }
        let next = state.next ?? DispatchGroup()
        if state.next == nil { next.enter() }
        state.next = next
        return next
      }
      guard let next else { return true }
      if next.wait(timeout: deadline) == .timedOut { return state.withLock { Self.take(&$0) } }
    }
  }

  private static func take(_ state: inout State) -> Bool {
    if state.count == 0 { return false }
    state.count -= 1
    return true
  }
}
