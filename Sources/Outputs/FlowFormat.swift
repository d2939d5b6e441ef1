import FlowModel
import NetworkBytes

/// How flows are printed: each appends whole lines to a buffer of UTF-8.
public enum FlowFormat: String, CaseIterable, Sendable {
  /// Columns for people; not every field.
  case table
  /// All columns of the store, comma-separated, with a header.
  case csv
  /// One JSON object a line, named as the store's columns; absent values are left out.
  case json

  /// Appends what stands above the first flow.
  public func appendHeader(_ columns: [FlowColumn] = FlowColumn.allCases, to text: inout [UInt8]) {
    switch self {
    case .table: FlowTable.appendHeader(to: &text)
    case .csv: text.append(contentsOf: (columns.map(\.name).joined(separator: ",") + "\n").utf8)
    case .json: break
    }
  }

  /// - Parameter columns: of CSV and JSON, in their order.
  public func append(_ row: FlowRow, _ columns: [FlowColumn] = FlowColumn.allCases, to text: inout [UInt8]) {
    switch self {
    case .table: FlowTable.append(row, to: &text)
    case .csv: FlowCSV.append(row, columns, to: &text)
    case .json: FlowJSON.append(row, columns, to: &text)
    }
  }
}

/// A flow as a JSON object on a line.
enum FlowJSON {
  static func append(_ row: FlowRow, _ columns: [FlowColumn], to text: inout [UInt8]) {
    var separator = UInt8(ascii: "{")
    for column in columns {
      let value = row.value(column)
      if value == .none { continue }
      text.append(separator)
      separator = UInt8(ascii: ",")
      JSONText.appendKey(column.name, to: &text)
      switch value {
      case .none: break
      case .integer(let number): JSONText.append(number, to: &text)
      case .address(let address):
        text.append(UInt8(ascii: "\""))
        address.appendText(to: &text)
        text.append(UInt8(ascii: "\""))
      case .mac(let address):
        text.append(UInt8(ascii: "\""))
        ValueText.appendMAC(address, to: &text)
        text.append(UInt8(ascii: "\""))
      case .time(let milliseconds):
        text.append(UInt8(ascii: "\""))
        CivilTime.appendISO(milliseconds: milliseconds, to: &text)
        text.append(UInt8(ascii: "\""))
      case .text(let string): JSONText.append(string, to: &text)
      case .json(let object): text.append(contentsOf: object.utf8)
      }
    }
    text.append(contentsOf: "}\n".utf8)
  }
}

/// A flow as a line of comma-separated values (RFC 4180, but for the line feed alone).
enum FlowCSV {
  static func append(_ row: FlowRow, _ columns: [FlowColumn], to text: inout [UInt8]) {
    for (place, column) in columns.enumerated() {
      if place > 0 { text.append(UInt8(ascii: ",")) }
      switch row.value(column) {
      case .none: break
      case .integer(let number): JSONText.append(number, to: &text)
      case .address(let address): address.appendText(to: &text)
      case .mac(let address): ValueText.appendMAC(address, to: &text)
      case .time(let milliseconds): CivilTime.appendISO(milliseconds: milliseconds, to: &text)
      case .text(let string): CSVText.append(string.utf8, to: &text)
      case .json(let object): CSVText.append(object.utf8, isQuoted: true, to: &text)
      }
    }
    text.append(UInt8(ascii: "\n"))
  }
}
