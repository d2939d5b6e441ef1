package import FlowModel
public import NetworkBytes

/// How values of a result are written.
public struct AnswerStyle: Sendable {
  /// Whether protocols and ports are shown by name where possible.
  public var hasNames = false
  /// Names of addresses, shown after them in tables; nil for none. May block while names are looked up.
  public var hostNames: (@Sendable ([IPAddress]) -> [IPAddress: String])?
  /// The time zone to show; nil for UTC.
  public var zone: LocalZone?
  /// Protection of CSV cells.
  package var csv = CSVStyle()
  /// Whether JSON rows are arrays of all values, with null for absent ones and a trailing comma, instead of objects.
  package var hasArrays = false

  public init() {}

  /// Returns addresses with their names, `10.0.0.1 (host.example)`, without those that have no name.
  package func named(_ addresses: [IPAddress]) -> [IPAddress: String] {
    guard let hostNames else { return [:] }
    var texts = hostNames(addresses)
    for (address, name) in texts { texts[address] = "\(address) (\(name))" }
    return texts
  }

  /// Returns the naming of a column's numbers; nil to show numbers.
  package func naming(_ column: FlowColumn) -> FlowColumn.Naming? { hasNames ? column.naming : nil }

  /// The same for a column of rows: a table names events in any case.
  package func naming(_ column: FlowColumn, in format: RowFormat) -> (@Sendable (UInt64) -> String)? {
    if let naming = naming(column) { return { naming.name($0) } }
    guard format == .table, let names = column.naming?.values else { return nil }
    return { names.label($0) }
  }

  /// Appends a time, milliseconds since 1970 UTC, in ISO 8601 with its offset.
  package func append(_ time: UnixMilliseconds, to text: inout [UInt8]) {
    guard let zone else { return CivilTime.appendISO(milliseconds: time, to: &text) }
    let offset = zone.offset(at: time)
    CivilTime.appendISO(milliseconds: time &+ offset, to: &text)
    text.removeLast()
    text += LocalZone.text(offset).utf8
  }

  public func text(_ time: UnixMilliseconds) -> String {
    var text: [UInt8] = []
    append(time, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends a time for tables: `2026-01-01 00:05:00.123`, without its offset.
  package func appendForTable(_ time: UnixMilliseconds, to text: inout [UInt8]) {
    let start = text.count
    append(time, to: &text)
    text.removeLast(zone == nil ? 1 : 6)
    if let place = text[start...].firstIndex(of: UInt8(ascii: "T")) { text[place] = UInt8(ascii: " ") }
  }

  package func tableText(_ time: UnixMilliseconds) -> String {
    var text: [UInt8] = []
    appendForTable(time, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
