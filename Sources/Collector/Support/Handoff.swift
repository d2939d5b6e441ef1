import Synchronization

/// Carries one value of which there is one owner into a closure that runs on another thread.
final class Handoff<Value: ~Copyable & Sendable>: Sendable {
  private let value: Mutex<Value?>

  init(_ value: consuming Value) {
    self.value = Mutex(value)
  }

  /// The value, the first time.
  func take() -> Value? {
    value.withLock { $0.take() }
  }
}
