import FlowModel
import NetworkBytes

/// Flows as a table for people: what nfdump's users look for, in columns of fixed width.
enum FlowTable {
  private struct Column {
    let title: String
    let width: Int
    /// Numbers stand right.
    let isNumber: Bool
    let text: (FlowRow) -> String
  }

  private static var columns: [Column] {
    [
      Column(title: "first seen (UTC)", width: 23, isNumber: false) { time($0.record.start.storable) },
      Column(title: "seconds", width: 9, isNumber: true) {
        seconds($0.record.end.storable &- $0.record.start.storable)
      },
      Column(title: "proto", width: 5, isNumber: false) { IPProtocol.name($0.record.protocolIdentifier) },
      Column(title: "source", width: 24, isNumber: true) { source($0.record) },
      Column(title: "destination", width: 24, isNumber: true) { destination($0.record) },
      Column(title: "packets", width: 8, isNumber: true) { String($0.record.packets) },
      Column(title: "bytes", width: 10, isNumber: true) { String($0.record.octets) },
      Column(title: "records", width: 7, isNumber: true) { String($0.record.records) },
      Column(title: "exporter", width: 15, isNumber: false) { $0.origin.exporter.description },
    ]
  }

  static func appendHeader(to text: inout [UInt8]) {
    appendLine(columns.map { ($0, $0.title) }, to: &text)
  }

  static func append(_ row: FlowRow, to text: inout [UInt8]) {
    appendLine(columns.map { ($0, $0.text(row)) }, to: &text)
  }

  private static func appendLine(_ cells: [(Column, String)], to text: inout [UInt8]) {
    for (index, (column, cell)) in cells.enumerated() {
      if index > 0 { text.append(UInt8(ascii: " ")) }
      let isLast = index == cells.count - 1
      let spaces = [UInt8](repeating: UInt8(ascii: " "), count: max(0, column.width - cell.utf8.count))
      if column.isNumber { text.append(contentsOf: spaces) }
      text.append(contentsOf: cell.utf8)
      if !column.isNumber, !isLast { text.append(contentsOf: spaces) }
    }
    text.append(UInt8(ascii: "\n"))
  }

  private static func time(_ milliseconds: Int64) -> String {
    CivilTime.iso(milliseconds: milliseconds).dropLast().map { $0 == "T" ? " " : String($0) }.joined()
  }

  private static func seconds(_ milliseconds: Int64) -> String {
    let rest = String(abs(milliseconds % 1000))
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }

  private static func source(_ record: FlowRecord) -> String {
    switch record.protocolIdentifier {
    case 1, 58: record.source.description
    default: endpoint(record.source, String(record.sourcePort))
    }
  }

  private static func destination(_ record: FlowRecord) -> String {
    switch record.protocolIdentifier {
    // Type and code stand where the port would.
    case 1, 58: endpoint(record.destination, "\(record.icmpType).\(record.icmpCode)")
    default: endpoint(record.destination, String(record.destinationPort))
    }
  }

  private static func endpoint(_ address: IPAddress, _ port: String) -> String {
    address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
  }
}
