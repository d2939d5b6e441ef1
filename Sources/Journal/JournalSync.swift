import Files
import Foundation
package import Logging
import Synchronization
import Waiting

/// Syncs the workers' journals periodically, on its own thread, so that reception never waits for the disk.
package final class JournalSync: Sendable {
  /// The file in use, by worker.
  private let files = Mutex<[Int: Watched]>([:])
  private let stop = Event()
  private let ended = Event()
  private let interval: Int
  private let isFailing = Atomic(false)
  private let logger: Logger

  /// Keeps a file open while it is synced, even if it is replaced meanwhile.
  private final class Watched: Sendable {
    let file: OpenFile

    init(_ file: consuming OpenFile) { self.file = file }
  }

  /// - Parameter interval: seconds; 0 leaves it to the system.
  package init(interval: Int, _ logger: Logger) {
    self.logger = logger
    self.interval = interval
  }

  /// Starts the thread. Call once.
  package func start() {
    guard interval > 0 else { return }
    let thread = Thread { [self] in
      Thread.current.name = "journal"
      while !stop.wait(until: .now() + .seconds(interval)) { syncAll() }
      ended.happen()
    }
    thread.start()
  }

  /// Sets the file that a worker writes from now on, under its own descriptor.
  func watch(_ worker: Int, _ file: consuming OpenFile) {
    let watched = Watched(file)
    files.withLock { $0[worker] = watched }
  }

  private func syncAll() {
    for worker in files.withLock({ Array($0.keys) }) {
      guard let watched = files.withLock({ $0[worker] }) else { continue }
      do throws(FileError) {
        try watched.file.syncContent()
        note(nil)
      } catch {
        note(error)
      }
    }
  }

  /// Logs when syncing begins to fail and when it recovers.
  private func note(_ failure: FileError?) {
    guard isFailing.exchange(failure != nil, ordering: .relaxed) != (failure != nil) else { return }
    if let failure {
      let reason = errorText(failure.code)
      logger.error("cannot sync the journal: \(reason); a crash of the machine would lose what is not on disk")
    } else {
      logger.notice("the journal can be synced again")
    }
  }

  /// Ends the thread. Call after `start`.
  package func finish() {
    guard interval > 0 else { return }
    stop.happen()
    ended.wait()
    files.withLock { $0 = [:] }
  }
}
