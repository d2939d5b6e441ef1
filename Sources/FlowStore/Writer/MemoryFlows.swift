import Files
package import FlowModel
package import Parquet

/// Flows in the form of a store file, in memory.
package struct MemoryFlows: ~Copyable {
  private var file: ParquetWriter
  private var group: RowGroup
  private let room: RowGroup.Room
  private var origins: [FlowOrigin] = []
  private var names = NameTable()

  /// - Parameter createdBy: as in `FlowStoreOptions`.
  package init(createdBy: String) throws(StoreError) {
    var options = FlowStoreOptions(path: "", host: "")
    options.createdBy = createdBy
    room = options.room
    group = RowGroup(FlowColumn.allCases)
    var parquet = options.parquet
    parquet.compression = .uncompressed
    let schema = try FlowColumn.allCases.schema()
    let memory = try StoreError.wrapping { () throws(FileError) in try MemoryFile.create() }
    do throws(ParquetError) {
      file = try ParquetWriter(
        owningDescriptor: memory.release(), path: MemoryFile.path, schema: schema, options: parquet)
    } catch {
      throw .parquet(error)
    }
  }

  /// - Parameter origins: origins by origin number; numbers are stable between calls.
  package mutating func append(
    _ batch: borrowing FlowBatch, origins: [FlowOrigin], names: NameTable
  ) throws(StoreError) {
    // Several threads share growing tables, and the last to append may not have the latest one.
    let texts = names.texts.count >= self.names.texts.count ? names.texts : self.names.texts
    if origins.count >= self.origins.count { (self.origins, self.names) = (origins, names) }
    self.names.texts = texts
    var next = 0
    while next < batch.count {
      next = group.append(batch, from: next, room: room)
      if group.fills(room) { try write() }
    }
  }

  private mutating func write() throws(StoreError) {
    if group.count == 0 { return }
    do throws(ParquetError) { try group.write(to: &file, origins: origins, names: names) } catch {
      throw .parquet(error)
    }
    group.removeAll()
  }

  /// - Parameter metadata: as in the store's files.
  /// - Returns: nil if there are no flows.
  package consuming func finish(metadata: [(key: String, value: String)]) throws(StoreError) -> ParquetSnapshot? {
    try write()
    if file.rowCount == 0 { return nil }
    do throws(ParquetError) { return try file.sealed(metadata: metadata) } catch { throw .parquet(error) }
  }
}
