package import Capture
import Files
import Foundation
package import Logging
import Synchronization
import Waiting

/// Writes a worker's journal to files, so that reception never waits for the disk.
package final class JournalThread: Sendable {
  /// Holds the worker's unwritten datagrams.
  package let buffer: JournalBuffer
  private let directory: WorkerDirectory
  private let sync: JournalSync
  private let logger: Logger
  private let due = TimedSemaphore()
  private let isStopping = Atomic(false)
  private let isAwake = Atomic(false)
  private let ended = Event()

  /// This many octets are written at once, fewer once a second.
  private static let usualPiece = 1 << 20

  package init(_ buffer: JournalBuffer, _ directory: WorkerDirectory, _ sync: JournalSync, _ logger: Logger) {
    self.buffer = buffer
    self.directory = directory
    self.sync = sync
    self.logger = logger
  }

  /// Starts the thread. Call once nothing else reads from the buffer.
  package func start() {
    let thread = Thread { [self] in
      Thread.current.name = "journal-\(directory.worker)"
      run()
      ended.happen()
    }
    thread.start()
  }

  /// Wakes the thread if enough octets are buffered.
  func wakeIfDue() {
    if buffer.waiting >= Self.usualPiece, !isAwake.exchange(true, ordering: .acquiringAndReleasing) { due.signal() }
  }

  /// Writes what is buffered, and ends.
  package func finish() {
    isStopping.store(true, ordering: .releasing)
    due.signal()
    ended.wait()
  }

  // MARK: On the thread

  /// The file being written.
  private struct Target: ~Copyable {
    var file: JournalFile?
    var isFailing = false
  }

  private func run() {
    var target = Target()
    var isLast = false
    while !isLast {
      let isDue = due.wait(until: .now() + .seconds(1))
      isLast = isStopping.load(ordering: .acquiring)
      // After a failure, retry once a second even if more is due.
      if target.isFailing, isDue, !isLast { continue }
      isAwake.store(false, ordering: .releasing)
      writeAll(&target)
    }
  }

  private func writeAll(_ target: inout Target) {
    do {
      closeIfRemoved(&target)
      while let place = buffer.next {
        try open(place, &target)
        try write(&target)
      }
      if target.isFailing { logger.notice("the journal can be written again: \(directory.path)") }
      target.isFailing = false
    } catch {
      // Reopened on the next attempt: the disk may have been replaced.
      target.file = nil
      if !target.isFailing {
        logger.error(
          "\((error as? JournalError)?.description ?? error.systemReason); datagrams wait in memory for the journal, and a crash of the machine would lose them"
        )
      }
      target.isFailing = true
    }
  }

  private func closeIfRemoved(_ target: inout Target) {
    switch target.file {
    case .some(let file) where file.isRemoved:
      if directory.needs(file.segment) {
        logger.error("\(file.path) was removed while being written; a crash would lose its datagrams")
      }
    default: return
    }
    target.file = nil
  }

  /// Opens the file of the buffered segment.
  private func open(_ place: (segment: UInt64, offset: UInt64), _ target: inout Target) throws {
    let segment: UInt64? =
      switch target.file {
      case .some(let file): file.segment
      case .none: nil
      }
    if segment == place.segment { return }
    let path = directory.journal(place.segment)
    try Directory.createAll(directory.path)
    let file = try JournalFile(path, segment: place.segment, size: place.offset)
    if file.size < place.offset, directory.needs(place.segment) {
      logger.error("\(path) has lost \(place.offset - file.size) bytes; a crash would lose their datagrams")
    }
    if file.size != place.offset { buffer.move(to: file.size) }
    if let copy = file.fileToSync() { sync.watch(directory.worker, copy) }
    target.file = consume file
  }

  private func write(_ target: inout Target) throws(JournalError) {
    switch target.file {
    case .some(let file): _ = try file.write(from: buffer)
    case .none: break
    }
  }
}
