import DequeModule
import Foundation

/// A bounded queue that passes noncopyable values between threads.
///
/// Sound: all state is accessed only under `lock`.
package final class BoundedQueue<Element: ~Copyable & Sendable>: @unchecked Sendable {
  private var items: UniqueDeque<Element>
  private var isClosed = false
  private let capacity: Int
  private let lock = NSCondition()

  package init(capacity: Int) {
    items = UniqueDeque(minimumCapacity: capacity)
    self.capacity = capacity
  }

  /// Whether an element could be pushed without waiting. Once true, it remains true for the only pushing thread.
  package var hasRoom: Bool {
    lock.lock()
    defer { lock.unlock() }
    return items.count < capacity
  }

  /// Adds an element, waiting for room. Also succeeds after `close`, so that nothing is lost.
  ///
  /// - Parameter limit: elements before it at most, if that is less than the capacity.
  package func push(_ element: consuming Element, behind limit: Int = .max) {
    lock.lock()
    defer { lock.unlock() }
    while items.count >= min(capacity, limit) { lock.wait() }
    items.append(element)
    lock.broadcast()
  }

  /// Adds an element at once, even beyond the capacity. Returns false if the queue is closed and may no longer be read.
  package func pushAtOnce(_ element: consuming Element) -> Bool {
    lock.lock()
    defer { lock.unlock() }
    if isClosed { return false }
    items.append(element)
    lock.broadcast()
    return true
  }

  /// Removes the next element, waiting for one; returns nil once the queue is closed and empty.
  package func pop() -> Element? {
    lock.lock()
    defer { lock.unlock() }
    while items.isEmpty, !isClosed { lock.wait() }
    if items.isEmpty { return nil }
    let element = items.removeFirst()
    lock.broadcast()
    return element
  }

  /// Marks the end of the queue.
  package func close() {
    lock.lock()
    isClosed = true
    lock.broadcast()
    lock.unlock()
  }
}
