import NetFlow
import Parquet

/// A file of the store while it is written: under a hidden name, until `commit` gives it its own.
struct FlowFile: ~Copyable, Sendable {
  private var parquet: ParquetWriter
  private let folders: (date: String, hour: String)
  private let name: String
  private let part: String
  private var earliestStart = Int64.max
  private var latestEnd = Int64.min

  /// Creates the file, under the first number from `sequence` on that no file of the window has.
  init(
    _ layout: StoreLayout, window: Int64, sequence: inout Int, schema: ParquetSchema, options: ParquetWriterOptions
  ) throws(StoreError) {
    folders = layout.folders(window: window)
    try Directory.create(layout.root)
    try Directory.create(folders.date)
    try Directory.create(folders.hour)
    while true {
      let name = layout.name(window: window, sequence: sequence)
      let part = layout.partName(name)
      sequence += 1
      if Directory.exists("\(folders.hour)/\(name)") { continue }
      do {
        parquet = try ParquetWriter(path: "\(folders.hour)/\(part)", schema: schema, options: options)
        self.name = name
        self.part = part
        return
      } catch {
        if error.isExisting { continue }
        throw .parquet(error)
      }
    }
  }

  var rowCount: Int64 { parquet.rowCount }
  var byteCount: Int64 { parquet.byteCount }

  /// Writes a row group. After a failure the file is as it was before, so that what it holds can still be committed.
  mutating func write(_ group: inout RowGroup, origins: [FlowOrigin]) throws(StoreError) {
    do {
      try group.write(to: &parquet, origins: origins)
      earliestStart = min(earliestStart, group.earliestStart)
      latestEnd = max(latestEnd, group.latestEnd)
    } catch {
      try? parquet.discardRowGroup()
      throw .parquet(error)
    }
  }

  /// Writes the footer, syncs, renames, syncs the folder: after that the rows survive a loss of power. A file without
  /// rows is removed instead, and so is one that cannot be committed.
  ///
  /// - Returns: the file's size in octets.
  consuming func commit(metadata: [(key: String, value: String)]) throws(StoreError) -> Int64 {
    let path = "\(folders.hour)/\(part)"
    guard parquet.rowCount > 0 else {
      try Directory.remove(path)
      return 0
    }
    let times = [
      ("sagflow.time_start_ms", String(earliestStart)), ("sagflow.time_end_ms", String(latestEnd)),
    ]
    do {
      try parquet.finish(metadata: metadata + times.map { (key: $0.0, value: $0.1) })
      let size = parquet.byteCount
      try parquet.sync()
      try parquet.close()
      try Directory.rename(path, to: "\(folders.hour)/\(name)")
      try Directory.sync(folders.hour)
      return size
    } catch {
      try? Directory.remove(path)
      if let error = error as? ParquetError { throw .parquet(error) }
      throw error as? StoreError ?? .system("commit", path: path, errno: 0)
    }
  }
}

extension ParquetError {
  fileprivate var isExisting: Bool {
    if case .system(.create, let code, _) = self { code == Directory.existsCode } else { false }
  }
}
