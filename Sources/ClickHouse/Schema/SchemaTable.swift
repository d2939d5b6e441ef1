/// A table with its own rows.
package struct SchemaTable: Sendable {
  package var name: String
  package var columns: [TableColumn]
  /// Engine of a single server; a cluster uses `Replicated…`.
  package var family: String
  package var partition: String
  /// Sorting key.
  package var key: [String]
  /// Number of key columns in the primary key; nil for all.
  package var primaryKeyCount: Int?
  /// TTL expression; nil for none.
  package var removal: String?

  /// Number of inserts that a table remembers for deduplication by token. A server remembers none by default.
  package static let rememberedInserts = 10_000
  /// How long a replicated table remembers them, seconds: a collector that was away sends again the file whose arrival
  /// is unknown. The default of an hour is less than a night.
  package static let rememberedTime = 604_800

  /// Settings without which a file sent again would be duplicated.
  package static func memory(isReplicated: Bool) -> [(name: String, value: Int)] {
    isReplicated
      ? [
        ("replicated_deduplication_window", rememberedInserts),
        ("replicated_deduplication_window_seconds", rememberedTime),
      ]
      : [("non_replicated_deduplication_window", rememberedInserts)]
  }

  /// Follows the name in CREATE TABLE.
  package func definition(isReplicated: Bool) -> String {
    // Macros that each server of a cluster replaces; the path must differ by shard and be equal on the shard's
    // replicas.
    let engine =
      isReplicated
      ? "Replicated\(family)('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')" : family
    // Drops whole parts instead of rewriting them.
    let settings =
      (removal == nil ? [] : ["ttl_only_drop_parts = 1"])
      + Self.memory(isReplicated: isReplicated).map { "\($0.name) = \($0.value)" }
    var lines = ["("]
    lines.append(columns.map { "    \($0.declaration)" }.joined(separator: ",\n"))
    lines += [")", "ENGINE = \(engine)", "PARTITION BY \(partition)"]
    if let primaryKeyCount {
      lines.append("PRIMARY KEY (\(key.prefix(primaryKeyCount).joined(separator: ", ")))")
    }
    lines.append("ORDER BY (\(key.joined(separator: ", ")))")
    if let removal { lines.append("TTL \(removal)") }
    lines.append("SETTINGS \(settings.joined(separator: ", "))")
    return lines.joined(separator: "\n")
  }
}
