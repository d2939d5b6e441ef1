import FlowModel

/// How the values of an answer are written.
public struct AnswerStyle: Sendable {
  /// Whether protocols and ports have names where there are any.
  public var hasNames = false
  /// Whose time is shown; nil: UTC.
  public var zone: LocalZone?

  public init() {}

  /// How the numbers of a column are named; nil: they are shown as numbers.
  func naming(_ column: FlowColumn) -> FlowColumn.Naming? { hasNames ? column.naming : nil }

  /// Appends a time, milliseconds since 1970 UTC, as ISO 8601 has it, with its offset.
  func append(_ time: Int64, to text: inout [UInt8]) {
    guard let zone else { return CivilTime.appendISO(milliseconds: time, to: &text) }
    let offset = zone.offset(at: time)
    CivilTime.appendISO(milliseconds: time &+ offset, to: &text)
    text.removeLast()
    text += LocalZone.text(offset).utf8
  }

  public func text(_ time: Int64) -> String {
    var text: [UInt8] = []
    append(time, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Octets at the end of a time that tell its offset.
  public var offsetWidth: Int { zone == nil ? 1 : 6 }
}
