import DequeModule
public import FlowModel
public import Parquet

/// The rows of a store's writer that are in no published file: everything appended is either here or published.
public struct StoreSnapshot: ~Copyable, Sendable {
  /// Rows waiting for their row group.
  public var waiting: FlowBatch
  /// Their origins, and the names used by exporters.
  public var origins: [FlowOrigin]
  public var names: NameTable
  /// The open file, and unpublished ones.
  public var files: [ParquetSnapshot]
  /// Number of files that the writer had published.
  public var publishedCount = 0
  /// Metadata, as in the files.
  public var metadata: [(key: String, value: String)]
}

extension FlowStoreWriter {
  /// Returns everything that is in no published file, without writing anything.
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

  /// Returns the paths of files published since the last call.
  mutating func takePublished() -> [String] {
    var taken: [String] = []
    swap(&taken, &published)
    return taken
  }
}
