import Capture
package import Files
package import Foundation
package import Logging
import Synchronization

/// One worker's journal and checkpoints.
///
/// `checkpoint-<worker>-<number>`, of which two are kept; `journal-<worker>-<segment>.pcap`, a new one from each checkpoint
/// on. What is being received stands in `rings`.
package final class WorkerDirectory: Sendable {
  package let path: String
  package let worker: Int
  let held: StateDirectory
  let logger: Logger
  private let state = Mutex(State())

  private struct State {
    /// The checkpoints that are there, oldest first, and the first segment that each needs.
    var kept: [(number: UInt64, segment: UInt64)] = []
    /// The greatest number that was ever seen.
    var number: UInt64 = 0
    var isFailing = false
    /// Checkpoints that cannot be used.
    var damaged: [String] = []
    /// Files that a replay brings again, to be removed once they are.
    var superseded: [String] = []
  }

  /// Checkpoints kept: should the newest be damaged, there is the one before.
  private static let keptCheckpoints = 2

  package init(_ held: StateDirectory, worker: Int, logger: Logger) {
    self.held = held
    path = held.path
    self.worker = worker
    self.logger = logger
  }

  package func journal(_ segment: UInt64) -> String { "\(path)/journal-\(worker)-\(segment).pcap" }
  private func checkpoint(_ number: UInt64) -> String { "\(path)/checkpoint-\(worker)-\(number)" }

  /// Numbers of the worker's files of one kind, ascending.
  private func numbers(_ kind: String, _ suffix: String = "") throws(FileError) -> [UInt64] {
    try numberTexts(kind, suffix).compactMap { StateFile.number($0) }.sorted()
  }

  private func numberTexts(_ kind: String, _ suffix: String = "") throws(FileError) -> [Substring] {
    let prefix = "\(kind)-\(worker)-"
    return try Retry.reading { () throws(FileError) in try Directory.names(in: path) }.compactMap { name in
      guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
      return name.dropFirst(prefix.count).dropLast(suffix.count)
    }
  }

  /// Says which files are named like the worker's and have a number that it gives to none.
  private func tellStrangers() throws(FileError) {
    for (kind, suffix) in [("journal", ".pcap"), ("checkpoint", "")] {
      for text in try numberTexts(kind, suffix) where UInt64(text) != nil && StateFile.number(text) == nil {
        logger.error(
          "\(path)/\(kind)-\(worker)-\(text)\(suffix): no collector writes a file with this number; ignored, remove it"
        )
      }
    }
  }

  /// The journal's segments, ascending.
  package var segments: [UInt64] { get throws(FileError) { try numbers("journal", ".pcap") } }

  /// The first segment that the newest checkpoint needs.
  var newestSegment: UInt64 { state.withLock { $0.kept.last?.segment ?? 0 } }

  /// Whether a segment is not in all checkpoints yet.
  func needs(_ segment: UInt64) -> Bool {
    state.withLock { $0.kept.count < Self.keptCheckpoints || segment >= $0.kept[0].segment }
  }

  /// Whether the last checkpoint could not be written.
  package var isFailing: Bool { state.withLock { $0.isFailing } }

  /// The number of the next checkpoint.
  package var nextNumber: UInt64 { state.withLock { $0.number + 1 } }

  /// When a checkpoint was written.
  package func time(of number: UInt64) -> Date? {
    try? FileManager.default.attributesOfItem(atPath: checkpoint(number))[.modificationDate] as? Date
  }

  /// Has files removed once the next checkpoint is written and its files are published.
  package func supersede(_ files: [String]) { state.withLock { $0.superseded += files } }

  /// Removes what has been superseded.
  package func removeSuperseded() {
    for file in state.withLock({ state in
      defer { state.superseded = [] }
      return state.superseded
    }) { try? Directory.remove(file) }
  }

  // MARK: Writing

  /// Makes a checkpoint durable; then lets go of what no kept one needs.
  ///
  /// - Returns: whether it is.
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
    // Should the only checkpoint be damaged, there is the whole journal.
    if hasOlder {
      for segment in (try? segments) ?? [] where segment < first { try? Directory.remove(journal(segment)) }
    }
    return true
  }

  private func store(_ checkpoint: some CheckpointContent) throws {
    let descriptor = try OpenFile.replacing(aside, 0o640).release()
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    defer { try? file.close() }
    try checkpoint.write { try file.write(contentsOf: $0) }
    try file.synchronize()
    try Directory.rename(aside, to: self.checkpoint(checkpoint.number))
    try Directory.sync(path)
  }

  /// Where a checkpoint is written before it gets its name.
  private var aside: String { "\(path)/checkpoint-\(worker).new" }

  // MARK: Reading

  /// What is there to go on from.
  package struct Found<Content: CheckpointContent> {
    /// The newest checkpoint that is whole; nil: there is none.
    package var checkpoint: Content?
    /// The oldest of those after it that are not, and whose files the journal brings again, as it does those of later ones.
    package var damaged: UInt64?
    /// Files that do not have what was written.
    package var damagedFiles: [String] = []
  }

  /// Looks for the newest checkpoint that is whole, and that what it relies on is, too: others are set aside.
  ///
  /// - Parameter read: makes a checkpoint of a file's octets; without what there is much of where that is not needed: of an
  ///   older one it has to be known whether it is whole.
  package func load<Content: CheckpointContent>(
    _ read: (_ source: inout CheckpointSource, _ isNeeded: Bool) throws(CheckpointFault) -> Content
  ) throws(FileError) -> Found<Content> {
    try tellStrangers()
    let numbers = try numbers("checkpoint")
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
        // The oldest has to do: without it, all that is in it would be missing.
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
      // Where there were several, the journal goes back to the oldest of them, whose files it does not have.
      if numbers.count > 1 { found.damaged = newest }
    }
    let greatest = try max(numbers.last ?? 0, self.numbers("checkpoint", ".damaged").last ?? 0)
    state.withLock { state in
      state.kept = kept
      state.damaged = damaged
      // A number is never given twice, not even after all was drained: files tell whose they are by it. Milliseconds go by
      // faster than checkpoints are made.
      state.number = max(greatest, UInt64(max(0, Date().timeIntervalSince1970 * 1000)))
    }
    return found
  }

  /// Has later starts look past the damaged checkpoints that were met, once what they made necessary is done.
  package func setDamagedAside() throws(FileError) {
    for name in state.withLock({ $0.damaged }) { try Directory.rename(name, to: "\(name).damaged") }
    state.withLock { $0.damaged = [] }
  }

  /// Removes everything of the worker's, the newest checkpoint last: whatever ends it, what is left tells of what is done.
  package func clear() throws(FileError) {
    for ring in rings { try Directory.remove(ring) }
    for segment in try segments { try Directory.remove(journal(segment)) }
    try Directory.remove(aside)
    for number in try numbers("checkpoint") { try Directory.remove(checkpoint(number)) }
    state.withLock { $0.kept = [] }
  }
}
