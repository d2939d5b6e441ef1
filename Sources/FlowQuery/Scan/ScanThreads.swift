import Dispatch
import Foundation
import Synchronization

/// Runs the parts of a scan side by side.
enum ScanThreads {
  /// Calls `body` with each number below `count`, at the same time, and waits for all of them.
  ///
  /// - Parameter niceness: of the threads, as in nice(1). Other than 0, each part but the first has a thread of its own for as long
  ///   as it takes, because the threads that all of a process shares must not be changed; the first is the caller's.
  static func perform(_ count: Int, niceness: Int, _ body: @Sendable (Int) -> Void) {
    if niceness == 0 || count < 2 { return DispatchQueue.concurrentPerform(iterations: count, execute: body) }
    withoutActuallyEscaping(body) { body in
      // A thread may let go of what it was started with a moment after it has left the group: of this, not of the body.
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

  /// What threads run; nobody has the body once it has ended.
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
