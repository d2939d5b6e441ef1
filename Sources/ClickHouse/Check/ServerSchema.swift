import Shipping

/// What a server has of the tables and views.
struct ServerSchema: Sendable {
  struct Column: Hashable, Sendable {
    var name: String
    var type: String
    /// `DEFAULT`, `ALIAS`, `MATERIALIZED`, `EPHEMERAL` or empty.
    var kind: String
  }

  struct Table: Hashable, Sendable {
    var engine: String
    /// With its clauses and settings.
    var engineFull: String
    /// Of a view.
    var select: String
    var columns: [Column] = []
  }

  var version = ""
  var user = ""
  var hasDatabase = true
  var tables: [String: Table] = [:]
  /// The questions of views as the server writes them, by the names of the views; empty: it cannot say.
  var selects: [String: String] = [:]

  init() {}

  /// Asks for it.
  ///
  /// - Parameter place: which servers, for messages.
  /// - Throws: `CancellationError`, else `ShippingFailure`; also where the server is too old.
  init(of schema: ClickHouseSchema, on servers: ClickHouseServers, place: String) async throws {
    let database = SQLText.literal(schema.options.database)
    // Alone: what else is asked, old servers do not have.
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

  /// The views' questions, written by the server; servers before 23.10 cannot, and then columns alone are compared.
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
  /// Of all tables and views.
  var allNames: [String] {
    let tables = tables
    return tables.map(\.name) + rollups.map(viewName) + (options.cluster.isEmpty ? [] : tables.map(distributedName))
  }
}
