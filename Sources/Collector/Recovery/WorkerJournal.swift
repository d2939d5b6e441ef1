import Capture
import Logging

/// The journal of one worker while it runs: the segment that is written, its bound, and what cannot be written.
struct WorkerJournal: ~Copyable {
  private let folder: RecoveryFolder
  private let limit: UInt64
  private let sync: JournalSync
  private let logger: Logger
  private var file: JournalFile?
  /// The segment that is or would be written.
  private(set) var segment: UInt64
  /// Datagrams that are not in the journal.
  private(set) var missing: UInt64 = 0
  private var isFailing = false
  /// Segments before this one that no checkpoint makes dispensable yet, and the sum of their sizes.
  private var earlier: [(segment: UInt64, size: UInt64)] = []
  private var earlierSize: UInt64 = 0

  /// - Parameters:
  ///   - limit: octets since the last checkpoint that was written.
  ///   - missing: datagrams that earlier runs could not write.
  init(
    _ folder: RecoveryFolder, from segment: UInt64, limit: UInt64, missing: UInt64, sync: JournalSync, logger: Logger
  ) {
    self.folder = folder
    self.limit = limit
    self.sync = sync
    self.logger = logger
    self.segment = segment
    self.missing = missing
    open()
  }

  /// Whether a checkpoint should be made so that the journal can be let go.
  var isHalfFull: Bool {
    switch file {
    case .some(let file): file.size > limit / 2
    case .none: false
    }
  }

  private mutating func open() {
    do throws(JournalError) {
      let new = try JournalFile(creating: folder.journal(segment), segment: segment)
      sync.watch(folder.worker, new.descriptorToSync())
      file = consume new
      recover()
    } catch {
      file = nil
      fail("\(error)")
    }
  }

  private mutating func recover() {
    if isFailing { logger.notice("the journal can be written again: \(folder.path)") }
    isFailing = false
  }

  private mutating func fail(_ why: String) {
    if !isFailing {
      logger.error("\(why); datagrams are not in the journal meanwhile: a crash would lose what they bring")
    }
    isFailing = true
  }

  /// Tells a receiver where the next batch will go.
  func begin(_ receiver: inout UDPReceiver) {
    switch file {
    case .some(let file): receiver.begin(file)
    case .none: break
    }
  }

  /// Writes what has been received since it was last written.
  mutating func write(_ receiver: inout UDPReceiver) {
    if receiver.unsettled == 0 { return }
    let count = receiver.unsettled
    guard var open = file.take() else { return skip(&receiver) }
    guard earlierSize + open.size < limit else {
      file = consume open
      fail("the journal has reached journal.maximumSize")
      return skip(&receiver)
    }
    do throws(JournalError) {
      try receiver.append(to: &open)
      recover()
    } catch {
      fail("\(error)")
      missing &+= UInt64(count)
    }
    file = consume open
  }

  private mutating func skip(_ receiver: inout UDPReceiver) {
    missing &+= UInt64(receiver.unsettled)
    receiver.settle()
  }

  /// Begins the next segment: what is in those before is in a checkpoint.
  mutating func rotate(_ receiver: inout UDPReceiver) {
    write(&receiver)
    note()
    segment += 1
    open()
    begin(&receiver)
  }

  /// Counts the segment that is written among the earlier ones.
  private mutating func note() {
    let size: UInt64 =
      switch file {
      case .some(let file): file.size
      case .none: 0
      }
    earlier.append((segment, size))
    forget()
  }

  /// Leaves out what a checkpoint has.
  private mutating func forget() {
    let first = folder.newestSegment
    earlier.removeAll { $0.segment < first }
    earlierSize = earlier.reduce(0) { $0 + $1.size }
  }

  /// Writes what waits, and tries again what failed: once a second.
  mutating func tick(_ receiver: inout UDPReceiver) {
    if !earlier.isEmpty { forget() }
    guard file == nil else { return write(&receiver) }
    segment += 1
    open()
    begin(&receiver)
  }
}
