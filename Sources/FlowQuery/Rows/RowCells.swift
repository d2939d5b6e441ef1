import FlowModel
import FlowText
import NetworkBytes
import Parquet

/// The values of one row group's columns for a printer: repeated values are formatted once.
struct RowCells {
  fileprivate enum Cell {
    /// Absent in all rows.
    case none
    /// One number or one name in all rows.
    case numeral(ArraySlice<UInt8>)
    case name(ArraySlice<UInt8>)
    case numbers(IntegerColumn)
    /// Numbers; 0 means absent.
    case counts(IntegerColumn)
    case times(IntegerColumn)
    case named(IntegerColumn, @Sendable (UInt64) -> String)
    /// One text in all rows.
    case text(ArraySlice<UInt8>, TextKind)
    case texts(StringColumn, [UInt32], TextKind)
    /// Addresses, with the text of those that have a name.
    case hosts(StringColumn, [UInt32], [Int: ArraySlice<UInt8>], TextKind)
  }

  fileprivate enum TextKind {
    /// Contains nothing that tables, CSV or JSON escape.
    case plain
    case free
    case json
  }

  private let cells: [Cell]

  /// - Parameter rows: the rows to print; only their host names are looked up.
  init(
    _ columns: [FlowColumn], _ style: AnswerStyle, _ view: RowGroupView, format: RowFormat = .json, rows: [Int] = []
  ) throws(ParquetReadError) {
    var cells: [Cell] = []
    for column in columns { cells.append(try Self.cell(column, style, view, format)) }
    if style.hostNames != nil {
      // All at once, so that lookups for several columns overlap.
      let places = columns.indices.filter { columns[$0].kind == .address }
      let texts = style.named(places.flatMap { cells[$0].addresses(rows).values })
      for place in places { cells[place].name(rows, texts) }
    }
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
      if column.isNullable {
        if case .constant(0) = values { return .none }
        return .counts(values)
      }
      if case .constant(let value) = values {
        return naming.map { .name(Array($0(value).utf8)[...]) } ?? .numeral(Array(String(value).utf8)[...])
      }
      return naming.map { .named(values, $0) } ?? .numbers(values)
    }
  }

  private static func textKind(_ column: FlowColumn, _ values: StringColumn) -> TextKind {
    if column.kind == .json { return .json }
    // sagflow's files have special characters only in names; other files may have them anywhere.
    return column.isFreeText || (0..<values.entryCount).contains { isSpecial(values, $0) } ? .free : .plain
  }

  /// Returns whether an entry contains characters that tables, CSV or JSON may escape.
  private static func isSpecial(_ values: StringColumn, _ entry: Int) -> Bool {
    let octets = values.octets.span
    for place in values.range(entry) {
      let octet = octets[place]
      if octet < 0x20 || octet >= 0x7f || octet == UInt8(ascii: "\"") || octet == UInt8(ascii: ",")
        || octet == UInt8(ascii: "\\")
      {
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
      case .counts(let values):
        let value = values[row]
        if value == 0 { printer.appendNone(to: &text) } else { printer.append(value, to: &text) }
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
      case .hosts(let values, let indices, let named, let kind):
        let entry = Int(indices[row])
        if let host = named[entry] {
          printer.append(host, isPlain: true, to: &text)
        } else if entry < values.entryCount {
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
    case .json:
      // Foreign files may have any text there.
      if JSONScan.isObject(octets) {
        printer.append(json: octets, to: &text)
      } else {
        printer.append(octets, isPlain: false, to: &text)
      }
    }
  }
}

// Host names.
extension RowCells.Cell {
  /// Returns the addresses of some rows by entry, which is 0 if all rows have the same.
  fileprivate func addresses(_ rows: [Int]) -> [Int: IPAddress] {
    switch self {
    case .text(let octets, _):
      return rows.isEmpty ? [:] : IPAddress(String(decoding: octets, as: UTF8.self)).map { [0: $0] } ?? [:]
    case .texts(let values, let indices, _):
      var addresses: [Int: IPAddress] = [:]
      for row in rows {
        let entry = Int(indices[row])
        if entry < values.entryCount, addresses[entry] == nil { addresses[entry] = IPAddress(values.text(entry)) }
      }
      return addresses
    case .none, .numeral, .name, .numbers, .counts, .times, .named, .hosts: return [:]
    }
  }

  /// Replaces addresses that have names with their texts.
  fileprivate mutating func name(_ rows: [Int], _ texts: [IPAddress: String]) {
    let named = addresses(rows).compactMapValues { texts[$0].map { Array($0.utf8)[...] } }
    if named.isEmpty { return }
    switch self {
    case .text(_, let kind): if let text = named[0] { self = .text(text, kind) }
    case .texts(let values, let indices, let kind): self = .hosts(values, indices, named, kind)
    case .none, .numeral, .name, .numbers, .counts, .times, .named, .hosts: break
    }
  }
}
