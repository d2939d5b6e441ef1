package import Capture
package import Logging
package import NetworkBytes

/// The journal as its worker sees it: the current segment, the size limit, and the datagrams that did not fit.
package struct WorkerJournal {
  private let directory: WorkerDirectory
  private let limit: UInt64
  private let thread: JournalThread
  private let logger: Logger
  /// The current segment.
  package private(set) var segment: UInt64
  /// Its size so far, octets.
  private var size: UInt64 = 0
  /// Datagrams missing from the journal.
  package var missing: UInt64 { thread.buffer.missing }
  /// Seconds since a datagram last did not fit; nil once recovered.
  private var quiet: Int?
  /// Earlier segments that a checkpoint does not yet make dispensable, and their total size.
  private var earlier: [(segment: UInt64, size: UInt64)] = []
  private var earlierSize: UInt64 = 0

  /// Seconds since a segment was last to begin.
  private var age = 0

  /// Seconds without a failure until recovery is logged.
  private static let recoveryTime = 5
  /// Seconds after which a full journal requests another checkpoint, because the last one failed or is still being
  /// written.
  private static let checkpointPause = 10

  /// - Parameters:
  ///   - segment: number of the first segment.
  ///   - limit: octets since the last written checkpoint.
  ///   - missing: datagrams that earlier runs could not write.
  package init(
    _ directory: WorkerDirectory, _ thread: JournalThread, from segment: UInt64, limit: UInt64, missing: UInt64,
    logger: Logger
  ) {
    self.directory = directory
    self.thread = thread
    self.limit = limit
    // The count of earlier runs since their last checkpoint is only in the ring.
    thread.buffer.missing = max(thread.buffer.missing, missing)
    self.logger = logger
    // If too many segments await writing, continue with the last one.
    self.segment = thread.buffer.begin(segment) ? segment : thread.buffer.segment
  }

  /// Whether a checkpoint is due so that the journal can be truncated: half of the limit is used, or it is full despite
  /// a recent checkpoint.
  package var needsCheckpoint: Bool { size > limit / 2 || (!hasRoom && age >= Self.checkpointPause) }

  private var hasRoom: Bool { earlierSize + size < limit }

  /// Octets of a segment file without datagrams.
  package static let emptySize = JournalFile.headerSize

  /// Appends the receiver's last batch.
  package mutating func write(_ receiver: inout UDPReceiver) {
    guard hasRoom else {
      receiver.skipJournal()
      return miss(receiver.count, "the journal has reached journal.maximumSize")
    }
    guard let octets = receiver.journal() else {
      return miss(receiver.count, "journal.bufferSize is full: the journal's disk is too slow or not writable")
    }
    size += UInt64(octets)
    thread.wakeIfDue()
  }

  /// Appends a message received over a connection, or the connection's end.
  ///
  /// - Parameters:
  ///   - local: the local endpoint of the connection.
  ///   - isForced: whether a message that does not fit is counted as missing.
  /// - Returns: false if there is no room and it is not forced: its exporter can wait.
  package mutating func write(
    _ datagram: borrowing Datagram, to local: Endpoint, _ receiver: inout UDPReceiver, isForced: Bool
  ) -> Bool {
    if hasRoom, let octets = receiver.journal(datagram, to: local) {
      size += UInt64(octets)
      thread.wakeIfDue()
      return true
    }
    if isForced { miss(datagram.isMessage ? 1 : 0, "no space for messages of closed connections") }
    return isForced
  }

  private mutating func miss(_ count: Int, _ why: String) {
    thread.buffer.missing &+= UInt64(count)
    if quiet == nil {
      logger.error("\(why); datagrams are not journaled meanwhile: a crash would lose their flows")
    }
    quiet = 0
  }

  /// Begins the next segment; the earlier ones are covered by the coming checkpoint.
  ///
  /// - Returns: false if too many segments await writing, so that no checkpoint is possible yet.
  package mutating func rotate() -> Bool {
    age = 0
    guard thread.buffer.begin(segment + 1) else { return false }
    earlier.append((segment, size))
    segment += 1
    size = 0
    forget()
    return true
  }

  /// Drops segments covered by a checkpoint.
  private mutating func forget() {
    let first = directory.newestSegment
    earlier.removeAll { $0.segment < first }
    earlierSize = earlier.reduce(0) { $0 + $1.size }
  }

  /// Call once a second.
  package mutating func tick() {
    if !earlier.isEmpty { forget() }
    age += 1
    guard let seconds = quiet else { return }
    quiet = seconds + 1
    if seconds + 1 == Self.recoveryTime {
      quiet = nil
      logger.notice("datagrams are journaled again: \(directory.path)")
    }
  }
}
