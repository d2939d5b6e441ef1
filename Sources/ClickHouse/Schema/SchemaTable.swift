/// A table with rows of its own.
package struct SchemaTable: Sendable {
  package var name: String
  package var columns: [TableColumn]
  /// The engine of a single server; that of a cluster is `Replicated…`.
  package var family: String
  package var partition: String
  /// What rows are sorted by.
  package var key: [String]
  /// How much of the key is the primary one; nil: all.
  package var primaryKeyCount: Int?
  /// When rows are removed; nil: never.
  package var removal: String?

  /// Inserts that a table remembers, by their tokens, to take none twice. A server has none of this unless it is told.
  package static let rememberedInserts = 10_000
  /// How long a replicated table remembers them, seconds: a collector that was away comes back with the file of which it does not know
  /// whether it arrived. The default of an hour is less than a night.
  package static let rememberedTime = 604_800

  /// Settings without which a file that is sent again would be in the table twice.
  package static func memory(isReplicated: Bool) -> [(name: String, value: Int)] {
    isReplicated
      ? [
        ("replicated_deduplication_window", rememberedInserts),
        ("replicated_deduplication_window_seconds", rememberedTime),
      ]
      : [("non_replicated_deduplication_window", rememberedInserts)]
  }

  /// Behind the name in CREATE TABLE.
  package func definition(isReplicated: Bool) -> String {
    // Macros that each server of a cluster replaces; the path must differ by shard and be the same on the shard's replicas.
    let engine =
      isReplicated
      ? "Replicated\(family)('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')" : family
    // Whole parts are dropped rather than rewritten.
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
