import Capture
package import Files
package import Foundation
package import Logging
import Synchronization

/// One worker's journal and checkpoints.
///
/// `checkpoint-<worker>-<number>`, of which two are kept; `journal-<worker>-<segment>.pcap`, with a new segment at each
/// checkpoint. Datagrams not yet written are in `rings`.
package final class WorkerDirectory: Sendable {
  package let path: String
  package let worker: Int
  let held: StateDirectory
  let logger: Logger
  private let state = Mutex(State())

  private struct State {
    /// The existing checkpoints, oldest first, and the first segment that each needs.
    var kept: [(number: UInt64, segment: UInt64)] = []
    /// The greatest number ever used.
    var number: UInt64 = 0
    var isFailing = false
    /// Checkpoints that cannot be used.
    var damaged: [String] = []
    /// Files whose flows the journal reproduces, to be removed after the replay.
    var superseded: [String] = []
  }

  /// Number of checkpoints kept: if the newest is damaged, the previous one is used.
  private static let keptCheckpoints = 2

  package init(_ held: StateDirectory, worker: Int, logger: Logger) {
    self.held = held
    path = held.path
    self.worker = worker
    self.logger = logger
  }

  /// Kinds of a worker's files; the raw value begins their names.
  private enum FileKind: String, CaseIterable {
    case journal, checkpoint

    var suffix: String { self == .journal ? ".pcap" : "" }
  }

  /// Returns whether a file name is that of a journal segment of any worker.
  static func isJournal(_ name: String) -> Bool {
    name.hasPrefix("\(FileKind.journal.rawValue)-") && name.hasSuffix(FileKind.journal.suffix)
  }

  package func journal(_ segment: UInt64) -> String { file(.journal, "\(segment)") }
  private func checkpoint(_ number: UInt64) -> String { file(.checkpoint, "\(number)") }

  private func file(_ kind: FileKind, _ number: some StringProtocol) -> String {
    "\(path)/\(kind.rawValue)-\(worker)-\(number)\(kind.suffix)"
  }

  /// Returns the numbers of the worker's files of one kind, ascending.
  private func numbers(_ kind: FileKind, _ end: String = "") throws(FileError) -> [UInt64] {
    try numberTexts(kind, end).compactMap { StateFile.number($0) }.sorted()
  }

  private func numberTexts(_ kind: FileKind, _ end: String = "") throws(FileError) -> [Substring] {
    let (prefix, suffix) = ("\(kind.rawValue)-\(worker)-", kind.suffix + end)
    return try Retry.reading { () throws(FileError) in try Directory.names(in: path) }.compactMap { name in
      guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
      return name.dropFirst(prefix.count).dropLast(suffix.count)
    }
  }

  /// Logs files named like the worker's whose number it never assigned.
  private func tellStrangers() throws(FileError) {
    for kind in FileKind.allCases {
      for text in try numberTexts(kind) where UInt64(text) != nil && StateFile.number(text) == nil {
        logger.error("\(file(kind, text)): no collector writes a file with this number; ignored, remove it")
      }
    }
  }

  /// The journal's segments, ascending.
  package var segments: [UInt64] { get throws(FileError) { try numbers(.journal) } }

  /// The first segment that the newest checkpoint needs.
  var newestSegment: UInt64 { state.withLock { $0.kept.last?.segment ?? 0 } }

  /// Returns whether a segment is not yet in all checkpoints.
  func needs(_ segment: UInt64) -> Bool {
    state.withLock { $0.kept.count < Self.keptCheckpoints || segment >= $0.kept[0].segment }
  }

  /// Whether writing the last checkpoint failed.
  package var isFailing: Bool { state.withLock { $0.isFailing } }

  /// The number of the next checkpoint.
  package var nextNumber: UInt64 { state.withLock { $0.number + 1 } }

  /// Returns when a checkpoint was written.
  package func time(of number: UInt64) -> Date? {
    try? FileManager.default.attributesOfItem(atPath: checkpoint(number))[.modificationDate] as? Date
  }

  /// Schedules files for removal once the next checkpoint is written and its files are published.
  package func supersede(_ files: [String]) { state.withLock { $0.superseded += files } }

  /// Removes superseded files.
  package func removeSuperseded() {
    for file in state.withLock({ state in
      defer { state.superseded = [] }
      return state.superseded
    }) { try? Directory.remove(file) }
  }

  // MARK: Writing

  /// Writes a checkpoint durably, then removes what no kept checkpoint needs.
  ///
  /// - Returns: whether it succeeded.
  package func write(_ checkpoint: some CheckpointContent) -> Bool {
    var checkpoint = checkpoint
    checkpoint.number = nextNumber
    do {
      try store(checkpoint)
    } catch {
      let isNew = state.withLock { state in
        defer { state.isFailing = true }
        return !state.isFailing
      }
      if isNew {
        logger.error(
          "cannot write a checkpoint into \(path): \(error.systemReason); files wait for it, the journal continues")
      }
      return false
    }
    let (wasFailing, old, first, hasOlder) = state.withLock { state in
      let wasFailing = state.isFailing
      state.isFailing = false
      state.number = checkpoint.number
      state.kept.append((checkpoint.number, checkpoint.segment))
      let old = state.kept.dropLast(Self.keptCheckpoints).map(\.number)
      state.kept.removeFirst(old.count)
      return (wasFailing, old, state.kept.first?.segment ?? 0, state.kept.count > 1)
    }
    if wasFailing { logger.notice("checkpoints can be written again") }
    for number in old { try? Directory.remove(self.checkpoint(number)) }
    // If the only checkpoint is damaged, the whole journal is needed.
    if hasOlder {
      for segment in (try? segments) ?? [] where segment < first { try? Directory.remove(journal(segment)) }
    }
    return true
  }

  private func store(_ checkpoint: some CheckpointContent) throws {
    let file = try OpenFile.replacing(aside, 0o640)
    try checkpoint.write { try file.write($0.span) }
    try file.sync()
    try file.close()
    try Directory.rename(aside, to: self.checkpoint(checkpoint.number))
    try Directory.sync(path)
  }

  /// Temporary name of a checkpoint being written.
  private var aside: String { "\(path)/checkpoint-\(worker).new" }

  // MARK: Reading

  /// The state found at startup.
  package struct Found<Content: CheckpointContent> {
    /// The newest intact checkpoint; nil if there is none.
    package var checkpoint: Content?
    /// The oldest of the damaged ones after it; the journal reproduces the files from this checkpoint on.
    package var damaged: UInt64?
    /// Store files that are damaged.
    package var damagedFiles: [String] = []
  }

  /// Finds the newest checkpoint that is intact and whose files are, too; damaged ones are set aside.
  ///
  /// - Parameter read: decodes a checkpoint; may skip bulk data if `isNeeded` is false, because only the integrity of
  ///   older ones matters.
  package func load<Content: CheckpointContent>(
    _ read: (_ source: inout CheckpointSource, _ isNeeded: Bool) throws(CheckpointFault) -> Content
  ) throws(FileError) -> Found<Content> {
    try tellStrangers()
    let numbers = try numbers(.checkpoint)
    var found = Found<Content>()
    var kept: [(number: UInt64, segment: UInt64)] = []
    var damaged: [String] = []
    for number in numbers.reversed() {
      let name = checkpoint(number)
      do throws(CheckpointFault) {
        var source = try CheckpointSource(opening: name)
        let checkpoint = try read(&source, found.checkpoint == nil)
        guard checkpoint.segment <= JournalBuffer.greatestSegment else {
          throw CheckpointFault("its journal segment \(checkpoint.segment) does not exist")
        }
        // The oldest must be used in any case: without it, all its content would be lost.
        if found.checkpoint == nil, number != numbers.first { try checkpoint.check() }
        kept.insert((number, checkpoint.segment), at: 0)
        found.checkpoint = found.checkpoint ?? checkpoint
      } catch {
        if let file = error.damagedFile { found.damagedFiles.append(file) }
        logger.error("\(name): \(error); renamed to \(name).damaged")
        damaged.append(name)
        if found.checkpoint == nil { found.damaged = number }
      }
    }
    if found.checkpoint == nil, let newest = numbers.last {
      logger.error(
        "no checkpoint of worker \(worker) is intact: flows that were live when the oldest was written, templates and counters are lost; the journal is recovered"
      )
      // If there were several, the journal reaches back to the oldest of them and reproduces its files.
      if numbers.count > 1 { found.damaged = newest }
    }
    let greatest = try max(numbers.last ?? 0, self.numbers(.checkpoint, ".damaged").last ?? 0)
    state.withLock { state in
      state.kept = kept
      state.damaged = damaged
      // A number is never reused, not even after a drain: files are identified by it. Milliseconds advance faster than
      // checkpoints are written.
      state.number = max(greatest, UInt64(max(0, Date().timeIntervalSince1970 * 1000)))
    }
    return found
  }

  /// Marks the damaged checkpoints as processed, so that later starts ignore them.
  package func setDamagedAside() throws(FileError) {
    for name in state.withLock({ $0.damaged }) { try Directory.rename(name, to: "\(name).damaged") }
    state.withLock { $0.damaged = [] }
  }

  /// Removes everything of the worker, the newest checkpoint last, so that an interruption leaves a consistent state.
  package func clear() throws(FileError) {
    for ring in rings { try Directory.remove(ring) }
    for segment in try segments { try Directory.remove(journal(segment)) }
    try Directory.remove(aside)
    for number in try numbers(.checkpoint) { try Directory.remove(checkpoint(number)) }
    state.withLock { $0.kept = [] }
  }
}
