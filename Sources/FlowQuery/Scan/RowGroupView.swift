import FlowFilter
import FlowStore
import NetworkBytes
import Parquet

/// An open flow file.
final class OpenFile {
  fileprivate var reader: ParquetReader
  fileprivate let numbers: [Int?]
  let path: String

  init(_ path: String) throws(ParquetReadError) {
    self.path = path
    let opened = try ParquetReader(path)
    numbers = FlowColumn.allCases.map { opened.column($0.name) }
    reader = opened
  }

  var metadata: [String: String] { reader.metadata }
  var rowGroupCount: Int { reader.rowGroupCount }
  func rowCount(_ group: Int) -> Int { reader.rowCount(group) }
  var rowCount: Int { reader.rowCount }
  /// Whether it has what every flow has: otherwise it is another's file.
  var isFlowFile: Bool {
    [FlowColumn.timeStart, .timeEnd, .sourceAddress, .destinationAddress, .octets, .packets]
      .allSatisfy { numbers[$0.rawValue] != nil }
  }

  /// Whether its times are what they are taken for: other writers may have made micro- or nanoseconds of them.
  var hasMilliseconds: Bool {
    [FlowColumn.timeStart, .timeEnd].allSatisfy { column in
      numbers[column.rawValue].map { reader.isMilliseconds($0) } ?? true
    }
  }

  /// The earliest start and the latest end of a group's flows, as far as the file tells.
  func times(_ group: Int) -> ClosedRange<Int64>? {
    guard let start = numbers[FlowColumn.timeStart.rawValue], let end = numbers[FlowColumn.timeEnd.rawValue],
      let starts = reader.bounds(start, rowGroup: group), let ends = reader.bounds(end, rowGroup: group)
    else { return nil }
    return min(starts.lowerBound, ends.lowerBound)...max(starts.upperBound, ends.upperBound)
  }
}

/// The columns of one row group, each read when it is first asked for.
final class RowGroupView {
  let file: OpenFile
  let group: Int
  let rowCount: Int
  /// Whether counters are multiplied by the sampling rate.
  let isScaled: Bool
  private var integerColumns: [FlowColumn: IntegerColumn] = [:]
  private var stringColumns: [FlowColumn: StringColumn] = [:]
  private var addressColumns: [FlowColumn: AddressColumn] = [:]

  /// 1 for the rows that are still of interest; nil: all are. Columns are read as far as these need them.
  private var needed: [UInt8]?

  init(_ file: OpenFile, group: Int, isScaled: Bool) {
    self.file = file
    self.group = group
    self.isScaled = isScaled
    rowCount = file.rowCount(group)
  }

  /// From here on nothing is asked of other rows than these, which are some of those before.
  func narrow(to mask: RowMask) {
    if case .some(let flags) = mask { needed = flags }
  }

  /// The numbers of a column; of one that the file lacks, what a row has that says nothing.
  func integers(_ column: FlowColumn) throws(ParquetReadError) -> IntegerColumn {
    if let known = integerColumns[column] { return known }
    var values = IntegerColumn.constant(column == .samplingRate || column == .records ? 1 : 0)
    if let number = file.numbers[column.rawValue] {
      values = try file.reader.integers(number, rowGroup: group, rows: needed)
    }
    integerColumns[column] = values
    return values
  }

  func strings(_ column: FlowColumn) throws(ParquetReadError) -> StringColumn {
    if let known = stringColumns[column] { return known }
    var values = StringColumn()
    if let number = file.numbers[column.rawValue] {
      values = try file.reader.strings(number, rowGroup: group, rows: needed)
    }
    stringColumns[column] = values
    return values
  }

  func addresses(_ column: FlowColumn) throws(ParquetReadError) -> AddressColumn {
    if let known = addressColumns[column] { return known }
    let values = AddressColumn(try strings(column))
    addressColumns[column] = values
    return values
  }

  /// The numbers of a column as they are shown: those that are counters scaled.
  func numbers(_ column: FlowColumn) throws(ParquetReadError) -> IntegerColumn {
    column == .octets || column == .packets ? try counters(column) : try integers(column)
  }

  /// Octets or packets, multiplied by the sampling rate if that is wanted; what is too large is the largest number.
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

  /// The least and the greatest number of a column, as far as the file tells.
  func bounds(_ column: FlowColumn) -> ClosedRange<UInt64>? {
    guard let number = file.numbers[column.rawValue], let bounds = file.reader.bounds(number, rowGroup: group),
      bounds.lowerBound >= 0
    else { return nil }
    return UInt64(bounds.lowerBound)...UInt64(bounds.upperBound)
  }
}

extension UInt64 {
  /// The sum; the greatest number if it is too large.
  @inline(__always)
  func plus(_ other: UInt64) -> UInt64 {
    let sum = addingReportingOverflow(other)
    return sum.overflow ? .max : sum.partialValue
  }
}

extension IntegerColumn {
  func mapped(_ body: (UInt64) -> UInt64) -> IntegerColumn {
    switch self {
    case .constant(let value): .constant(body(value))
    case .dictionary(let entries, let indices): .dictionary(entries: entries.map(body), indices: indices)
    case .narrow(let values): .wide(values.map { body(UInt64($0)) })
    case .wide(let values): .wide(values.map(body))
    }
  }
}
