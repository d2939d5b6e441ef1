import FlowModel
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
  private var extraOctets = 0
  private var sorter = RowSorter()
  private var columns: FlowColumns

  init(_ columns: [FlowColumn]) { self.columns = FlowColumns(columns) }

  /// How much a row group takes.
  struct Room: Sendable {
    var rows: Int
    var extraOctets: Int

    var doubled: Room { Room(rows: rows * 2, extraOctets: extraOctets * 2) }
  }

  var count: Int { rows.count }

  /// A copy of the rows.
  var copy: FlowBatch { rows.copy() }

  func fills(_ room: Room) -> Bool {
    rows.count >= room.rows || extraOctets >= room.extraOctets
  }

  /// Adds records of `batch` from `first` on, with their extensions, until `room` is full.
  ///
  /// - Returns: the first that was not added.
  mutating func append(_ batch: borrowing FlowBatch, from first: Int, room: Room) -> Int {
    // All at once: growing step by step copies, and touches, twice the memory. What is not used is not touched.
    if rows.records.capacity < room.rows { rows.records.reserveCapacity(room.rows) }
    let before = rows.count
    let end = appendRecords(batch, from: first, room)
    rows.appendFacts(of: batch, first..<end, behind: before)
    return end
  }

  private mutating func appendRecords(_ batch: borrowing FlowBatch, from first: Int, _ room: Room) -> Int {
    let end = min(batch.count, first + max(0, room.rows - rows.count))
    if !batch.extensions.isEmpty { return append(batch, first..<end, room) }
    rows.records.append(contentsOf: batch.records[first..<end])
    for record in batch.records[first..<end] { stretchTimes(record) }
    return end
  }

  private mutating func append(_ batch: borrowing FlowBatch, _ range: Range<Int>, _ room: Room) -> Int {
    for index in range {
      if extraOctets >= room.extraOctets { return index }
      var record = batch.records[index]
      stretchTimes(record)
      if record.extensionNumber != 0 {
        let fields = batch.extensions[Int(record.extensionNumber) - 1]
        extraOctets += fields.extra.utf8.count
        rows.extensions.append(fields)
        record.extensionNumber = UInt32(rows.extensions.count)
      }
      rows.records.append(record)
    }
    return range.upperBound
  }

  @inline(__always)
  private mutating func stretchTimes(_ record: FlowRecord) {
    earliestStart = min(earliestStart, record.start.storable)
    latestEnd = max(latestEnd, record.end.storable)
  }

  /// Forgets the rows and keeps the memory.
  mutating func removeAll() {
    rows.removeAll()
    extraOctets = 0
    earliestStart = .max
    latestEnd = .min
  }

  /// Of what was written last: for each row, as which it was appended, from 0.
  var order: [UInt32] { sorter.items.map(\.number) }

  /// Writes the rows as one row group; they stay until `removeAll`, so that a failed write can be repeated.
  ///
  /// - Parameters:
  ///   - origins: what the records' origin numbers stand for.
  ///   - names: what the exporters call things.
  mutating func write(
    to file: inout ParquetWriter, origins: [FlowOrigin], names: NameTable
  ) throws(ParquetError) {
    sorter.sort(rows.records, origins: origins)
    let group = RowGroupContext(extensions: rows.extensions, origins: origins, names: names, sorter: sorter)
    columns.gather(rows.records, rows.facts, group)
    try file.beginRowGroup(
      rowCount: rows.count, sortedBy: FlowColumn.sortColumns.map { SortingColumn(column: $0.number) })
    try columns.write(to: &file, group)
    try file.endRowGroup()
  }
}
