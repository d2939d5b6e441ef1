import Files
import FlowFilter
import FlowModel
import NetworkBytes
import Parquet

/// An open flow file.
final class OpenFile {
  fileprivate var reader: ParquetReader
  let path: String

  init(_ source: FlowSource) throws(ParquetReadError) {
    path = source.path
    reader =
      switch source {
      case .path(let path): try ParquetReader(path)
      case .snapshot(let snapshot): try ParquetReader(snapshot)
      }
  }

  var metadata: [String: String] { reader.metadata }
  var rowGroupCount: Int { reader.rowGroupCount }
  func rowCount(_ group: Int) -> Int { reader.rowCount(group) }
  var rowCount: Int { reader.rowCount }
  /// Whether it has the columns that every flow file has.
  var isFlowFile: Bool {
    [FlowColumn.timeStart, .timeEnd, .sourceAddress, .destinationAddress, .octets, .packets]
      .allSatisfy { place($0) != nil }
  }

  /// Returns the index of a column in the file; nil if the file lacks it.
  fileprivate func place(_ column: FlowColumn) -> Int? { reader.column(column.name) }

  /// Returns whether a column may have nulls.
  func isOptional(_ column: FlowColumn) -> Bool { place(column).map { reader.isOptional($0) } ?? true }

  /// Returns whether the flow key included a column; otherwise all rows lack it. Foreign files do not say.
  func keeps(_ column: FlowColumn) -> Bool {
    guard metadata["sagflow.aggregation"] != "off", let key = metadata["sagflow.key"] else { return true }
    return key.split(separator: ",").contains { $0.prefix { $0 != "/" } == column.name }
  }

  /// Whether its times have a unit: other writers may have converted milliseconds to micro- or nanoseconds.
  var hasTimes: Bool { [FlowColumn.timeStart, .timeEnd].allSatisfy { ticks($0) != nil } }

  /// Equal for all paths to the same file.
  var identity: FileIdentity { reader.identity }

  /// Returns the ticks per millisecond of a time column; nil if it has no unit.
  fileprivate func ticks(_ column: FlowColumn) -> Int64? {
    place(column).flatMap { reader.timeUnit($0) }?.perMillisecond
  }

  /// Returns the earliest start and the latest end of a group's flows, from its statistics; within the years 1 to 9999.
  func times(_ group: Int) -> ClosedRange<Int64>? {
    guard let start = place(.timeStart), let end = place(.timeEnd),
      let starts = reader.bounds(start, rowGroup: group), let ends = reader.bounds(end, rowGroup: group),
      let startTicks = ticks(.timeStart), let endTicks = ticks(.timeEnd)
    else { return nil }
    let first = min(starts.lowerBound.milliseconds(startTicks), ends.lowerBound.milliseconds(endTicks))
    let last = max(starts.upperBound.milliseconds(startTicks), ends.upperBound.milliseconds(endTicks))
    return first.storable...last.storable
  }
}

/// The columns of one row group, each read on first use.
final class RowGroupView {
  let file: OpenFile
  let group: Int
  let rowCount: Int
  /// Whether counters are multiplied by the sampling rate.
  let isScaled: Bool
  /// Sums include the portion of octets and packets inside it; nil if flows count whole, as when all of them are
  /// inside.
  var window: Range<Int64>?
  private var integerColumns: [FlowColumn: IntegerColumn] = [:]
  private var stringColumns: [FlowColumn: StringColumn] = [:]
  private var addressColumns: [FlowColumn: AddressColumn] = [:]

  /// 1 for each row still needed; nil for all. Columns are read only as far as necessary.
  private var needed: [UInt8]?
  /// The rows still needed, ascending; nil if they are more than half of all.
  private(set) var neededRows: [UInt32]?

  init(_ file: OpenFile, group: Int, isScaled: Bool) {
    self.file = file
    self.group = group
    self.isScaled = isScaled
    rowCount = file.rowCount(group)
  }

  /// Returns whether statistics show that all flows are inside a window.
  func isInside(_ window: TimeWindow) -> Bool { file.times(group).map { window.includes($0) } ?? false }

  /// Restricts later reads to these rows, a subset of the previous ones.
  func narrow(to mask: RowMask) {
    guard case .some(let flags) = mask else { return }
    needed = flags
    neededRows = neededRows.map { $0.filter { flags[Int($0)] == 1 } } ?? Self.few(flags)
  }

  /// - Returns: the rows whose flag is 1; nil if they are more than half.
  private static func few(_ flags: [UInt8]) -> [UInt32]? {
    var count = 0
    for flag in flags { count &+= Int(flag) }
    return count > flags.count / 2 ? nil : RowMask.some(flags).rows
  }

