package import Capture
package import Logging
package import NetworkBytes

/// The journal of one worker as the worker sees it: the segment that it appends to, its bound, and what has no place in it.
package struct WorkerJournal {
  private let directory: WorkerDirectory
  private let limit: UInt64
  private let thread: JournalThread
  private let logger: Logger
  /// The segment that is appended to.
  package private(set) var segment: UInt64
  /// Octets of it so far.
  private var size: UInt64 = 0
  /// Datagrams that are not in the journal.
  package var missing: UInt64 { thread.buffer.missing }
  /// Seconds since a datagram had no place, while that is too short to say that all is well again.
  private var quiet: Int?
  /// Segments before this one that no checkpoint makes dispensable yet, and the sum of their sizes.
  private var earlier: [(segment: UInt64, size: UInt64)] = []
  private var earlierSize: UInt64 = 0

  /// Seconds since a segment was to be begun.
  private var age = 0

  /// Seconds without a failure after which all is well again.
  private static let recoveryTime = 5
  /// Seconds after which a full journal asks for another checkpoint: the last one could not be written, or is still being written.
  private static let checkpointPause = 10

  /// - Parameters:
  ///   - segment: the number of the one to begin.
  ///   - limit: octets since the last checkpoint that was written.
  ///   - missing: datagrams that earlier runs could not write.
  package init(
    _ directory: WorkerDirectory, _ thread: JournalThread, from segment: UInt64, limit: UInt64, missing: UInt64,
    logger: Logger
  ) {
    self.directory = directory
    self.thread = thread
    self.limit = limit
    // What earlier runs have counted since their last checkpoint stands in memory alone.
    thread.buffer.missing = max(thread.buffer.missing, missing)
    self.logger = logger
    // Where too many wait to be written, it goes on with the last one.
    self.segment = thread.buffer.begin(segment) ? segment : thread.buffer.segment
  }

  /// Whether a checkpoint should be made so that the journal can be let go: once half of its room has come since the last one, or it
  /// is full although one was made.
  package var needsCheckpoint: Bool { size > limit / 2 || (!hasRoom && age >= Self.checkpointPause) }

  private var hasRoom: Bool { earlierSize + size < limit }

  /// Octets of a segment's file without a datagram.
  package static let emptySize = JournalFile.headerSize

  /// Takes the receiver's last batch.
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

  /// Takes a message that came over a connection, or the connection's end.
  ///
  /// - Parameters:
  ///   - local: where the connection was made to.
  ///   - isForced: whether one that has no place is counted as missing.
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

  /// Begins the next segment: what is in those before is in a checkpoint.
  ///
  /// - Returns: false if too many wait to be written: there can be no checkpoint as yet.
  package mutating func rotate() -> Bool {
    age = 0
    guard thread.buffer.begin(segment + 1) else { return false }
    earlier.append((segment, size))
    segment += 1
    size = 0
    forget()
    return true
  }

  /// Leaves out what a checkpoint has.
  private mutating func forget() {
    let first = directory.newestSegment
    earlier.removeAll { $0.segment < first }
    earlierSize = earlier.reduce(0) { $0 + $1.size }
  }

  /// To be called once a second.
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
