public import FlowModel

/// Prints flows from memory: each call appends whole lines to a buffer of UTF-8.
///
/// CSV and JSON have the columns of the store, by name, a table what nfdump's users look for.
public struct FlowPrinter: Sendable {
  private let values: [FlowColumn.Values]
  private var printer: RowPrinter

  /// - Parameter columns: of CSV and JSON, in their order.
  public init(_ format: RowFormat, _ columns: [FlowColumn] = FlowColumn.allCases, style: AnswerStyle = AnswerStyle()) {
    values = columns.map(\.values)
    printer = RowPrinter(columns, format, style)
  }

  /// Rows of JSON or CSV as another program names them.
  public init(_ format: RowFormat, names: FieldNames) {
    let fields = names.fields()
    values = fields.map(\.column.values)
    printer = RowPrinter(fields, of: names, format)
  }

  /// Appends what is above the first flow.
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
