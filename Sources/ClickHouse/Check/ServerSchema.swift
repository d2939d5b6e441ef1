import Shipping

/// The tables and views found on a server.
package struct ServerSchema: Sendable {
  package struct Column: Hashable, Sendable {
    package var name: String
    package var type: String
    /// `DEFAULT`, `ALIAS`, `MATERIALIZED`, `EPHEMERAL` or empty.
    package var kind: String

    package init(name: String, type: String, kind: String) { (self.name, self.type, self.kind) = (name, type, kind) }
  }

  package struct Table: Hashable, Sendable {
    package var engine: String
    /// Including clauses and settings.
    package var engineFull: String
    /// Of a view.
    package var select: String
    package var columns: [Column]

    package init(engine: String, engineFull: String, select: String, columns: [Column] = []) {
      (self.engine, self.engineFull, self.select, self.columns) = (engine, engineFull, select, columns)
    }
  }

  package var version = ""
  package var user = ""
  package var hasDatabase = true
  package var tables: [String: Table] = [:]
  /// The queries of views as the server formats them, by view name; empty if it cannot.
  package var selects: [String: String] = [:]

  package init() {}

  /// Reads the schema from a server.
  ///
  /// - Parameter place: the servers, for messages.
  /// - Throws: `CancellationError` or `ShippingFailure`, also if the server is too old.
  package init(of schema: ClickHouseSchema, on servers: ClickHouseServers, place: String) async throws {
    let database = SQLText.literal(schema.options.database)
    // Queried separately, because older servers do not support the rest.
    version = try await servers.ask("SELECT version()").rows.first?.first ?? ""
    guard let number = ServerVersion(version), number >= .oldest else {
      throw ShippingFailure(
        .wait, "\(place): ClickHouse \(version) is too old: \(ServerVersion.oldest) or later is needed")
    }
    user = try await servers.ask("SELECT currentUser()").rows.first?.first ?? ""
    hasDatabase = try await !servers.ask("SELECT name FROM system.databases WHERE name = \(database)").rows.isEmpty
    let names = schema.allNames.map(SQLText.literal).joined(separator: ", ")
    let tables = try await servers.ask(
      "SELECT name, engine, engine_full, as_select FROM system.tables "
        + "WHERE database = \(database) AND name IN (\(names))")
    for row in tables.rows where row.count == 4 {
      self.tables[row[0]] = Table(engine: row[1], engineFull: row[2], select: row[3])
    }
    let columns = try await servers.ask(
      "SELECT table, name, type, default_kind FROM system.columns "
        + "WHERE database = \(database) AND table IN (\(names)) ORDER BY table, position")
    for row in columns.rows where row.count == 4 {
      self.tables[row[0]]?.columns.append(Column(name: row[1], type: row[2], kind: row[3]))
    }
    selects = try await Self.selects(of: SchemaCheck(schema).schema(for: self), on: servers)
  }

  /// Has the server format the queries of the views. Servers before 23.10 cannot; then only columns are compared.
  private static func selects(
    of schema: ClickHouseSchema, on servers: ClickHouseServers
  ) async throws -> [String: String] {
    guard !schema.rollups.isEmpty else { return [:] }
    let texts = schema.rollups.map { "formatQuerySingleLine(\(SQLText.literal(schema.select(of: $0))))" }
    do {
      let row = try await servers.ask("SELECT \(texts.joined(separator: ", "))").rows.first ?? []
      return Dictionary(uniqueKeysWithValues: zip(schema.rollups.map(schema.viewName), row))
    } catch let failure as ShippingFailure where failure.remedy == .wait {
      return [:]
    }
  }
}

extension ClickHouseSchema {
  /// Names of all tables and views.
  package var allNames: [String] {
    let tables = tables
    return tables.map(\.name) + rollups.map(viewName) + (options.cluster.isEmpty ? [] : tables.map(distributedName))
  }
}
