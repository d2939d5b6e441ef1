import DequeModule
public import FlowModel
public import Parquet

/// Rows that a store's writer has and no published file: what was appended to it is either in here or published.
public struct StoreSnapshot: ~Copyable, Sendable {
  /// Rows that wait for their row group.
  public var waiting: FlowBatch
  /// What the numbers of their origins stand for, and what the exporters call things.
  public var origins: [FlowOrigin]
  public var names: NameTable
  /// The open file, and those that wait to be published.
  public var files: [ParquetSnapshot]
  /// How many files the store's writer had published.
  public var publishedCount = 0
  /// As of the files.
  public var metadata: [(key: String, value: String)]
}

extension FlowStoreWriter {
  /// What no published file has, as it is now. Nothing is written for it.
  func snapshot() throws(StoreError) -> StoreSnapshot {
    let metadata = fileMetadata
    var files: [ParquetSnapshot] = []
    for index in 0..<held.count { files.append(try held[index].snapshot(metadata: metadata)) }
    switch file {
    case .some(let open): if open.rowCount > 0 { files.append(try open.snapshot(metadata: metadata)) }
    case .none: break
    }
    return StoreSnapshot(
      waiting: group.copy, origins: origins, names: names, files: files, metadata: metadata)
  }

  /// Paths of the files that were published since the last call.
  mutating func takePublished() -> [String] {
    var taken: [String] = []
    swap(&taken, &published)
    return taken
  }
}
