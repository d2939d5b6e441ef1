import FlowModel
import FlowText
import Parquet

/// The values of one row group's columns, on their way to a printer: what is the same in many rows is made into text once.
struct RowCells {
  private enum Cell {
    /// Nothing in any row.
    case none
    /// One number or one name in all rows.
    case numeral(ArraySlice<UInt8>)
    case name(ArraySlice<UInt8>)
    case numbers(IntegerColumn)
    case times(IntegerColumn)
    case named(IntegerColumn, @Sendable (UInt64) -> String)
    /// One text in all rows.
    case text(ArraySlice<UInt8>, TextKind)
    case texts(StringColumn, [UInt32], TextKind)
  }

  private enum TextKind {
    /// Without anything that CSV or JSON escape.
    case plain
    case free
    case json
  }

  private let cells: [Cell]

  init(
    _ columns: [FlowColumn], _ style: AnswerStyle, _ view: RowGroupView, format: RowFormat = .json
  ) throws(ParquetReadError) {
    var cells: [Cell] = []
    for column in columns { cells.append(try Self.cell(column, style, view, format)) }
    self.cells = cells
  }

  private static func cell(
    _ column: FlowColumn, _ style: AnswerStyle, _ view: RowGroupView, _ format: RowFormat
  ) throws(ParquetReadError) -> Cell {
    switch column.kind {
    case .address, .mac, .text, .json:
      let values = try view.strings(column)
      let kind = textKind(column, values)
      switch values.rows {
      case .constant(nil): return .none
      case .constant(let entry?): return .text(values.octets[values.range(entry)], kind)
      case .indices(let indices): return .texts(values, indices, kind)
      }
    case .time: return .times(try view.numbers(column))
    case .counter, .number:
      let (values, naming) = (try view.numbers(column), style.naming(column, in: format))
      if case .constant(let value) = values {
        return naming.map { .name(Array($0(value).utf8)[...]) } ?? .numeral(Array(String(value).utf8)[...])
      }
      return naming.map { .named(values, $0) } ?? .numbers(values)
    }
  }

  private static func textKind(_ column: FlowColumn, _ values: StringColumn) -> TextKind {
    if column.kind == .json { return .json }
    // Ours have such in names alone; other writers' files may have anything.
    return column.isFreeText || (0..<values.entryCount).contains { isSpecial(values, $0) } ? .free : .plain
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

  /// Appends a row with its line feed.
  func append(_ row: Int, to printer: inout RowPrinter, _ text: inout [UInt8]) {
    for cell in cells {
      switch cell {
      case .none: printer.appendNone(to: &text)
      case .numeral(let numeral): printer.append(numeral: numeral, to: &text)
      case .name(let name): printer.append(name, isPlain: true, to: &text)
      case .numbers(let values): printer.append(values[row], to: &text)
      case .times(let values): printer.append(time: Int64(bitPattern: values[row]), to: &text)
      case .named(let values, let naming): printer.append(naming(values[row]), to: &text)
      case .text(let octets, let kind): Self.append(octets, kind, to: &printer, &text)
      case .texts(let values, let indices, let kind):
        let entry = Int(indices[row])
        if entry < values.entryCount {
          Self.append(values.octets[values.range(entry)], kind, to: &printer, &text)
        } else {
          printer.appendNone(to: &text)
        }
      }
    }
    printer.endRow(to: &text)
  }

  @inline(__always)
  private static func append(
    _ octets: ArraySlice<UInt8>, _ kind: TextKind, to printer: inout RowPrinter, _ text: inout [UInt8]
  ) {
    switch kind {
    case .plain: printer.append(octets, isPlain: true, to: &text)
    case .free: printer.append(octets, isPlain: false, to: &text)
    case .json: printer.append(json: octets, to: &text)
    }
  }
}
