import FlowModel
import NetworkBytes
import Parquet

/// How flows are written, a line each.
public enum RowFormat: String, CaseIterable, Sendable {
  case table, csv, json
}

/// Writes the flows of one row group.
struct RowText {
  private let cells: [Cell]
  private let format: RowFormat
  private let style: AnswerStyle

  /// A column's values: what is the same in many rows is made into text once.
  private struct Cell {
    enum Source {
      /// Text in all rows; nil: nothing.
      case constant([UInt8]?)
      case texts(StringColumn, [UInt32])
      case numbers(IntegerColumn)
      case times(IntegerColumn)
      case named(IntegerColumn, FlowColumn.Naming)
    }

    let source: Source
    /// Of JSON: the name with what stands around it.
    let key: [UInt8]
    let isText: Bool
    let isJSON: Bool
    /// Whether the text may have what CSV and JSON escape.
    let isFree: Bool
    let width: Int
  }

  init(
    _ columns: [FlowColumn], _ format: RowFormat, _ style: AnswerStyle, _ view: RowGroupView
  ) throws(ParquetReadError) {
    self.format = format
    self.style = style
    var cells: [Cell] = []
    for column in columns { cells.append(try Self.cell(column, format, style, view)) }
    self.cells = cells
  }

  private static func cell(
    _ column: FlowColumn, _ format: RowFormat, _ style: AnswerStyle, _ view: RowGroupView
  ) throws(ParquetReadError) -> Cell {
    let naming = style.naming(column)
    let source: Cell.Source
    var isFree = column.isFreeText
    switch column.kind {
    case .address, .mac, .text, .json:
      let values = try view.strings(column)
      switch values.rows {
      case .constant(let entry): source = .constant(entry.map { Array(values.octets[values.range($0)]) })
      case .indices(let indices): source = .texts(values, indices)
      }
      // Ours have such in names alone; other writers' files may have anything.
      if !isFree, column.kind != .json { isFree = (0..<values.entryCount).contains { Self.isSpecial(values, $0) } }
    case .time: source = .times(try view.numbers(column))
    case .counter, .number:
      let values = try view.numbers(column)
      if case .constant(let value) = values {
        source = .constant(Array((naming?.name(value) ?? String(value)).utf8))
      } else {
        source = naming.map { .named(values, $0) } ?? .numbers(values)
      }
    }
    var key: [UInt8] = []
    JSONText.appendKey(column.name, to: &key)
    return Cell(
      source: source, key: key, isText: column.isText || column.kind == .time || naming != nil,
      isJSON: column.kind == .json, isFree: isFree, width: column.tableWidth)
  }

  /// Whether an entry has what CSV or JSON escapes.
  private static func isSpecial(_ values: StringColumn, _ entry: Int) -> Bool {
    let octets = values.octets.span
    for place in values.range(entry) {
      let octet = octets[place]
      if octet < 0x20 || octet == UInt8(ascii: "\"") || octet == UInt8(ascii: ",") || octet == UInt8(ascii: "\\") {
        return true
      }
    }
    return false
  }

  /// Names of the columns, as the first line of a table or of CSV.
  static func header(_ columns: [FlowColumn], _ format: RowFormat) -> [UInt8] {
    switch format {
    case .json: return []
    case .csv: return Array((columns.map(\.name).joined(separator: ",") + "\n").utf8)
    case .table:
      var line: [UInt8] = []
      for (index, column) in columns.enumerated() {
        Self.pad(
          Array(column.name.utf8), column.tableWidth, column.isRightAligned, index == columns.count - 1, to: &line)
      }
      return line + [UInt8(ascii: "\n")]
    }
  }

  /// Appends a row with its line feed.
  func append(_ row: Int, _ columns: [FlowColumn], to text: inout [UInt8]) {
    switch format {
    case .csv: appendCSV(row, to: &text)
    case .json: appendJSON(row, to: &text)
    case .table:
      for (index, cell) in cells.enumerated() {
        var value: [UInt8] = []
        _ = append(cell, row, to: &value)
        if case .times = cell.source {
          value = Array(value.dropLast(style.offsetWidth).map { $0 == UInt8(ascii: "T") ? UInt8(ascii: " ") : $0 })
        }
        Self.pad(value, cell.width, columns[index].isRightAligned, index == cells.count - 1, to: &text)
      }
      text.append(UInt8(ascii: "\n"))
    }
  }

  private static func pad(_ value: [UInt8], _ width: Int, _ isRight: Bool, _ isLast: Bool, to text: inout [UInt8]) {
    let spaces = repeatElement(UInt8(ascii: " "), count: max(0, width - value.count))
    if isRight { text += spaces }
    text += value
    if !isLast {
      if !isRight { text += spaces }
      text += [UInt8(ascii: " "), UInt8(ascii: " ")]
    }
  }

  private func appendCSV(_ row: Int, to text: inout [UInt8]) {
    for (index, cell) in cells.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      guard cell.isJSON || cell.isFree else {
        _ = append(cell, row, to: &text)
        continue
      }
      var value: [UInt8] = []
      if append(cell, row, to: &value) { CSVText.append(value, isQuoted: cell.isJSON, to: &text) }
    }
    text.append(UInt8(ascii: "\n"))
  }

  private func appendJSON(_ row: Int, to text: inout [UInt8]) {
    var separator = UInt8(ascii: "{")
    for cell in cells {
      let before = text.count
      text.append(separator)
      text += cell.key
      if cell.isFree {
        var value: [UInt8] = []
        if append(cell, row, to: &value) {
          JSONText.append(String(decoding: value, as: UTF8.self), to: &text)
          separator = UInt8(ascii: ",")
        } else {
          text.removeLast(text.count - before)
        }
        continue
      }
      // The store's other texts have nothing that JSON escapes; an object stands as it is.
      let isQuoted = cell.isText && !cell.isJSON
      if isQuoted { text.append(UInt8(ascii: "\"")) }
      guard append(cell, row, to: &text) else {
        text.removeLast(text.count - before)
        continue
      }
      if isQuoted { text.append(UInt8(ascii: "\"")) }
      separator = UInt8(ascii: ",")
    }
    if separator == UInt8(ascii: "{") { text.append(separator) }
    text += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
  }

  /// - Returns: whether the row has a value there.
  private func append(_ cell: Cell, _ row: Int, to text: inout [UInt8]) -> Bool {
    switch cell.source {
    case .constant(let value):
      guard let value else { return false }
      text += value
    case .texts(let column, let indices):
      let entry = Int(indices[row])
      guard entry < column.entryCount else { return false }
      text += column.octets[column.range(entry)]
    case .numbers(let values): JSONText.append(values[row], to: &text)
    case .times(let values): style.append(Int64(bitPattern: values[row]), to: &text)
    case .named(let values, let naming): text += naming.name(values[row]).utf8
    }
    return true
  }
}

extension FlowColumn {
  var isRightAligned: Bool { !isText && kind != .time }
}
