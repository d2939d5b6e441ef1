import FlowModel
import Testing

import ClickHouse

@Suite("What of the tables a server has otherwise")
struct SchemaCheckTests {
  private static var schema: ClickHouseSchema { ClickHouseSchema(ClickHouseOptions()) }

  /// A server with a correct schema.
  private static func server(_ schema: ClickHouseSchema = schema) -> ServerSchema {
    var server = ServerSchema()
    let kind = schema.options.cluster.isEmpty ? "" : "Replicated"
    func columns(_ table: SchemaTable) -> [ServerSchema.Column] {
      table.columns.map { column in
        let kind =
          switch column.expression {
          case .defaultValue: "DEFAULT"
          case .alias: "ALIAS"
          case nil: ""
          }
        return ServerSchema.Column(name: column.name, type: column.type, kind: kind)
      }
    }
    for table in schema.tables {
      let engine = kind + table.family
      let settings = SchemaTable.memory(isReplicated: !kind.isEmpty).map { "\($0.name) = \($0.value)" }
      server.tables[table.name] = ServerSchema.Table(
        engine: engine,
        engineFull: "\(engine) ORDER BY x SETTINGS index_granularity = 8192, \(settings.joined(separator: ", "))",
        select: "", columns: columns(table))
      if !kind.isEmpty {
        server.tables[schema.distributedName(of: table)] = ServerSchema.Table(
          engine: "Distributed", engineFull: "", select: "", columns: columns(table))
      }
    }
    for rollup in schema.rollups {
      let name = schema.viewName(of: rollup)
      server.tables[name] = ServerSchema.Table(engine: "MaterializedView", engineFull: "", select: "SELECT \(name)")
      server.selects[name] = "SELECT \(name)"
    }
    return server
  }

  private static func differences(
    _ schema: ClickHouseSchema = schema, _ change: (inout ServerSchema) -> Void
  ) -> [SchemaDifference] {
    var server = server(schema)
    change(&server)
    return SchemaCheck(schema).differences(from: server)
  }

  private static var cluster: ClickHouseSchema {
    var schema = schema
    schema.options.cluster = "c1"
    return schema
  }

  @Test("nothing differs where all is there")
  func same() {
    #expect(Self.differences { _ in } == [])
    #expect(Self.differences(Self.cluster) { _ in } == [])
  }

  @Test("what is not there is made, first what others need")
  func nothing() {
    let found = Self.differences { $0 = ServerSchema() }
    #expect(found.first == SchemaDifference("no table flows", Self.schema.create(Self.schema.flows)))
    #expect(Set(found.compactMap(\.statement)) == Set(Self.schema.statements))
    let cluster = Self.differences(Self.cluster) { $0 = ServerSchema() }
    #expect(Set(cluster.compactMap(\.statement)) == Set(Self.cluster.statements))
    var named = Self.schema
    named.options.database = "net"
    let database = Self.differences(named) {
      $0 = ServerSchema()
      $0.hasDatabase = false
    }
    #expect(database.first?.statement == "CREATE DATABASE IF NOT EXISTS `net`")
  }

