/// Compares a server's schema with the expected one.
package struct SchemaCheck: Sendable {
  package let wanted: ClickHouseSchema

  package init(_ schema: ClickHouseSchema) { wanted = schema }

  /// Returns the schema adapted to the server's choice whether rollups count distinct addresses.
  package func schema(for found: ServerSchema) -> ClickHouseSchema {
    var schema = wanted
    let hasStates = schema.rollups.contains { rollup in
      let names = Set(rollup.states.map(\.column.name))
      return found.tables[schema.table(of: rollup).name]?.columns.contains { names.contains($0.name) } ?? false
    }
    schema.hasDistinct = schema.hasDistinct || hasStates
    return schema
  }

  /// Returns the differences, in the order in which to fix them.
  package func differences(from found: ServerSchema) -> [SchemaDifference] {
    let schema = schema(for: found)
    var result: [SchemaDifference] = []
    if !found.hasDatabase, let statement = schema.statements.first(where: { $0.hasPrefix("CREATE DATABASE") }) {
      result.append(SchemaDifference("no database \(schema.options.database)", statement))
    }
    for table in schema.tables { result += differences(table, schema, found) }
    for rollup in schema.rollups { result += differences(rollup, schema, found) }
    if !schema.options.cluster.isEmpty {
      for table in schema.tables { result += distributed(table, schema, found) }
    }
    return result
  }

  // MARK: Tables

  private func differences(
    _ table: SchemaTable, _ schema: ClickHouseSchema, _ found: ServerSchema
  ) -> [SchemaDifference] {
    guard let other = found.tables[table.name] else {
      return [SchemaDifference("no table \(table.name)", schema.create(table))]
    }
    let comparison = TableComparison(table, name: schema.qualified(table.name), onCluster: schema.onCluster)
    return comparison.engine(other, isReplicated: !schema.options.cluster.isEmpty)
      + comparison.columns(other.columns) + comparison.memory(other)
  }

  private func distributed(
    _ table: SchemaTable, _ schema: ClickHouseSchema, _ found: ServerSchema
  ) -> [SchemaDifference] {
    let name = schema.distributedName(of: table)
    guard let other = found.tables[name] else {
      return [SchemaDifference("no table \(name)", schema.createDistributed(of: table))]
    }
    // It has no key of its own.
    var copy = table
    (copy.name, copy.key) = (name, [])
    return TableComparison(copy, name: schema.qualified(name), onCluster: schema.onCluster).columns(other.columns)
  }

  // MARK: Views

  private func differences(
    _ rollup: Rollup, _ schema: ClickHouseSchema, _ found: ServerSchema
  ) -> [SchemaDifference] {
    let name = schema.viewName(of: rollup)
    guard let view = found.tables[name] else {
      return [SchemaDifference("no view \(name)", schema.createView(of: rollup))]
    }
    let isSame: Bool
    if let select = found.selects[name] {
      isSame = view.select == select
    } else {
      isSame = view.columns.map(\.name) == schema.table(of: rollup).columns.map(\.name)
    }
    if isSame { return [] }
    return [
      SchemaDifference(
        "the view \(name) has another query",
        "ALTER TABLE \(schema.qualified(name))\(schema.onCluster) MODIFY QUERY\n\(schema.select(of: rollup))")
    ]
  }
}

/// A difference between a server and the schema.
public struct SchemaDifference: Hashable, Sendable {
  /// Description, one line.
  public var what: String
  /// The statement that fixes it; nil if the table must be recreated.
  public var statement: String?

  package init(_ what: String, _ statement: String?) {
    self.what = what
    self.statement = statement
  }
}
