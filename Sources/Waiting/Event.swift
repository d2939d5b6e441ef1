package import Dispatch
import Synchronization

/// Something that happens once, such as the end of a thread.
package final class Event: Sendable {
  private let group = DispatchGroup()
  private let hasHappened = Atomic(false)

  package init() { group.enter() }

  deinit { happen() }

  /// Ends all waits, also later ones. Calling it again has no effect.
  package func happen() {
    if !hasHappened.exchange(true, ordering: .acquiringAndReleasing) { group.leave() }
  }

  /// Waits until it has happened.
  package func wait() { group.wait() }

  /// Waits until it has happened, or until the deadline.
  ///
  /// - Returns: whether it has happened.
  @discardableResult
  package func wait(until deadline: DispatchTime) -> Bool { group.wait(timeout: deadline) == .success }
}
