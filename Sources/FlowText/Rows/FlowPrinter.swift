public import FlowModel

/// Prints flows from memory. Each call appends whole lines to a UTF-8 buffer.
///
/// CSV and JSON have the store's columns under their names; a table has a layout familiar to nfdump users.
public struct FlowPrinter: Sendable {
  private let values: [FlowColumn.Values]
  private var printer: RowPrinter

  /// - Parameter columns: columns of CSV and JSON, in order.
  public init(_ format: RowFormat, _ columns: [FlowColumn] = FlowColumn.allCases, style: AnswerStyle = AnswerStyle()) {
    values = columns.map(\.values)
    printer = RowPrinter(columns, format, style)
  }

  /// Prints JSON or CSV with the field names of another program.
  public init(_ format: RowFormat, names: FieldNames) {
    let fields = names.fields()
    values = fields.map(\.column.values)
    printer = RowPrinter(fields, of: names, format)
  }

  /// Appends the header above the first flow.
  public func appendHeader(to text: inout [UInt8]) {
    switch printer.format {
    case .table: FlowTable.layout.appendHeader(to: &text)
    case .csv, .json: printer.appendHeader(to: &text)
    }
  }

  public mutating func append(_ row: FlowRow, to text: inout [UInt8]) {
    if printer.format == .table { return FlowTable.append(row, to: &text) }
    for index in values.indices {
      switch row.value(of: values[index]) {
      case .none: printer.appendNone(to: &text)
      case .integer(let number): printer.append(number, to: &text)
      case .address(let address): printer.append(address, to: &text)
      case .mac(let address): printer.append(mac: address, to: &text)
      case .time(let milliseconds): printer.append(time: milliseconds, to: &text)
      case .text(let string): printer.append(string, to: &text)
      case .json(let object): printer.append(json: object, to: &text)
      }
    }
    printer.endRow(to: &text)
  }
}
