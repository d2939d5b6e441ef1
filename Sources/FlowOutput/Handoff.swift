import Synchronization

/// Carries a noncopyable value into a closure that runs on another thread.
package final class Handoff<Value: ~Copyable>: Sendable {
  private let value: Mutex<Value?>

  package init(_ value: consuming sending Value) {
    self.value = Mutex(value)
  }

  /// Returns the value on the first call.
  package func take() -> sending Value? {
    value.withLock { $0.take() }
  }
}
