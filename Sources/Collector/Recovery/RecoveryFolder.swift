import Capture
import FlowStore
import Foundation
import Glibc
import Logging
import Synchronization

/// One worker's journal and checkpoints.
///
/// `checkpoint-<worker>-<number>`, of which two are kept; `journal-<worker>-<segment>.pcap`, a new one from each checkpoint
/// on. What is being received stands in `rings`.
final class RecoveryFolder: Sendable {
  let path: String
  let worker: Int
  private let logger: Logger
  private let state = Mutex(State())

  private struct State {
    /// The checkpoints that are there, oldest first, and the first segment that each needs.
    var kept: [(number: UInt64, segment: UInt64)] = []
    /// The greatest number that was ever seen.
    var number: UInt64 = 0
    var isFailing = false
    /// Files that a replay brings again, to be removed once they are.
    var superseded: [String] = []
  }

  /// Checkpoints kept: should the newest be damaged, there is the one before.
  private static let keptCheckpoints = 2

  init(_ path: String, worker: Int, logger: Logger) {
    self.path = path
    self.worker = worker
    self.logger = logger
  }

  /// Where datagrams may be received into, what is best first: in memory that outlives the process, under a name that tells
  /// this folder from others; else in the folder itself.
  var rings: [String] {
    let environment = ProcessInfo.processInfo.environment["RUNTIME_DIRECTORY"]?.split(separator: ":").first
    let memory = environment.map(String.init) ?? "/dev/shm"
    // FNV-1a, which is the same in every process.
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let hash = real.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    let places = ["\(memory)/sagflow-\(String(hash, radix: 16))-ring-\(worker)", "\(path)/ring-\(worker)"]
    // One that is there comes first: an earlier run may have left something in it.
    return places.filter(FileManager.default.fileExists) + places.filter { !FileManager.default.fileExists(atPath: $0) }
  }

  /// Removes what datagrams were received into, once nothing is in it.
  func removeRings() { for ring in rings { try? Directory.remove(ring) } }

  func journal(_ segment: UInt64) -> String { "\(path)/journal-\(worker)-\(segment).pcap" }
  private func checkpoint(_ number: UInt64) -> String { "\(path)/checkpoint-\(worker)-\(number)" }

  /// The workers that have left something in a folder.
  static func workers(in path: String) -> Set<Int> {
    Set(
      Directory.names(in: path).compactMap { name in
        let parts = name.prefix { $0 != "." }.split(separator: "-")
        guard parts.count == 3, ["journal", "checkpoint"].contains(parts[0]) else { return nil }
        return Int(parts[1])
      })
  }

  /// Numbers of the worker's files of one kind, ascending.
  private func numbers(_ kind: String, _ suffix: String = "") -> [UInt64] {
    let prefix = "\(kind)-\(worker)-"
    return Directory.names(in: path).compactMap { name in
      guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
      return UInt64(name.dropFirst(prefix.count).dropLast(suffix.count))
    }.sorted()
  }

  /// The journal's segments, ascending.
  var segments: [UInt64] { numbers("journal", ".pcap") }

  /// The first segment that the newest checkpoint needs.
  var newestSegment: UInt64 { state.withLock { $0.kept.last?.segment ?? 0 } }

  /// The number of the next checkpoint.
  var nextNumber: UInt64 { state.withLock { $0.number + 1 } }

  /// When the checkpoint before the newest was written, if that is the one to go on from.
  func time(of number: UInt64) -> Date? {
    try? FileManager.default.attributesOfItem(atPath: checkpoint(number))[.modificationDate] as? Date
  }

  /// Has files removed once the next checkpoint is written and its files are published.
  func supersede(_ files: [String]) { state.withLock { $0.superseded += files } }

  /// Removes what has been superseded.
  func removeSuperseded() {
    for file in state.withLock({ state in
      defer { state.superseded = [] }
      return state.superseded
    }) { try? Directory.remove(file) }
  }

  // MARK: Writing

  /// Makes a checkpoint durable; then lets go of what no kept one needs.
  ///
  /// - Returns: whether it is.
  func write(_ checkpoint: Checkpoint) -> Bool {
    var checkpoint = checkpoint
    checkpoint.head.number = nextNumber
    do {
      try store(checkpoint)
    } catch {
      let isNew = state.withLock { state in
        defer { state.isFailing = true }
        return !state.isFailing
      }
      if isNew {
        logger.error(
          "cannot write a checkpoint into \(path): \(error.systemReason); files wait for it, the journal goes on")
      }
      return false
    }
    let (wasFailing, old, first) = state.withLock { state in
      let wasFailing = state.isFailing
      state.isFailing = false
      state.number = checkpoint.head.number
      state.kept.append((checkpoint.head.number, checkpoint.head.segment))
      let old = state.kept.dropLast(Self.keptCheckpoints).map(\.number)
      state.kept.removeFirst(old.count)
      return (wasFailing, old, state.kept.first?.segment ?? 0)
    }
    if wasFailing { logger.notice("checkpoints can be written again") }
    for number in old { try? Directory.remove(self.checkpoint(number)) }
    for segment in segments where segment < first { try? Directory.remove(journal(segment)) }
    return true
  }

  private func store(_ checkpoint: Checkpoint) throws {
    let new = "\(path)/checkpoint-\(worker).new"
    guard FileManager.default.createFile(atPath: new, contents: nil, attributes: [.posixPermissions: 0o640]) else {
      throw CocoaError(.fileWriteUnknown)
    }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: new))
    defer { try? file.close() }
    try checkpoint.write { try file.write(contentsOf: $0) }
    try file.synchronize()
    try Directory.rename(new, to: self.checkpoint(checkpoint.head.number))
    try Directory.sync(path)
  }

  // MARK: Reading

  /// The newest checkpoint that is whole; damaged ones are set aside.
  func load() -> Checkpoint? {
    let numbers = numbers("checkpoint")
    var found: Checkpoint?
    var kept: [(number: UInt64, segment: UInt64)] = []
    for number in numbers.reversed() {
      let name = checkpoint(number)
      do {
        let checkpoint = try Checkpoint(Data(contentsOf: URL(fileURLWithPath: name)))
        kept.insert((number, checkpoint.head.segment), at: 0)
        if found == nil { found = checkpoint }
      } catch {
        let reason = (error as? CheckpointFault)?.description ?? error.systemReason
        logger.error("\(name): \(reason); it is set aside as \(name).damaged, the one before is used")
        try? Directory.rename(name, to: "\(name).damaged")
      }
    }
    state.withLock { state in
      state.kept = kept
      // A number is never given twice, not even after all was drained: files tell whose they are by it.
      state.number = max(
        numbers.last ?? UInt64(max(0, Date().timeIntervalSince1970)), self.numbers("checkpoint", ".damaged").last ?? 0)
    }
    return found
  }

  /// Removes everything of the worker's.
  func clear() {
    for number in numbers("checkpoint") { try? Directory.remove(checkpoint(number)) }
    for segment in segments { try? Directory.remove(journal(segment)) }
    removeRings()
  }
}
