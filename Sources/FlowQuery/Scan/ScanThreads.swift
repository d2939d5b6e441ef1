import Dispatch
import Foundation
import Synchronization

/// Runs the parts of a scan in parallel.
enum ScanThreads {
  /// Calls `body` with each number below `count`, in parallel, and waits for all calls.
  ///
  /// - Parameter niceness: of the threads, as in nice(1). If it is not 0, each part except the first gets its own
  ///   thread, because the priority of shared threads must not be changed; the first part runs on the caller's thread.
  static func perform(_ count: Int, niceness: Int, _ body: @Sendable (Int) -> Void) {
    if niceness == 0 || count < 2 { return DispatchQueue.concurrentPerform(iterations: count, execute: body) }
    withoutActuallyEscaping(body) { body in
      // A thread may release its closure a moment after leaving the group; it then releases this object, not the
      // body.
      let part = Part(body)
      defer { part.end() }
      let group = DispatchGroup()
      for number in 1..<count {
        group.enter()
        Thread.detachNewThread {
          Thread.lowerPriority(to: niceness)
          part.run(number)
          group.leave()
        }
      }
      body(0)
      group.wait()
    }
  }

  /// Holds the body for threads; releases it when it has ended.
  private final class Part: Sendable {
    private let body: Mutex<(@Sendable (Int) -> Void)?>

    init(_ body: @escaping @Sendable (Int) -> Void) { self.body = Mutex(body) }

    @inline(never)
    func run(_ number: Int) {
      let body = body.withLock { $0 }
      body?(number)
    }

    @inline(never)
    func end() { body.withLock { $0 = nil } }
  }
}
