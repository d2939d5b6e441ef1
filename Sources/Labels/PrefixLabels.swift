package import FlowModel
public import LookupTables
public import NetworkBytes

/// Labels of addresses, by longest prefix.
///
/// A label is the row's `label` column; without it, site, customer and role joined by slashes.
public struct PrefixLabels: Sendable {
  /// Values are text numbers.
  public let table: PrefixTable
  /// Rows of the file.
  public let count: Int
  /// Columns of the file that are ignored.
  public let unusedColumns: [String]

  /// Octets of memory, without texts.
  package var memory: Int { table.memory }

  static let layout = LabelLayout(
    required: ["prefix"], anyOf: ["label", "site", "customer", "role"], optional: ["description"])

  /// - Parameter texts: receives the labels.
  package init(
    contentsOf path: String, texts: inout TextCollector, limits: LabelLimits = LabelLimits()
  ) throws(LabelError) {
    var file = try LabelFile.open(path, Self.layout, limits)
    var builder = PrefixTableBuilder()
    try file.forEachRow { row throws(FieldFault) in
      let prefix = try LabelPrefix(text: try row.text("prefix"))
      let label = try Self.label(row)
      if label.isEmpty { throw FieldFault("no label, site, customer or role for \(prefix)") }
      builder.add(
        prefix.address, length: prefix.length, value: try texts.add(label), line: UInt32(clamping: row.number))
    }
    for conflict in builder.conflicts(limit: LabelError.maximumProblems) {
      let prefix = LabelPrefix(address: conflict.address, length: conflict.length)
      file.note(
        Int(conflict.lines.second), "\(prefix) has another label in line \(conflict.lines.first); remove one of them")
    }
    try file.throwProblems()
    (count, unusedColumns) = (file.count, file.unusedColumns)
    table = builder.table()
  }

  fileprivate static func label(_ row: borrowing LabelRow) throws(FieldFault) -> [UInt8] {
    let label = try row.octets("label")
    if !label.isEmpty { return label }
    var joined: [UInt8] = []
    for column in ["site", "customer", "role"] {
      let part = try row.octets(column)
      if part.isEmpty { continue }
      if !joined.isEmpty { joined.append(UInt8(ascii: "/")) }
      joined += part
    }
    return joined
  }

  /// The row of a file that matches an address.
  public struct Match: Sendable, Equatable {
    public var prefix: LabelPrefix
    public var label: String
    public var site: String
    public var customer: String
    public var role: String
    public var line: Int
  }

  /// Returns the row with the longest prefix that contains an address; nil if none does.
  public static func match(_ address: IPAddress, in path: String) throws(LabelError) -> Match? {
    var file = try LabelFile.open(path, layout, LabelLimits())
    var best: Match?
    try file.forEachRow { row throws(FieldFault) in
      let prefix = try LabelPrefix(text: try row.text("prefix"))
      guard prefix.contains(address), prefix.length > best?.prefix.length ?? -1 else { return }
      best = Match(
        prefix: prefix, label: String(decoding: try label(row), as: UTF8.self), site: try row.text("site"),
        customer: try row.text("customer"), role: try row.text("role"), line: row.number)
    }
    try file.throwProblems()
    return best
  }
}

extension TextCollector {
  mutating func add(_ text: [UInt8]) throws(FieldFault) -> UInt32 {
    do throws(Full) { return try number(of: text) } catch {
      throw FieldFault("too much text: the limit of this process is reached; restart it")
    }
  }
}