  /// Returns the numbers of a column; if the file lacks it, those that mean absent. Times are clamped to the years 1 to
  /// 9999, as in sagflow's files, so that sums and differences fit into 64 bits.
  func integers(_ column: FlowColumn) throws(ParquetReadError) -> IntegerColumn {
    if let known = integerColumns[column] { return known }
    var values = IntegerColumn.constant(column.absentNumber)
    if let number = file.place(column) {
      values = try file.reader.integers(number, rowGroup: group, rows: needed)
      if let ticks = file.ticks(column), ticks > 1 {
        values = values.mapped { UInt64(bitPattern: Int64(bitPattern: $0).milliseconds(ticks)) }
      }
      if column.kind == .time { values = values.storableTimes }
      try check(values, column, number)
    }
    integerColumns[column] = values
    return values
  }

  /// Rejects values out of range in a file with wider types.
  private func check(_ values: IntegerColumn, _ column: FlowColumn, _ number: Int) throws(ParquetReadError) {
    let greatest = KeyLayout.greatest(of: column)
    if file.reader.greatest(number) <= greatest { return }
    let isWithin =
      switch values {
      case .constant(let value): value <= greatest
      case .dictionary(let entries, _): entries.allSatisfy { $0 <= greatest }
      case .narrow(let values): values.allSatisfy { UInt64($0) <= greatest }
      case .wide(let values): values.allSatisfy { $0 <= greatest }
      }
    if !isWithin { throw ParquetReadError(file.path, .unsupported("a \(column.name) above \(greatest)")) }
  }

  func strings(_ column: FlowColumn) throws(ParquetReadError) -> StringColumn {
    if let known = stringColumns[column] { return known }
    var values = StringColumn()
    if let number = file.place(column) {
      values = try file.reader.strings(number, rowGroup: group, rows: needed)
    }
    stringColumns[column] = values
    return values
  }

  /// - Parameter onlyIPv4: whether `::` will do for all IPv6 addresses.
  func addresses(_ column: FlowColumn, onlyIPv4: Bool = false) throws(ParquetReadError) -> AddressColumn {
    let texts = try strings(column)
    var values = addressColumns[column] ?? AddressColumn(texts, onlyIPv4: onlyIPv4, needed: neededRows)
    if !onlyIPv4 { values.completeIPv6(texts) }
    addressColumns[column] = values
    return values
  }

  /// Returns the numbers of a column as displayed, with counters scaled.
  func numbers(_ column: FlowColumn) throws(ParquetReadError) -> IntegerColumn {
    column.kind == .counter ? try counters(column) : try integers(column)
  }

  /// Returns octets or packets, multiplied by the sampling rate if requested, saturating.
  func counters(_ column: FlowColumn) throws(ParquetReadError) -> IntegerColumn {
    let values = try integers(column)
    guard isScaled else { return values }
    let rates = try integers(.samplingRate)
    if case .constant(let rate) = rates {
      if rate <= 1 { return values }
      return values.mapped { $0.scaled(by: rate) }
    }
    return .wide((0..<rowCount).map { values[$0].scaled(by: max(rates[$0], 1)) })
  }

  /// Returns the minimum and maximum of a column, from its statistics.
  func bounds(_ column: FlowColumn) -> ClosedRange<UInt64>? {
    guard let number = file.place(column), let bounds = file.reader.bounds(number, rowGroup: group),
      bounds.lowerBound >= 0
    else { return nil }
    // Nulls count as 0 and are not included in the statistics.
    return (file.reader.isOptional(number) ? 0 : UInt64(bounds.lowerBound))...UInt64(bounds.upperBound)
  }
}

extension UInt64 {
  /// Returns the sum, saturating.
  @inline(__always)
  func plus(_ other: UInt64) -> UInt64 {
    let sum = addingReportingOverflow(other)
    return sum.overflow ? .max : sum.partialValue
  }
}

extension Int64 {
  /// Converts a time in finer units to milliseconds, rounded down.
  func milliseconds(_ ticks: Int64) -> Int64 {
    if ticks == 1 { return self }
    let (quotient, rest) = quotientAndRemainder(dividingBy: ticks)
    return rest < 0 ? quotient - 1 : quotient
  }
}

extension IntegerColumn {
  /// Clamps the times of foreign files; those of sagflow's files are already in range.
  fileprivate var storableTimes: IntegerColumn {
    let first = UInt64(bitPattern: CivilTime.storable.lowerBound)
    let length = UInt64(bitPattern: CivilTime.storable.upperBound) &- first
    let isStorable =
      switch self {
      case .constant(let value): value &- first <= length
      case .dictionary(let entries, _): entries.allSatisfy { $0 &- first <= length }
      case .narrow: true
      case .wide(let values): values.allSatisfy { $0 &- first <= length }
      }
    return isStorable ? self : mapped { UInt64(bitPattern: Int64(bitPattern: $0).storable) }
  }

  func mapped(_ body: (UInt64) -> UInt64) -> IntegerColumn {
    switch self {
    case .constant(let value): .constant(body(value))
    case .dictionary(let entries, let indices): .dictionary(entries: entries.map(body), indices: indices)
    case .narrow(let values): .wide(values.map { body(UInt64($0)) })
    case .wide(let values): .wide(values.map(body))
    }
  }
}
