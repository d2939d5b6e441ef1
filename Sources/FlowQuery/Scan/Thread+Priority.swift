package import Foundation
import Glibc

extension Thread {
  /// Of threads that reception and the store go before, as in nice(1).
  package static var backgroundNiceness: Int { 10 }

  /// Lets all other threads go before the calling one, for as long as it lives.
  package static func lowerPriority(to niceness: Int = backgroundNiceness) {
    // A limit that forbids it is no reason not to work.
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(clamping: niceness))
  }
}
