import FlowModel
import Parquet

/// The rows of the next row group, and the memory in which they are sorted and written.
///
/// Rows are columns from the moment they arrive (`RowColumns`). Sorting by (exporter, source, destination), as their texts compare,
/// yields an order; each column is put in order while it is written, and text is made once per distinct value.
struct RowGroup: ~Copyable, Sendable {
  private var rows = RowColumns()
  private var extraOctets = 0
  private var sorter = RowSorter()
  private var memory = SortedRows.Memory()
  private var columns: [any ColumnBuffer]

  init(_ columns: [FlowColumn]) { self.columns = columns.map { $0.buffer() } }

  /// Limits of a row group.
  struct Room: Sendable {
    var rows: Int
    var extraOctets: Int

    var doubled: Room { Room(rows: rows * 2, extraOctets: extraOctets * 2) }
  }

  var count: Int { rows.count }

  /// Earliest start and latest end of the rows, milliseconds since 1970 UTC.
  var earliestStart: Int64 { rows.earliestStart }
  var latestEnd: Int64 { rows.latestEnd }

  /// A copy of the rows.
  var copy: FlowBatch { rows.batch }

  func fills(_ room: Room) -> Bool {
    rows.count >= room.rows || extraOctets >= room.extraOctets
  }

  /// Adds records of `batch` from `first`, with their extensions, until `room` is full.
  ///
  /// - Returns: the first that was not added.
  mutating func append(_ batch: borrowing FlowBatch, from first: Int, room: Room) -> Int {
    let end = end(of: batch, from: first, room)
    rows.append(batch, first..<end, room: room.rows)
    return end
  }

  /// The first record that there is no room for.
  private mutating func end(of batch: borrowing FlowBatch, from first: Int, _ room: Room) -> Int {
    let end = min(batch.count, first + max(0, room.rows - rows.count))
    if batch.extensions.isEmpty { return end }
    for index in first..<end {
      if extraOctets >= room.extraOctets { return index }
      let number = batch.records[index].extensionNumber
      if number != 0 { extraOctets += batch.extensions[Int(number) - 1].extra.utf8.count }
    }
    return end
  }

  /// Removes the rows and keeps the memory.
  mutating func removeAll() {
    rows.removeAll()
    extraOctets = 0
  }

  /// Of what was written last: for each row, as which it was appended, from 0.
  var order: [UInt32] { sorter.order }

  /// Writes the rows as one row group; they remain until `removeAll`, so that a failed write can be repeated.
  ///
  /// - Parameters:
  ///   - origins: origins by the records' origin number.
  ///   - names: names used by exporters.
  mutating func write(
    to file: inout ParquetWriter, origins: [FlowOrigin], names: NameTable
  ) throws(ParquetError) {
    sorter.sort(rows, origins: origins)
    try file.beginRowGroup(
      rowCount: rows.count, sortedBy: FlowColumn.sortColumns.map { SortingColumn(column: $0.number) })
    var used = SortedRows.Memory()
    swap(&used, &memory)
    var sorted = SortedRows(RowSource(rows: rows, sorter: sorter, origins: origins, names: names), used)
    for index in columns.indices { try columns[index].write(&sorted, to: &file) }
    memory = sorted.end()
    try file.endRowGroup()
  }
}