  @Test("a column that is lacking is added at its place, everywhere on a cluster", arguments: FlowColumn.allCases)
  func lacking(column: FlowColumn) throws {
    let found = Self.differences { $0.tables["flows"]?.columns.removeAll { $0.name == column.name } }
    let difference = try #require(found.first)
    #expect(found.count == 1)
    #expect(difference.what == "flows: no column \(column.name)")
    let statement = try #require(difference.statement)
    #expect(statement.hasPrefix("ALTER TABLE `default`.`flows` ADD COLUMN IF NOT EXISTS \(column.name) "))
    #expect(statement.contains(column.number == 0 ? " FIRST" : " AFTER \(FlowColumn.allCases[column.number - 1].name)"))
    let cluster = Self.differences(Self.cluster) {
      $0.tables["flows_all"]?.columns.removeAll { $0.name == column.name }
    }
    #expect(
      cluster.first?.statement?.hasPrefix("ALTER TABLE `default`.`flows_all` ON CLUSTER `c1` ADD COLUMN ") == true)
  }

  @Test("a type that differs is changed, but not in the key; spaces and dictionaries do not matter")
  func types() {
    func change(_ name: String, _ type: String) -> [SchemaDifference] {
      Self.differences { $0.change(name) { $0.type = type } }
    }
    #expect(
      change("in_if", "UInt16") == [
        SchemaDifference(
          "flows: in_if is UInt16, expected UInt32",
          "ALTER TABLE `default`.`flows` MODIFY COLUMN in_if UInt32 CODEC(ZSTD(1))")
      ])
    #expect(change("src_addr", "IPv4").map(\.statement) == [nil])
    #expect(change("time_end", "DateTime").map(\.statement) == [nil])
    #expect(change("time_start", "DateTime64(3,'UTC')") == [])
    #expect(change("flow_type", "String") == [])
    #expect(change("src_mac", "Nullable(String)") == [])
    #expect(change("next_hop", "IPv6").count == 1)
  }

  @Test("a column that takes no values, and one without its default, are mended")
  func kinds() {
    func change(_ name: String, _ kind: String) -> [String?] {
      Self.differences { $0.change(name) { $0.kind = kind } }
        .map(\.statement)
    }
    #expect(
      change("extra", "MATERIALIZED") == ["ALTER TABLE `default`.`flows` MODIFY COLUMN extra REMOVE MATERIALIZED"])
    #expect(
      change("flows", "") == ["ALTER TABLE `default`.`flows` MODIFY COLUMN flows UInt32 DEFAULT 1 CODEC(ZSTD(1))"])
    #expect(change("extra", "DEFAULT") == [])
  }

  @Test("a table that forgets its inserts, or is of an engine that merges rows, differs")
  func engines() {
    func change(_ schema: ClickHouseSchema, _ engine: String, _ full: String) -> [SchemaDifference] {
      Self.differences(schema) {
        $0.tables["flows"]?.engine = engine
        $0.tables["flows"]?.engineFull = full
      }
    }
    let forgetful = change(Self.schema, "MergeTree", "MergeTree ORDER BY x SETTINGS index_granularity = 8192")
    #expect(
      forgetful.map(\.statement) == [
        "ALTER TABLE `default`.`flows` MODIFY SETTING non_replicated_deduplication_window = 10000"
      ])
    #expect(change(Self.schema, "MergeTree", "MergeTree SETTINGS non_replicated_deduplication_window = 100") == [])
    #expect(change(Self.schema, "MergeTree", "MergeTree SETTINGS non_replicated_deduplication_window = 0").count == 1)
    #expect(change(Self.schema, "SharedMergeTree", "SharedMergeTree ORDER BY x") == [])
    let replicated = change(Self.cluster, "ReplicatedMergeTree", "ReplicatedMergeTree('/p', 'r') ORDER BY x")
    #expect(
      replicated.map(\.statement) == [
        "ALTER TABLE `default`.`flows` ON CLUSTER `c1` MODIFY SETTING replicated_deduplication_window = 10000, "
          + "replicated_deduplication_window_seconds = 604800"
      ])
    let merging = change(
      Self.schema, "ReplacingMergeTree", "ReplacingMergeTree SETTINGS non_replicated_deduplication_window = 1")
    #expect(merging.map(\.statement) == [nil])
    #expect(change(Self.schema, "Distributed", "Distributed('c', 'd', 't')").map(\.statement) == [nil])
    let single = change(Self.cluster, "MergeTree", "MergeTree SETTINGS non_replicated_deduplication_window = 1")
    #expect(single.map(\.statement) == [nil])
  }

  @Test("a view that asks another question is given the right one, after the columns that it needs")
  func views() {
    let found = Self.differences { server in
      server.tables["flows_1m_if"]?.columns.removeAll { $0.name == "packets" }
      server.tables["flows_1m_if_mv"]?.select = "SELECT old"
    }
    #expect(found.map(\.what) == ["flows_1m_if: no column packets", "the view flows_1m_if_mv has another query"])
    #expect(
      found.last?.statement == "ALTER TABLE `default`.`flows_1m_if_mv` MODIFY QUERY\n"
        + Self.schema.select(of: Rollup.all[0]))
  }

  @Test("a key of a rollup that is lacking becomes part of its order")
  func key() {
    let found = Self.differences { $0.tables["flows_1m_if"]?.columns.removeAll { $0.name == "out_if" } }
    #expect(
      found.first?.statement?.hasSuffix(
        " AFTER in_if, MODIFY ORDER BY (time, exporter_addr, in_if, out_if, proto, direction, sampling_rate)") == true)
  }

  @Test("where a server cannot write questions, the columns of its views are compared")
  func oldServer() {
    func columns(_ server: inout ServerSchema) {
      server.selects = [:]
      for rollup in Rollup.all {
        server.tables[Self.schema.viewName(of: rollup)]?.columns = Self.schema.table(of: rollup).columns.map {
          ServerSchema.Column(name: $0.name, type: $0.type, kind: "")
        }
      }
    }
    #expect(Self.differences { columns(&$0) } == [])
    let found = Self.differences {
      columns(&$0)
      $0.tables["flows_5m_as_mv"]?.columns.removeLast()
    }
    #expect(found.map(\.what) == ["the view flows_5m_as_mv has another query"])
  }

  @Test("states of different hosts are the server's own choice; columns that were added are nobody's concern")
  func choices() {
    var schema = Self.schema
    schema.hasDistinct = true
    var server = Self.server(schema)
    #expect(SchemaCheck(Self.schema).differences(from: server) == [])
    #expect(!SchemaCheck(schema).differences(from: Self.server()).isEmpty)
    server.tables["flows"]?.columns.append(ServerSchema.Column(name: "site", type: "String", kind: "DEFAULT"))
    #expect(SchemaCheck(Self.schema).differences(from: server) == [])
    server.tables["flows_5m_as"]?.columns.removeAll { $0.name == "dst_hosts" }
    #expect(SchemaCheck(Self.schema).differences(from: server).map(\.what) == ["flows_5m_as: no column dst_hosts"])
  }

  @Test("settings are read out of the engine as the server writes it")
  func settings() {
    let engine = "MergeTree ORDER BY a SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000"
    #expect(TableComparison.setting("non_replicated_deduplication_window", in: engine) == 10_000)
    #expect(TableComparison.setting("ttl_only_drop_parts", in: engine) == 1)
    #expect(TableComparison.setting("deduplication_window", in: engine) == nil)
    #expect(TableComparison.setting("x", in: "MergeTree ORDER BY x") == nil)
  }
}

extension ServerSchema {
  /// Changes a column of the flow table.
  fileprivate mutating func change(_ name: String, _ change: (inout Column) -> Void) {
    guard var table = tables["flows"], let index = table.columns.firstIndex(where: { $0.name == name }) else { return }
    change(&table.columns[index])
    tables["flows"] = table
  }
}
