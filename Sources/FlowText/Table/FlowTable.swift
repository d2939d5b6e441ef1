import FlowModel
import NetworkBytes

/// A table of flows with a layout familiar to nfdump users, in columns of fixed width.
enum FlowTable {
  static let layout = TableLayout(
    [
      .init("first seen (UTC)", .left, width: 23), .init("seconds", .right, width: 9), .init("proto", .left, width: 5),
      .init("source", .right, width: 24), .init("destination", .right, width: 24), .init("packets", .right, width: 8),
      .init("bytes", .right, width: 10), .init("records", .right, width: 7), .init("exporter", .left, width: 15),
    ], gap: 1)

  static func append(_ row: FlowRow, to text: inout [UInt8]) {
    let record = row.record
    let (start, end) = (record.start.storable, record.end.storable)
    layout.append(
      [
        AnswerStyle().tableText(start), seconds(end &- start), IPProtocol.name(record.protocolIdentifier),
        source(record), destination(record), String(record.packets), String(record.octets), String(record.records),
        row.origin.exporter.description,
      ], to: &text)
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
    // ICMP type and code take the place of the port.
    case 1, 58: endpoint(record.destination, "\(record.icmpType).\(record.icmpCode)")
    default: endpoint(record.destination, String(record.destinationPort))
    }
  }

  private static func endpoint(_ address: IPAddress, _ port: String) -> String {
    address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
  }
}
