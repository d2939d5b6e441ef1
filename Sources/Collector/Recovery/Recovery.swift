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
  case system(String, path: String, reason: String)

  public var description: String {
    switch self {
    case .inUse(let path):
      "\(path) belongs to a collector that is running; stop it, or give this one another store.path or journal.path"
    case .system(let what, let path, let reason): "cannot \(what) \(path): \(reason)"
    }
  }
}

/// Keeps other processes away from journal and checkpoints as long as it lives.
final class RecoveryLock: Sendable {
  private let descriptor: Int32

  init(_ folder: String) throws(RecoveryError) {
    let path = "\(folder)/lock"
    // Sound: the string is lent, zero-terminated, for the call.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      throw .system("open", path: path, reason: POSIXError(.init(rawValue: errno) ?? .EIO).systemReason)
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .inUse(folder)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}

/// What earlier runs have left, over all workers.
public struct Recovery: ~Copyable {
  private let configuration: CollectorConfiguration
  private let createdBy: String
  private let path: String
  private let logger: Logger
  let lock: RecoveryLock

  /// Opens the folder of journal and checkpoints, and keeps others out.
  ///
  /// - Throws: `StoreError` or `RecoveryError`.
  public init(_ configuration: CollectorConfiguration, createdBy: String, _ logger: Logger) throws {
    self.configuration = configuration
    self.createdBy = createdBy
    self.logger = logger
    let host = configuration.storeOptions(createdBy: createdBy).host
    let root = configuration.journal.path.isEmpty ? "\(configuration.store.path)/.journal" : configuration.journal.path
    path = "\(root)/\(host)"
    try Directory.createAll(path)
    lock = try RecoveryLock(path)
  }

  func folder(_ worker: Int) -> RecoveryFolder { RecoveryFolder(path, worker: worker, logger: logger) }

  /// What each of `count` workers goes on from. What workers have left that there will not be, or under another key, is
  /// written first: nobody will go on with it.
  func workers(
    _ count: Int, _ key: [String], _ journal: WorkerRecovery.Journaling?, _ restored: DispatchGroup
  ) throws -> [WorkerRecovery] {
    for worker in try RecoveryFolder.workers(in: path).sorted() where worker >= count {
      logger.notice("what worker \(worker) has left is written: receive.workers has changed")
      _ = try drain(try load(worker, journal, restored))
    }
    return try (0..<count).map { worker in
      let found = try load(worker, journal, restored)
      guard let old = found.checkpoint?.head.key, old != key else { return found }
      logger.notice("what worker \(worker) has left is written: aggregation.key has changed")
      _ = try drain(found)
      return try load(worker, journal, restored)
    }
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
        in: configuration.store.path, host: configuration.storeOptions(createdBy: createdBy).host, worker: worker,
        published: published)
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
    return try StoreThread(
      configuration.storeOptions(worker: recovery.folder.worker, createdBy: createdBy), retention: retention,
      recovery: recovery.folder, isJournaled: recovery.journal != nil, earlier: head?.store ?? StoreCounters(),
      toldLoss: head?.toldLoss ?? 0, logger: logger)
  }

  /// Writes all that earlier runs have left, so that nothing is kept for a next start.
  ///
  /// - Returns: where everything went.
  public func drain() throws -> Ledger {
    var ledger = Ledger()
    for worker in try RecoveryFolder.workers(in: path).sorted() {
      ledger += try drain(try load(worker, nil, DispatchGroup()))
    }
    return ledger
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
    var receiver = try SocketPlan.receiver(recovery.folder.rings, capacity: 0, logger)
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
