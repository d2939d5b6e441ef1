import Synchronization

/// Carries one value of which there is one owner into a closure that runs on another thread.
package final class Handoff<Value: ~Copyable>: Sendable {
  private let value: Mutex<Value?>

  package init(_ value: consuming sending Value) {
    self.value = Mutex(value)
  }

  /// The value, the first time.
  package func take() -> sending Value? {
    value.withLock { $0.take() }
  }
}
