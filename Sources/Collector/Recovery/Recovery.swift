import Capture
import FlowStore
import Flows
import Foundation
import Glibc
import Logging
import NetFlow
import Parquet

/// Why a collector cannot go on from an earlier run.
public enum RecoveryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Another process has the folder.
  case inUse(String)
  /// Several collectors have left something in this folder, and none of them had this host's name.
  case ambiguous(String)
  case system(String, path: String, errno: Int32)

  public var description: String {
    switch self {
    case .inUse(let path):
      "\(path) belongs to a collector that is running; stop it, or give this one another store.path or journal.path"
    case .ambiguous(let path):
      "\(path): several collectors under other host names left state there; write all of it with `sagflow drain --all`"
    case .system(let what, let path, let code):
      "cannot \(what) \(path): \(Directory.text(of: code))"
        + (code == EACCES || code == EPERM ? "; run as the user that ran the collector, or change the owner" : "")
    }
  }
}

/// Keeps other processes away from a folder as long as it lives.
final class RecoveryLock: Sendable {
  private let descriptor: Int32

  /// - Parameters:
  ///   - path: the file to lock; it is made if it is not there.
  ///   - folder: what it stands for.
  init(_ path: String, of folder: String) throws(RecoveryError) {
    // Sound: the string is lent, zero-terminated, for the call.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw .system("open", path: path, errno: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      throw code == EWOULDBLOCK ? .inUse(folder) : .system("lock", path: path, errno: code)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}

/// What earlier runs have left, over all workers.
public struct Recovery: ~Copyable {
  private let configuration: CollectorConfiguration
  private let createdBy: String
  private let logger: Logger
  let state: StateFolder

  /// Opens the folder of journal and checkpoints, and keeps others out.
  ///
  /// - Throws: `StoreError` or `RecoveryError`.
  init(_ configuration: CollectorConfiguration, createdBy: String, _ logger: Logger) throws {
    self.init(configuration, createdBy: createdBy, try configuration.stateDirectory(logger).open(), logger)
  }

  private init(_ configuration: CollectorConfiguration, createdBy: String, _ state: StateFolder, _ logger: Logger) {
    self.configuration = configuration
    self.createdBy = createdBy
    self.logger = logger
    self.state = state
  }

  func folder(_ worker: Int) -> RecoveryFolder {
    RecoveryFolder(state, store: configuration.store.path, worker: worker, logger: logger)
  }

  /// What each of `count` workers goes on from. What workers have left that there will not be, or under another key, is
  /// written first: nobody will go on with it.
  func workers(
    _ count: Int, _ key: [String], _ journal: WorkerRecovery.Journaling?, _ restored: DispatchGroup
  ) throws -> [WorkerRecovery] {
    for worker in try state.workers.sorted() where worker >= count {
      logger.notice("what worker \(worker) has left is written: receive.workers has changed")
      _ = try drain(try load(worker, journal, restored))
    }
    let found = try (0..<count).map { worker in
      let found = try load(worker, journal, restored)
      guard let old = found.checkpoint?.head.key, Set(old) != Set(key) else { return found }
      logger.notice("what worker \(worker) has left is written: aggregation.key has changed")
      _ = try drain(found)
      return try load(worker, journal, restored)
    }
    try state.forgetFormerHost()
    return found
  }

  private func load(
    _ worker: Int, _ journal: WorkerRecovery.Journaling?, _ restored: DispatchGroup
  ) throws -> WorkerRecovery {
    let recovery = try WorkerRecovery(folder(worker), journal, restored, logger)
    for part in try files(of: worker, published: false) { try Directory.remove(part) }
    try setAside(recovery)
    return recovery
  }

  private func files(of worker: Int, published: Bool) throws(StoreError) -> [String] {
    try Patience.read { () throws(StoreError) in
      try FlowStoreWriter.files(
        in: configuration.store.path, of: state.owner, worker: worker, published: published)
    }
  }

  /// Files of checkpoints that are damaged: the journal since the one before brings their rows again.
  private func setAside(_ recovery: WorkerRecovery) throws(StoreError) {
    guard let damaged = recovery.damaged else { return }
    // Numbers begin with the time of a collector's first start, in milliseconds.
    let begun = Date(timeIntervalSince1970: Double(damaged) / 1000)
    let since = recovery.checkpoint.flatMap { recovery.folder.time(of: $0.head.number) } ?? begun
    for path in try files(of: recovery.folder.worker, published: true) {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      // The clock may have been set meanwhile.
      guard let written = attributes?[.modificationDate] as? Date, written >= since.addingTimeInterval(-86_400) else {
        continue
      }
      // Others that cannot be read are none that the journal's rows would be in twice.
      let metadata = try? ParquetReader(path).metadata
      let isTold = metadata.map { UInt64($0["sagflow.checkpoint"] ?? "") ?? 0 >= damaged } ?? false
      guard isTold || recovery.damagedFiles.contains(path) else { continue }
      let name = path.split(separator: "/").last ?? ""
      let aside = "\(path.dropLast(name.count)).\(name).superseded"
      try Directory.rename(path, to: aside)
      recovery.folder.supersede([aside])
      logger.notice("\(path) is written again from the journal")
    }
  }

  /// The thread that writes a worker's files, which goes on counting where the checkpoint ended.
  func store(_ recovery: WorkerRecovery, retention: Retention) throws(StoreError) -> StoreThread {
    let head = recovery.checkpoint?.head
    var options = configuration.storeOptions(worker: recovery.folder.worker, createdBy: createdBy)
    options.identity = state.identity.id
    return try StoreThread(
      options, retention: retention, recovery: recovery.folder, isJournaled: recovery.journal != nil,
      earlier: head?.store ?? StoreCounters(),
      toldLoss: head?.toldLoss ?? 0, logger: logger)
  }

  /// Writes all that earlier runs have left, so that nothing is kept for a next start.
  ///
  /// - Parameter all: also what collectors under other host names have left in the same place, but for those that run.
  /// - Returns: where everything went.
  /// - Throws: `StoreError`, `RecoveryError` or `FlowKeyError`.
  public static func drain(
    _ configuration: CollectorConfiguration, all: Bool = false, createdBy: String, _ logger: Logger
  ) throws -> Ledger {
    var ledger = Ledger()
    for state in try configuration.stateDirectory(logger).openLeft(all: all) {
      ledger += try Recovery(configuration, createdBy: createdBy, state, logger).drain()
    }
    return ledger
  }

  private func drain() throws -> Ledger {
    var ledger = Ledger()
    for worker in try state.workers.sorted() {
      ledger += try drain(try load(worker, nil, DispatchGroup()))
    }
    try state.forgetFormerHost()
    return ledger
  }

  /// What a drain reads from: what was being received must not be passed over.
  private func leftReceiver(_ folder: RecoveryFolder) throws -> UDPReceiver {
    guard let ring = folder.rings.first(where: FileManager.default.fileExists) else { return try UDPReceiver() }
    let buffer: JournalBuffer
    do throws(JournalError) {
      buffer = try JournalBuffer(capacity: 0, in: ring)
    } catch {
      throw RecoveryError.system(error.operation, path: error.path, errno: error.code)
    }
    return try UDPReceiver(journalingInto: buffer)
  }

  /// Ends a worker's flows, under the key that they have.
  private func drain(_ recovery: WorkerRecovery) throws -> Ledger {
    var recovery = recovery
    // What it goes on with is written now, or said to fail; a journal would only keep it.
    recovery.journal = nil
    let head = recovery.checkpoint?.head
    let key = head?.key ?? configuration.aggregation.key
    var options = try configuration.pipelineOptions(workers: 1)
    options.key = try FlowKey(parsing: key)
    let store = try store(recovery, retention: Retention())
    var pipeline = Pipeline(options, directory: ExporterDirectory(), sink: StoreSink(store, waits: true))
    var tally = Worker.Tally()
    recovery.restore(&pipeline, &tally)
    var receiver = try leftReceiver(recovery.folder)
    _ = recovery.replay(&receiver, into: &pipeline, &tally)
    pipeline.finish()
    var last = Checkpoint(pipeline, tally, segment: recovery.nextSegment(receiver.buffer), key: key)
    last.head.unjournaled = head?.unjournaled ?? 0
    last.head.kernelDrops = tally.earlierDrops
    pipeline.sink.checkpoint(last, pipeline.moment)
    store.finish()
    var ledger = pipeline.ledger
    ledger.receivedDatagrams = tally.received
    ledger.recoveredDatagrams = tally.recovered
    ledger.unjournaledDatagrams = last.head.unjournaled
    ledger.kernelDrops = tally.earlierDrops
    ledger.handedOverRows = pipeline.sink.handedOver
    ledger.droppedRows = pipeline.sink.dropped
    ledger.settle(store.storeCounters)
    if let failure = store.currentFailure { throw failure }
    try recovery.folder.clear()
    return ledger
  }
}
