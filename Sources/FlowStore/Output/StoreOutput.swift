public import FlowModel
public import FlowOutput
public import Logging

/// The store as an output: one worker's writer of Parquet files, with checkpoints and retention.
public struct StoreOutput: OutputWriter, ~Copyable {
  private var writer: FlowStoreWriter
  private let settings: StoreSettings
  private let recovery: StoreRecovery?
  /// Counters of earlier runs.
  private let earlier: OutputCounters
  private let path: String
  private let logger: Logger
  /// The pipeline's clock, milliseconds since 1970 UTC.
  private var time: Int64 = 0
  /// When retention was last applied: the window, and the number of committed files.
  private var applied: (window: Int64?, files: UInt64) = (nil, 0)
  private var tapVersion: UInt64 = 0

  /// Opens the store.
  ///
  /// - Parameters:
  ///   - settings: settings that can change while it runs.
  ///   - recovery: holds complete files back until a checkpoint lists them; nil to publish them at once.
  /// - Throws: `StoreError` if the directory cannot be created or written to.
  public init(
    _ options: FlowStoreOptions, settings: StoreSettings, recovery: StoreRecovery? = nil, logger: Logger
  ) throws(StoreError) {
    var options = options
    options.holdsFiles = recovery != nil
    writer = try FlowStoreWriter(options)
    writer.toldLoss = recovery?.receipt?.toldLoss ?? 0
    writer.checkpoint = recovery?.nextCheckpoint()
    earlier = recovery?.receipt?.counters ?? OutputCounters()
    path = options.path
    self.settings = settings
    self.recovery = recovery
    self.logger = logger
  }

  public var counters: OutputCounters {
    var counters = writer.counters
    counters.held = writer.rowsHeld
    counters += earlier
    return counters
  }

  public var failure: StoreError? { writer.failure }

  public var target: (name: String, place: String) { ("the store", path) }

  public mutating func append(_ flows: borrowing FlowBatch, _ context: FlowContext) {
    enter(context)
    writer.append(flows, at: context.time, origins: context.origins, names: context.names)
    // After the file of the previous window, which may just have been committed.
    writer.lostBySequence = context.lostBySequence
  }

  public mutating func advance(to context: FlowContext) {
    enter(context)
    writer.advance(to: context.time)
    writer.lostBySequence = context.lostBySequence
  }

  private mutating func enter(_ context: FlowContext) {
    time = context.time
    if let metadata = settings.takeMetadata() { writer.metadata = metadata }
    if let taps = settings.taps.changed(since: &tapVersion) { writer.taps = taps }
  }

  /// Completes the files. They are published once a checkpoint lists them; from that moment their rows are in the
  /// store, and the journal no longer reproduces them.
  public mutating func commit() -> StoreReceipt? {
    writer.commit()
    // Rows that could not be written are still held: the journal keeps their datagrams.
    guard !writer.isBehind else { return nil }
    var receipt = StoreReceipt(counters: writer.counters, pending: writer.pending, toldLoss: writer.toldLoss)
    // As if those files were published and nothing else were held.
    receipt.counters += earlier
    receipt.counters.committed &+= receipt.pending.reduce(0) { $0 &+ $1.rows }
    receipt.counters.committedFiles &+= UInt64(receipt.pending.count)
    return receipt
  }

  public mutating func publish() {
    writer.publish()
    recovery?.didPublish()
    writer.checkpoint = recovery?.nextCheckpoint()
  }

  /// Returns everything appended that is in no published file.
  public mutating func snapshot() throws(StoreError) -> StoreSnapshot {
    settings.published.append(writer.takePublished())
    var snapshot = try writer.snapshot()
    snapshot.publishedCount = settings.published.count
    return snapshot
  }

  /// Applies retention with every window: a worker may have no flows, and a full disk prevents commits.
  public mutating func maintain() {
    settings.published.append(writer.takePublished())
    guard writer.window != applied.window || writer.counters.committedFiles != applied.files else { return }
    applied = (writer.window, writer.counters.committedFiles)
    applyRetention()
  }

  public mutating func finish() {
    let files = writer.counters.committedFiles
    writer.commit()
    // Nothing else would reproduce their rows.
    if recovery?.isJournaled != true { writer.publish() }
    settings.published.append(writer.takePublished())
    if writer.counters.committedFiles != files { applyRetention() }
    writer.giveUp()
  }

  private func applyRetention() {
    let removed = settings.retention.apply(to: path, now: time / 1000)
    if removed.files > 0 {
      logger.info("retention: removed \(removed.files) files, \(removed.octets) bytes")
    }
    if let failure = removed.failure { logger.warning("retention: \(failure)") }
  }
}
