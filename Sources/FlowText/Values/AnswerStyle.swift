package import FlowModel
public import NetworkBytes

/// How the values of an answer are written.
public struct AnswerStyle: Sendable {
  /// Whether protocols and ports have names where there are any.
  public var hasNames = false
  /// Names of addresses, which tables show behind them; nil: none. It may block for as long as an answer waits for names.
  public var hostNames: (@Sendable ([IPAddress]) -> [IPAddress: String])?
  /// Whose time is shown; nil: UTC.
  public var zone: LocalZone?
  /// How cells of CSV are kept from doing harm.
  package var csv = CSVStyle()
  /// Whether JSON has rows as arrays of all values, null where there is none, each with a comma behind it, instead of objects.
  package var hasArrays = false

  public init() {}

  /// Addresses as they are shown with their names: `10.0.0.1 (host.example)`. Those without a name are left out.
  package func named(_ addresses: [IPAddress]) -> [IPAddress: String] {
    guard let hostNames else { return [:] }
    var texts = hostNames(addresses)
    for (address, name) in texts { texts[address] = "\(address) (\(name))" }
    return texts
  }

  /// How the numbers of a column are named; nil: they are shown as numbers.
  package func naming(_ column: FlowColumn) -> FlowColumn.Naming? { hasNames ? column.naming : nil }

  /// The same of a column of rows: a table has the names of events behind their numbers, whatever else has names.
  package func naming(_ column: FlowColumn, in format: RowFormat) -> (@Sendable (UInt64) -> String)? {
    if let naming = naming(column) { return { naming.name($0) } }
    guard format == .table, let names = column.naming?.values else { return nil }
    return { names.label($0) }
  }

  /// Appends a time, milliseconds since 1970 UTC, as ISO 8601 has it, with its offset.
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

  /// Appends a time as tables have it: `2026-01-01 00:05:00.123`, without its offset.
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
