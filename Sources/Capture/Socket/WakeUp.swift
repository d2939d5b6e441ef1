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

  /// Makes the receiver return `.woken`: from the call it waits in, or from its next one. Any thread may call this;
  /// several calls before the receiver returns may be one.
  public func wake() {
    guard !isRaised.exchange(true, ordering: .acquiringAndReleasing) else { return }
    // An eventfd takes a write at any time.
    _ = sagflow_signal_raise(descriptor)
  }

  /// Whether a call of `wake` has not been acknowledged yet.
  var isPending: Bool { isRaised.load(ordering: .relaxed) }

  /// The signal goes first: a `wake` that comes in between leaves `isRaised` for this exchange to find, one that comes
  /// after it raises both again. A signal that is still on its way makes one more `.woken`, which does no harm.
  func acknowledge() {
    sagflow_signal_clear(descriptor)
    _ = isRaised.exchange(false, ordering: .acquiringAndReleasing)
  }
}
