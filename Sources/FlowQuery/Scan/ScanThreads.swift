import Dispatch
import Foundation
import Synchronization

/// Runs the parts of a scan in parallel.
enum ScanThreads {
  /// Calls `body` with each number below `count`, in parallel, and waits for all calls.
  ///
  /// - Parameters:
  ///   - niceness: of the threads, as in nice(1). If it is not 0, each part except the first gets its own thread, because
  ///     the priority of shared threads must not be changed; the first part runs on the caller's thread, whose priority is
  ///     lowered as well.
  ///   - body: gives way after each unit of work, by the throttle of its thread.
  static func perform(
    _ count: Int, niceness: Int, _ body: @Sendable (Int, inout ContentionThrottle) -> Void
  ) {
    if niceness == 0 || count == 0 {
      return DispatchQueue.concurrentPerform(iterations: count) { number in
        var throttle = ContentionThrottle.off
        body(number, &throttle)
      }
    }
    withoutActuallyEscaping(body) { body in
      // A thread may release its closure a moment after leaving the group; it then releases this object, not the
      // body.
      let part = Part(body)
      defer { part.end() }
      let group = DispatchGroup()
      for number in (0..<count).dropFirst() {
        group.enter()
        Thread.detachNewThread {
          var throttle = ContentionThrottle.lowering(to: niceness)
          part.run(number, &throttle)
          group.leave()
        }
      }
      var throttle = ContentionThrottle.lowering(to: niceness)
      body(0, &throttle)
      group.wait()
    }
  }

  /// Holds the body for threads; releases it when it has ended.
  private final class Part: Sendable {
    typealias Body = @Sendable (Int, inout ContentionThrottle) -> Void
    private let body: Mutex<Body?>

    init(_ body: @escaping Body) { self.body = Mutex(body) }

    @inline(never)
    func run(_ number: Int, _ throttle: inout ContentionThrottle) {
      let body = body.withLock { $0 }
      body?(number, &throttle)
    }

    @inline(never)
    func end() { body.withLock { $0 = nil } }
  }
}
