import Dispatch
import Foundation
import Glibc

/// Runs the parts of a scan side by side.
enum ScanThreads {
  /// Calls `body` with each number below `count`, at the same time, and waits for all of them.
  ///
  /// - Parameter niceness: of the threads, as in nice(1). Other than 0, each part but the first has a thread of its own for as long
  ///   as it takes, because the threads that all of a process shares must not be changed; the first is the caller's.
  static func perform(_ count: Int, niceness: Int, _ body: @Sendable (Int) -> Void) {
    if niceness == 0 || count < 2 { return DispatchQueue.concurrentPerform(iterations: count, execute: body) }
    withoutActuallyEscaping(body) { body in
      let group = DispatchGroup()
      for number in 1..<count {
        group.enter()
        Thread.detachNewThread {
          lower(to: niceness)
          body(number)
          group.leave()
        }
      }
      body(0)
      group.wait()
    }
  }

  /// Lets all other threads go before the calling one, for as long as it lives.
  static func lower(to niceness: Int) {
    // A limit that forbids it is no reason not to work.
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(clamping: niceness))
  }
}
