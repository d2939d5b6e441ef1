public import FlowOutput

/// The part of a checkpoint about the store.
public struct StoreReceipt: Sendable {
  /// Counters of rows, as if the pending files were published.
  public var counters = OutputCounters()
  /// Complete files to publish once the checkpoint is durable.
  public var pending: [PendingFile] = []
  /// Loss by sequence numbers that is already in the metadata of files.
  public var toldLoss: UInt64 = 0

  public init(counters: OutputCounters = OutputCounters(), pending: [PendingFile] = [], toldLoss: UInt64 = 0) {
    self.counters = counters
    self.pending = pending
    self.toldLoss = toldLoss
  }
}

/// Connects a store's files to checkpoints.
public struct StoreRecovery: Sendable {
  /// From the checkpoint to resume from.
  public var receipt: StoreReceipt?
  /// Whether a journal reproduces what no checkpoint lists.
  public var isJournaled: Bool
  /// Returns the number of the checkpoint that will list files completed from now on.
  public var nextCheckpoint: @Sendable () -> UInt64
  /// Called when the files of the newest checkpoint were published.
  public var didPublish: @Sendable () -> Void

  public init(
    receipt: StoreReceipt?, isJournaled: Bool, nextCheckpoint: @escaping @Sendable () -> UInt64,
    didPublish: @escaping @Sendable () -> Void
  ) {
    self.receipt = receipt
    self.isJournaled = isJournaled
    self.nextCheckpoint = nextCheckpoint
    self.didPublish = didPublish
  }
}
