import Capture
import Files
import FlowAggregation
import FlowOutput
public import FlowPipeline
import FlowStore
import Foundation
import Journal
public import Logging
import Parquet
public import Settings

/// State left by earlier runs, for all workers.
public struct Recovery: Sendable {
  private let assembly: PipelineAssembly
  let state: StateDirectory

  private var configuration: CollectorConfiguration { assembly.configuration }
  private var logger: Logger { assembly.logger }

  /// Opens the directory of journal and checkpoints, and locks it.
  ///
  /// - Throws: `StoreError` or `StateError`.
  init(opening assembly: PipelineAssembly) throws {
    self.init(assembly, try assembly.configuration.stateRoot(assembly.logger).open())
  }

  private init(_ assembly: PipelineAssembly, _ state: StateDirectory) {
    self.assembly = assembly
    self.state = state
  }

  func directory(_ worker: Int) -> WorkerDirectory { WorkerDirectory(state, worker: worker, logger: logger) }

  /// Returns the state of each of `count` workers. State of workers beyond that number, or under another key, is first
  /// written to the store, because no worker would resume it.
  func workers(_ count: Int, _ key: [String]) throws -> [WorkerRecovery] {
    let restored = DispatchGroup()
    for worker in try state.workers.sorted() where worker >= count {
      logger.notice("writing the state left by worker \(worker): receive.workers has changed")
      _ = try drain(try load(worker))
    }
    let found = try (0..<count).map { worker in
      let found = try load(worker, restored)
      guard let old = found.checkpoint?.head.key, Set(old) != Set(key) else { return found }
      logger.notice("writing the state left by worker \(worker): aggregation.key has changed")
      _ = try drain(found)
      return try load(worker, restored)
    }
    try state.forgetFormerHost()
    return found
  }

  private func load(_ worker: Int, _ restored: DispatchGroup = DispatchGroup()) throws -> WorkerRecovery {
    let recovery = try WorkerRecovery(directory(worker), store: configuration.store.path, restored, logger)
    for part in try files(of: worker, .unpublished) { try Directory.remove(part) }
    try setAside(recovery)
    // Includes files set aside by a run that was killed before its first checkpoint.
    recovery.directory.supersede(try files(of: worker, .superseded))
    // Last, so that an interrupted start is repeated by the next one.
    try recovery.directory.setDamagedAside()
    return recovery
  }

  private func files(of worker: Int, _ stage: FileStage) throws(FileError) -> [String] {
    try Retry.reading { () throws(FileError) in
      try FlowStoreWriter.files(in: configuration.store.path, of: state.owner, worker: worker, stage)
    }
  }

  /// Sets aside the files of damaged checkpoints: the journal since the previous one reproduces their rows.
  private func setAside(_ recovery: WorkerRecovery) throws(FileError) {
    guard let damaged = recovery.damaged else { return }
    // Numbers begin with the time of a collector's first start, in milliseconds.
    let begun = Date(timeIntervalSince1970: Double(damaged) / 1000)
    let since = recovery.checkpoint.flatMap { recovery.directory.time(of: $0.number) } ?? begun
    for path in try files(of: recovery.directory.worker, .published) {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      // The clock may have been set meanwhile.
      guard let written = attributes?[.modificationDate] as? Date, written >= since.addingTimeInterval(-86_400) else {
        continue
      }
      // Unreadable files cannot duplicate rows of the journal.
      let metadata = try? ParquetReader(path).metadata
      let isTold = metadata.map { UInt64($0["sagflow.checkpoint"] ?? "") ?? 0 >= damaged } ?? false
      guard isTold || recovery.damagedFiles.contains(path) else { continue }
      try FlowStoreWriter.supersede(path)
      logger.notice("\(path) is written again from the journal")
    }
  }

  /// Creates the thread that writes a worker's files, with counters continued from the checkpoint.
  ///
  /// - Parameter isJournaled: whether a journal reproduces what no checkpoint lists.
  func store(
    _ recovery: WorkerRecovery, settings: StoreSettings = StoreSettings(), isJournaled: Bool
  ) -> OutputThread<StoreOutput> {
    assembly.store(
      worker: recovery.directory.worker, identity: state.identity.id, settings: settings,
      recovery: recovery.store(isJournaled: isJournaled))
  }

  /// Writes everything that earlier runs have left to the store, so that no state remains.
  ///
  /// - Parameter all: whether to include state of stopped collectors under other host names in the same place.
  /// - Returns: the ledger.
  /// - Throws: `StoreError`, `StateError` or `FlowKeyError`.
  public static func drain(
    _ configuration: CollectorConfiguration, all: Bool = false, createdBy: String, _ logger: Logger
  ) throws -> Ledger {
    var ledger = Ledger()
    var assembly = PipelineAssembly(configuration, createdBy: createdBy, logger: logger)
    for error in assembly.loadKnowledge() { logger.error("labels: \(error)") }
    for state in try configuration.stateRoot(logger).openLeft(all: all) {
      ledger += try Recovery(assembly, state).drain()
    }
    return ledger
  }

  private func drain() throws -> Ledger {
    var ledger = Ledger()
    for worker in try state.workers.sorted() {
      ledger += try drain(try load(worker))
    }
    try state.forgetFormerHost()
    return ledger
  }

  /// Returns a receiver for a drain; fails rather than skip datagrams.
  private func leftReceiver(_ directory: WorkerDirectory) throws -> UDPReceiver {
    guard let ring = directory.rings.first(where: FileManager.default.fileExists) else { return try UDPReceiver() }
    let buffer: JournalBuffer
    do throws(JournalError) {
      buffer = try JournalBuffer(capacity: 0, in: ring)
    } catch {
      throw StateError.system(error.operation, path: error.path, errno: error.code)
    }
    return try UDPReceiver(journalingInto: buffer)
  }

  /// Ends a worker's flows, under their key. What cannot be written now is reported as a failure; a journal would only
  /// keep it.
  private func drain(_ recovery: WorkerRecovery) throws -> Ledger {
    let key = try recovery.checkpoint.map { try FlowKey(parsing: $0.head.key) } ?? configuration.aggregation.key
    let store = store(recovery, isJournaled: false)
    try store.start()
    defer { store.finish() }
    let sink = OutputSink(store, from: recovery.checkpoint?.sink ?? SinkCounters())
    var pipeline = assembly.alone.pipeline(from: .exporters, key: key, to: sink)
    var reception = recovery.restore(&pipeline)
    var receiver = try leftReceiver(recovery.directory)
    reception.add(recovered: recovery.replay(&receiver, into: &pipeline))
    pipeline.finish()
    let last = Checkpoint(
      pipeline.state, reception: reception, sink: sink.counters, segment: recovery.nextSegment(receiver.buffer),
      key: key.words)
    sink.commit(last, to: recovery.directory, pipeline.context)
    store.finish()
    let ledger = pipeline.ledger(reception).settled(with: store.counters)
    if let failure = store.currentFailure { throw failure }
    try recovery.directory.clear()
    return ledger
  }
}

extension StateDirectory {
  /// Identifies its own files in the store.
  var owner: FileOwner { FileOwner(identity: identity.id, formerHost: identity.formerHost) }
}
