package import Foundation
import Glibc

extension Thread {
  /// Niceness of threads that must not delay reception and the store, as in nice(1).
  package static var backgroundNiceness: Int { 10 }

  /// Lowers the priority of the calling thread for its lifetime.
  ///
  /// - Returns: false if the kernel refuses that, as under the system call filter of a service.
  @discardableResult
  package static func lowerPriority(to niceness: Int = backgroundNiceness) -> Bool {
    let process = __priority_which_t(PRIO_PROCESS.rawValue)
    // A lower priority, as set for the whole service, stays.
    return getpriority(process, 0) >= niceness || setpriority(process, 0, Int32(clamping: niceness)) == 0
  }
}
