public import FlowModel

/// The tables and views for flows, derived from the column table: a new column is part of the SQL and of the
/// comparison.
public struct ClickHouseSchema: Sendable {
  public var options: ClickHouseOptions
  public var rollups = Rollup.all
  /// Whether rollups count distinct addresses.
  public var hasDistinct = false
  /// Retention of flows in days; 0 for unlimited.
  public var days = 30
  /// Retention of rollups in days; 0 for unlimited.
  public var rollupDays = 365
  private let columns: [FlowColumn]

  public init(_ options: ClickHouseOptions, columns: [FlowColumn] = FlowColumn.allCases) {
    self.options = options
    self.columns = columns
  }

  /// Maximum retention in days: the removal time must be a valid ClickHouse DateTime (until 2106).
  public static let longestDays = 18_250

  // MARK: Parts

  /// The table of flows. Its key begins with time, because queries select times; a key that began with an address would
  /// make them read the whole table.
  package var flows: SchemaTable {
    let step = "\(Rollup.Step.fiveMinutes.rawValue)(\(FlowColumn.timeEnd.name))"
    let exporter = FlowColumn.exporterAddress.name
    var table = SchemaTable(
      name: options.table, columns: columns.map(\.tableColumn) + columns.aliases, family: "MergeTree",
      partition: "toDate(\(FlowColumn.timeEnd.name))",
      key: [step, exporter, FlowColumn.sourceAddress.name, FlowColumn.destinationAddress.name])
    // The part of the key kept in memory.
    table.primaryKeyCount = 2
    if days > 0 { table.removal = "toDateTime(\(FlowColumn.timeEnd.name)) + INTERVAL \(days) DAY DELETE" }
    return table
  }

  package func table(of rollup: Rollup) -> SchemaTable {
    let keys = rollup.keyColumns.map(\.column)
    let states = hasDistinct ? rollup.states.map(\.column) : []
    var table = SchemaTable(
      name: "\(options.table)_\(rollup.suffix)",
      columns: [Rollup.time] + keys + rollup.sums(columns).map(\.column) + states,
      family: "AggregatingMergeTree", partition: "toYYYYMM(\(Rollup.time.name))",
      key: [Rollup.time.name] + keys.map(\.name))
    if rollupDays > 0 { table.removal = "\(Rollup.time.name) + INTERVAL \(rollupDays) DAY DELETE" }
    return table
  }

  package func viewName(of rollup: Rollup) -> String { "\(options.table)_\(rollup.suffix)_mv" }

  /// Returns the query of a rollup's view.
  package func select(of rollup: Rollup) -> String {
    let time = "\(rollup.step.rawValue)(\(Rollup.source).\(FlowColumn.timeEnd.name)) AS \(Rollup.time.name)"
    let parts = rollup.keyColumns + rollup.sums(columns) + (hasDistinct ? rollup.states : [])
    let results = [time] + parts.map { "\($0.expression) AS \($0.column.name)" }
    return "SELECT\n    \(results.joined(separator: ",\n    "))\nFROM \(qualified(options.table)) AS \(Rollup.source)\n"
      + "GROUP BY ALL"
  }

  /// All tables with their own rows, flows first.
  package var tables: [SchemaTable] { [flows] + rollups.map(table) }

  // MARK: SQL

  package func qualified(_ name: String) -> String {
    "\(SQLText.identifier(options.database)).\(SQLText.identifier(name))"
  }

  /// Follows the name in a statement.
  package var onCluster: String { options.cluster.isEmpty ? "" : " ON CLUSTER \(SQLText.identifier(options.cluster))" }

  package func create(_ table: SchemaTable) -> String {
    "CREATE TABLE IF NOT EXISTS \(qualified(table.name))\(onCluster)\n"
      + table.definition(isReplicated: !options.cluster.isEmpty)
  }

  package func createView(of rollup: Rollup) -> String {
    "CREATE MATERIALIZED VIEW IF NOT EXISTS \(qualified(viewName(of: rollup)))\(onCluster) "
      + "TO \(qualified(table(of: rollup).name)) AS\n\(select(of: rollup))"
  }

  /// Returns the name of the distributed table over all shards of a cluster.
  package func distributedName(of table: SchemaTable) -> String { "\(table.name)_all" }

  package func createDistributed(of table: SchemaTable) -> String {
    let place = [options.cluster, options.database, table.name].map(SQLText.literal).joined(separator: ", ")
    return "CREATE TABLE IF NOT EXISTS \(qualified(distributedName(of: table)))\(onCluster)\n"
      + "AS \(qualified(table.name))\nENGINE = Distributed(\(place), rand())"
  }

  /// Statements that create everything that does not exist yet, in order.
  public var statements: [String] {
    var statements: [String] = []
    if options.database != "default" {
      statements.append("CREATE DATABASE IF NOT EXISTS \(SQLText.identifier(options.database))\(onCluster)")
    }
    statements.append(create(flows))
    for rollup in rollups { statements += [create(table(of: rollup)), createView(of: rollup)] }
    if !options.cluster.isEmpty { statements += tables.map(createDistributed) }
    return statements
  }

  /// The same as one text, for `clickhouse-client`.
  public var text: String { statements.map { "\($0);\n" }.joined(separator: "\n") }
}
