import Files
import Foundation
import Parquet
import TestSupport
import Testing

@Suite("A file that is read while it is written")
struct SnapshotTests {
  private let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  private static func write(_ group: Int, to writer: inout ParquetWriter) throws {
    let values = (0..<1000).map { UInt64(group * 1000 + $0) }
    try writer.beginRowGroup(rowCount: values.count)
    try writer.write(uint64: values.span)
    try writer.endRowGroup()
  }

  private static func values(_ snapshot: ParquetSnapshot) throws -> [UInt64] {
    var reader = try ParquetReader(snapshot)
    var values: [UInt64] = []
    for group in 0..<reader.rowGroupCount {
      let column = try reader.integers(0, rowGroup: group)
      values += (0..<reader.rowCount(group)).map { column[$0] }
    }
    return values
  }

  @Test("has the row groups that were whole, with metadata, whatever becomes of the file")
  func snapshots() throws {
    let path = scratch.file("a.parquet")
    let schema = try ParquetSchema([ParquetColumn("a", .uint64, encoding: .plain)])
    var writer = try ParquetWriter(path: path, schema: schema)
    var snapshots: [ParquetSnapshot] = []
    for group in 0..<4 {
      snapshots.append(try writer.snapshot(metadata: [("group", "\(group)")]))
      try Self.write(group, to: &writer)
    }
    // A discarded row group is in no snapshot.
    try writer.beginRowGroup(rowCount: 5)
    snapshots.append(try writer.snapshot())
    try writer.discardRowGroup()
    try writer.finish()
    snapshots.append(try writer.snapshot())
    try FileManager.default.removeItem(atPath: path)
    for (group, snapshot) in snapshots.enumerated() {
      #expect(try Self.values(snapshot) == (0..<UInt64(min(group, 4) * 1000)).map { $0 }, "snapshot \(group)")
      if group < 4 {
        let metadata = try ParquetReader(snapshot).metadata
        #expect(metadata["group"] == "\(group)")
      }
    }
  }

  @Test("in memory is whole, and can be read by several at a time")
  func memory() throws {
    let schema = try ParquetSchema([ParquetColumn("a", .uint64, encoding: .plain)])
    var writer = try ParquetWriter(
      owningDescriptor: MemoryFile.create().release(), path: MemoryFile.path, schema: schema)
    try Self.write(0, to: &writer)
    let snapshot = try writer.sealed()
    for _ in 1...2 { #expect(try Self.values(snapshot).count == 1000) }
  }
}
