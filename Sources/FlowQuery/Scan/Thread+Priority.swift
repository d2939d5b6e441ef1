package import Foundation
import Glibc

extension Thread {
  /// Niceness of threads that must not delay reception and the store, as in nice(1).
  package static var backgroundNiceness: Int { 10 }

  /// Lowers the priority of the calling thread for its lifetime.
  package static func lowerPriority(to niceness: Int = backgroundNiceness) {
    // Continue even if a limit forbids it.
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(clamping: niceness))
  }
}
