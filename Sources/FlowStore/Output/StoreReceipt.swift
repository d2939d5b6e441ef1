public import FlowOutput

/// What a checkpoint keeps of the store.
public struct StoreReceipt: Sendable {
  /// What became of the rows, as if the pending files were published.
  public var counters = OutputCounters()
  /// Complete files that are published once the checkpoint is durable.
  public var pending: [PendingFile] = []
  /// Loss by sequence numbers that files have in their metadata.
  public var toldLoss: UInt64 = 0

  public init(counters: OutputCounters = OutputCounters(), pending: [PendingFile] = [], toldLoss: UInt64 = 0) {
    self.counters = counters
    self.pending = pending
    self.toldLoss = toldLoss
  }
}

/// What ties a store's files to checkpoints.
public struct StoreRecovery: Sendable {
  /// Of the checkpoint that is gone on from.
  public var receipt: StoreReceipt?
  /// Whether a journal brings again what no checkpoint lists.
  public var isJournaled: Bool
  /// The number of the checkpoint that will list the files that are completed from now on.
  public var nextCheckpoint: @Sendable () -> UInt64
  /// The files that the newest checkpoint lists are published.
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
