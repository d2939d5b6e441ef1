import Foundation
import Glibc
import Logging
import Synchronization

/// Has the workers' journals reach the disk again and again, on a thread of its own: reception does not wait for it.
package final class JournalSync: Sendable {
  /// By worker, the file that is written.
  private let files = Mutex<[Int: Int32]>([:])
  private let stop = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)
  private let interval: Int
  private let isFailing = Atomic(false)
  private let logger: Logger

  /// - Parameter interval: seconds; 0: the system decides when.
  package init(interval: Int, _ logger: Logger) {
    self.logger = logger
    self.interval = interval
  }

  /// Begins; to be called once.
  package func start() {
    guard interval > 0 else { return }
    let thread = Thread { [self] in
      Thread.current.name = "journal"
      while stop.wait(timeout: .now() + .seconds(interval)) == .timedOut { syncAll() }
      ended.signal()
    }
    thread.start()
  }

  /// Takes over a descriptor of the file that a worker writes from now on.
  func watch(_ worker: Int, _ descriptor: Int32) {
    let old = files.withLock { $0.updateValue(descriptor, forKey: worker) }
    if let old { close(old) }
  }

  private func syncAll() {
    for worker in files.withLock({ Array($0.keys) }) {
      // A descriptor of its own: the other may be closed meanwhile.
      let copy = files.withLock { files in files[worker].map { fcntl($0, F_DUPFD_CLOEXEC, 0) } } ?? -1
      guard copy >= 0 else { continue }
      note(fdatasync(copy) == 0 ? nil : errno)
      close(copy)
    }
  }

  /// Says when syncing begins to fail, and when it succeeds again.
  private func note(_ failure: Int32?) {
    guard isFailing.exchange(failure != nil, ordering: .relaxed) != (failure != nil) else { return }
    if let failure {
      let reason = POSIXError(.init(rawValue: failure) ?? .EIO).systemReason
      logger.error("cannot sync the journal: \(reason); a crash of the machine would lose what is not on the disk")
    } else {
      logger.notice("the journal can be synced again")
    }
  }

  /// Ends, after `start`.
  package func finish() {
    guard interval > 0 else { return }
    stop.signal()
    ended.wait()
    for descriptor in files.withLock({ Array($0.values) }) { close(descriptor) }
  }
}
