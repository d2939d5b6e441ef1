import CSystemCalls
import Synchronization

/// Ends another thread's `UDPReceiver.receive` at once.
public final class WakeUp: Sendable {
  let descriptor: Int32
  private let isRaised = Atomic(false)

  init() throws(SocketError) {
    descriptor = sagflow_signal_create()
    guard descriptor >= 0 else { throw SocketError(operation: .wait, endpoint: nil, code: -descriptor) }
  }

  deinit {
    if descriptor >= 0 { sagflow_close(descriptor) }
  }

  /// Makes the receiver return `.woken` from its current or next call. Thread-safe; several calls before the receiver
  /// returns may be combined.
  public func wake() {
    guard !isRaised.exchange(true, ordering: .acquiringAndReleasing) else { return }
    // An eventfd can always be written to.
    _ = sagflow_signal_raise(descriptor)
  }

  /// Whether a `wake` has not been acknowledged yet.
  var isPending: Bool { isRaised.load(ordering: .relaxed) }

  /// Clears the signal first: a concurrent `wake` in between leaves `isRaised` for this exchange, a later one raises
  /// both again. A signal still in flight causes one more `.woken`, which is harmless.
  func acknowledge() {
    sagflow_signal_clear(descriptor)
    _ = isRaised.exchange(false, ordering: .acquiringAndReleasing)
  }
}
