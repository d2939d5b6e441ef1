import DequeModule
import Foundation

/// Hands values of which there is one owner from thread to thread, up to a number of them.
///
/// Sound: all state is touched under `lock` only.
package final class BoundedQueue<Element: ~Copyable & Sendable>: @unchecked Sendable {
  private var items: UniqueDeque<Element>
  private var isClosed = false
  private let capacity: Int
  private let lock = NSCondition()

  package init(capacity: Int) {
    items = UniqueDeque(minimumCapacity: capacity)
    self.capacity = capacity
  }

  /// Whether an element would be taken without waiting. True stays true for the only thread that pushes.
  package var hasRoom: Bool {
    lock.lock()
    defer { lock.unlock() }
    return items.count < capacity
  }

  /// Adds an element, waiting for room. Closing the queue does not refuse it: what was handed over is not lost.
  package func push(_ element: consuming Element) {
    lock.lock()
    defer { lock.unlock() }
    while items.count >= capacity { lock.wait() }
    items.append(element)
    lock.broadcast()
  }

  /// Adds an element at once, whether there is room or not. False: the queue is closed, and nobody may come for it.
  package func pushAtOnce(_ element: consuming Element) -> Bool {
    lock.lock()
    defer { lock.unlock() }
    if isClosed { return false }
    items.append(element)
    lock.broadcast()
    return true
  }

  /// Takes the next element, waiting for one; nil once the queue is closed and empty.
  package func pop() -> Element? {
    lock.lock()
    defer { lock.unlock() }
    while items.isEmpty, !isClosed { lock.wait() }
    if items.isEmpty { return nil }
    let element = items.removeFirst()
    lock.broadcast()
    return element
  }

  /// The next element if there is one.
  package func tryPop() -> Element? {
    lock.lock()
    defer { lock.unlock() }
    if items.isEmpty { return nil }
    let element = items.removeFirst()
    lock.broadcast()
    return element
  }

  /// No more elements will come.
  package func close() {
    lock.lock()
    isClosed = true
    lock.broadcast()
    lock.unlock()
  }
}
