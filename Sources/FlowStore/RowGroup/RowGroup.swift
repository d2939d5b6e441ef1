import NetFlow
import NetworkBytes
import Parquet

/// The rows of the next row group, and the memory in which they are sorted and turned into columns.
///
/// Rows come in as records and leave as columns: addresses are numbered, rows sorted by (exporter, source, destination) as
/// their texts compare, then gathered once, a block at a time, into all columns. Text is made once per distinct value.
struct RowGroup: ~Copyable, Sendable {
  private var rows = FlowBatch()
  /// Earliest start and latest end of the rows, milliseconds since 1970 UTC.
  private(set) var earliestStart = Int64.max
  private(set) var latestEnd = Int64.min
  private var sorter = RowSorter()
  private var columns = FlowColumns()

  var count: Int { rows.count }

  /// Adds the records of `batch` in `range`, with their extensions.
  mutating func append(_ batch: borrowing FlowBatch, _ range: Range<Int>) {
    let first = rows.count
    rows.records.append(contentsOf: batch.records[range])
    for index in first..<rows.count {
      earliestStart = min(earliestStart, rows.records[index].start)
      latestEnd = max(latestEnd, rows.records[index].end)
    }
    guard !batch.extensions.isEmpty else { return }
    for index in first..<rows.count where rows.records[index].extensionNumber != 0 {
      rows.extensions.append(batch.extensions[Int(rows.records[index].extensionNumber) - 1])
      rows.records[index].extensionNumber = UInt32(rows.extensions.count)
    }
  }

  /// Forgets the rows and keeps the memory.
  mutating func removeAll() {
    rows.removeAll()
    earliestStart = .max
    latestEnd = .min
  }

  /// Writes the rows as one row group; they stay until `removeAll`, so that a failed write can be repeated.
  ///
  /// - Parameter origins: what the records' origin numbers stand for.
  mutating func write(to file: inout ParquetWriter, origins: [FlowOrigin]) throws(ParquetError) {
    sorter.sort(rows.records, origins: origins)
    columns.gather(rows, sorter, origins: origins)
    try file.beginRowGroup(
      rowCount: rows.count, sortedBy: FlowColumn.sortColumns.map { SortingColumn(column: $0.index) })
    try columns.write(to: &file, sorter)
    try file.endRowGroup()
  }
}
