/// An expected table and the one of the same name on a server.
package struct TableComparison {
  private let table: SchemaTable
  /// Quoted for SQL.
  private let name: String
  private let onCluster: String

  package init(_ table: SchemaTable, name: String, onCluster: String) {
    self.table = table
    self.name = name
    self.onCluster = onCluster
  }

  private func alter(_ change: String) -> String { "ALTER TABLE \(name)\(onCluster) \(change)" }

  // MARK: Columns

  /// Additional columns are ignored: inserts use their defaults.
  package func columns(_ found: [ServerSchema.Column]) -> [SchemaDifference] {
    let byName = Dictionary(found.map { ($0.name, $0) }) { first, _ in first }
    return table.columns.indices.compactMap { index in
      let column = table.columns[index]
      guard let other = byName[column.name] else {
        return missing(column, after: index > 0 ? table.columns[index - 1].name : nil)
      }
      return column.isAlias ? nil : difference(column, other)
    }
  }

  private func missing(_ column: TableColumn, after previous: String?) -> SchemaDifference {
    let place = previous.map { "AFTER \($0)" } ?? "FIRST"
    var change = "ADD COLUMN IF NOT EXISTS \(column.declaration) \(place)"
    if table.key.contains(column.name) {
      change += ", MODIFY ORDER BY (\(table.key.joined(separator: ", ")))"
    }
    return SchemaDifference("\(table.name): no column \(column.name)", alter(change))
  }

  private func difference(_ column: TableColumn, _ other: ServerSchema.Column) -> SchemaDifference? {
    if ["ALIAS", "MATERIALIZED", "EPHEMERAL"].contains(other.kind) {
      return SchemaDifference(
        "\(table.name): \(column.name) is \(other.kind), so nothing can be inserted into it",
        alter("MODIFY COLUMN \(column.name) REMOVE \(other.kind)"))
    }
    if Self.plain(column.type) != Self.plain(other.type) {
      let isKey = table.key.contains { $0 == column.name || $0.contains("(\(column.name))") }
      return SchemaDifference(
        "\(table.name): \(column.name) is \(other.type), expected \(column.type)"
          + (isKey ? "; it is in the key, so the table has to be recreated" : ""),
        isKey ? nil : alter("MODIFY COLUMN \(column.declaration)"))
    }
    if case .defaultValue(let value) = column.expression, other.kind.isEmpty {
      return SchemaDifference(
        "\(table.name): \(column.name) has no default, expected \(value)", alter("MODIFY COLUMN \(column.declaration)"))
    }
    return nil
  }

  /// Returns the type without spaces and storage-only modifiers.
  package static func plain(_ type: String) -> String {
    let text = type.filter { !$0.isWhitespace }
    guard text.hasPrefix("LowCardinality("), text.hasSuffix(")") else { return text }
    return String(text.dropFirst("LowCardinality(".count).dropLast())
  }

  // MARK: Engine

  package func engine(_ found: ServerSchema.Table, isReplicated: Bool) -> [SchemaDifference] {
    let kinds = ["Replicated", "Shared"]
    let kind = kinds.first { found.engine.hasPrefix($0) }
    let family = found.engine.dropFirst(kind?.count ?? 0)
    if family != table.family {
      return [
        SchemaDifference(
          "\(table.name): its engine is \(found.engine), expected \(table.family); the table has to be recreated", nil)
      ]
    }
    if isReplicated, kind == nil {
      return [
        SchemaDifference(
          "\(table.name): its engine is \(found.engine), which is not replicated; the table has to be recreated", nil)
      ]
    }
    return []
  }

  /// Returns whether the table deduplicates inserts. Shared engines of ClickHouse Cloud do, without a configurable
  /// number.
  package func memory(_ found: ServerSchema.Table) -> [SchemaDifference] {
    guard found.engine.hasSuffix("MergeTree"), !found.engine.hasPrefix("Shared") else { return [] }
    let settings = SchemaTable.memory(isReplicated: found.engine.hasPrefix("Replicated"))
    let forgotten = settings.filter { (Self.setting($0.name, in: found.engineFull) ?? 0) == 0 }
    guard !forgotten.isEmpty else { return [] }
    let change = forgotten.map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
    return [
      SchemaDifference(
        "\(table.name): \(forgotten.map(\.name).joined(separator: " and ")) not set: a file that is sent again may be duplicated",
        alter("MODIFY SETTING \(change)"))
    ]
  }

  /// Returns the value of a setting in `… SETTINGS a = 1, b = 2`.
  package static func setting(_ name: String, in engine: String) -> Int? {
    guard let settings = engine.ranges(of: "SETTINGS ").last else { return nil }
    for pair in engine[settings.upperBound...].split(separator: ",") {
      let sides = pair.split(separator: "=").map { $0.drop { $0 == " " } }
      if sides.count == 2, sides[0].prefix(while: { $0 != " " }) == name { return Int(sides[1].filter(\.isNumber)) }
    }
    return nil
  }
}
