import Foundation
import Shipping
import TestSupport
import Testing

import ClickHouse

@Suite(
  "Files in the engine of ClickHouse: there, once, and rollups exact", .tags(.engine, .network, .slow), .unlessFast,
  .enabled(if: enginesPython != nil, "make test-engines runs these"))
struct EngineTests {
  /// Tables that keep the flows of old captures.
  private static func schema(_ server: EngineServer, _ change: (inout ClickHouseSchema) -> Void = { _ in })
    -> ClickHouseSchema
  {
    var schema = ClickHouseSchema(server.options)
    (schema.days, schema.rollupDays) = (0, 0)
    change(&schema)
    return schema
  }

  private static func expect(
    _ server: EngineServer, _ schema: ClickHouseSchema, _ expected: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let found = try await server.sums(schema)
    #expect(found == Array(repeating: expected, count: schema.tables.count), sourceLocation: sourceLocation)
  }

  /// - Returns: the failures before the file was accepted.
  private static func ship(
    _ file: CommittedFile, to destination: ClickHouseDestination, _ again: () async throws -> Void = {}
  ) async throws -> [ShippingFailure] {
    var failures: [ShippingFailure] = []
    while true {
      do {
        try await destination.ship(file)
        return failures
      } catch let failure as ShippingFailure {
        failures.append(failure)
        guard failure.remedy == .retry, failures.count < 20 else { throw failure }
        try await again()
      }
    }
  }

  @Test("the SQL is taken, and then nothing differs", arguments: ["default", "net`flow \\ \"x\""], [false, true])
  func accepted(database: String, hasDistinct: Bool) async throws {
    let server = try await EngineServer()
    let schema = Self.schema(server) {
      ($0.options.database, $0.options.table, $0.hasDistinct) = (database, "fl`ows'", hasDistinct)
      if hasDistinct { ($0.days, $0.rollupDays) = (30, 365) }
    }
    let url = server.options.urls[0]
    #expect(try await schema.differences(at: url, environment: [:]).count >= 9)
    try await server.run(schema.statements)
    #expect(try await schema.differences(at: url, environment: [:]) == [])
    let lines = try await ClickHouseDestination(schema.options, environment: [:]).test()
    #expect(lines.count == 1, "\(lines)")
  }

  @Test("each question of Grafana's dashboard is taken")
  func dashboard() async throws {
    let server = try await EngineServer()
    try await server.run(Self.schema(server).statements)
    try await server.run(FlowsDashboardTests.questions().map(FlowsDashboardTests.expanded))
  }

  @Test("the SQL for a cluster, which needs more than one server, is at least SQL")
  func cluster() async throws {
    let server = try await EngineServer()
    let schema = Self.schema(server) {
      ($0.options.cluster, $0.hasDistinct, $0.days) = ("c1", true, 30)
    }
    for statement in schema.statements {
      let text = try await server.run("SELECT formatQuerySingleLine(\(SQLText.literal(statement)))")
      #expect(text.contains("ON CLUSTER c1"))
    }
  }

  @Test("files of a store are there once, whatever becomes of requests", arguments: [false, true])
  func faults(hasDistinct: Bool) async throws {
    let store = try await ReplayedStore()
    let server = try await EngineServer()
    let schema = Self.schema(server) { $0.hasDistinct = hasDistinct }
    try await server.run(schema.statements)
    var options = schema.options
    options.timeout = 60
    let destination = ClickHouseDestination(options, environment: [:])
    for (index, fault) in ["before", "after", "500"].enumerated() {
      try await server.fault(fault)
      let failures = try await Self.ship(store.files[index % store.files.count], to: destination)
      #expect(failures.map(\.remedy) == [.retry], "\(fault)")
    }
    options.timeout = 2
    try await server.fault("slow")
    #expect(try await Self.ship(store.files[0], to: ClickHouseDestination(options, environment: [:])).count > 0)
    // All files, twice.
    for file in store.files + store.files {
      #expect(try await Self.ship(file, to: destination) == [])
    }
    let expected = try await server.sums(files: store.pattern)
    try await Self.expect(server, schema, expected)
    let rows = try await server.run("SELECT count() FROM \(schema.qualified("flows"))")
    #expect(rows == (try await server.run("SELECT count() FROM file(\(SQLText.literal(store.pattern)), Parquet)")))
    if hasDistinct {
      let hosts = try await server.run(
        "SELECT uniqCombined64Merge(14)(src_hosts) FROM \(schema.qualified("flows_5m_as"))")
      #expect(hosts == (try await server.run("SELECT uniqCombined64(14)(src_addr) FROM \(schema.qualified("flows"))")))
    }
  }

  /// Returns a file of several blocks: each row of the store a thousand times.
  private static func largeFile(of store: ReplayedStore, _ server: EngineServer) async throws -> CommittedFile {
    let path = store.folder.file("large.parquet")
    try await server.run(
      "INSERT INTO FUNCTION file(\(SQLText.literal(path)), Parquet) SELECT * "
        + "FROM file(\(SQLText.literal(store.pattern)), Parquet) AS s CROSS JOIN numbers(1000) AS n")
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    return CommittedFile(name: "large", path: path, octets: UInt64(size ?? 0))
  }

  @Test("a file of several blocks is there once, whatever the user's profile says about blocks and tokens")
  func profiles() async throws {
    let store = try await ReplayedStore()
    let server = try await EngineServer()
    let schema = Self.schema(server)
    try await server.run(schema.statements)
    let file = try await Self.largeFile(of: store, server)
    let destination = ClickHouseDestination(schema.options, environment: [:])
    try await destination.ship(file)
    let expected = try await server.sums(files: file.path)
    for setting in [
      "deduplicate_insert = 'disable'", "insert_deduplicate = 0", "input_format_parquet_max_block_size = 300000",
      "input_format_parquet_prefer_block_bytes = 1000000", "min_insert_block_size_rows = 1000",
      "min_insert_block_size_rows_for_materialized_views = 1000", "use_strict_insert_block_limits = 1",
      "deduplicate_blocks_in_dependent_materialized_views = 0",
    ] {
      try await server.run("SET \(setting)")
      try await destination.ship(file)
      let found = try await server.sums(schema)
      #expect(found == Array(repeating: expected, count: schema.tables.count), "\(setting)")
    }
  }

  @Test("a server that is killed within a file of several blocks has each of them once in the end")
  func killed() async throws {
    let store = try await ReplayedStore()
    let server = try await EngineServer()
    let schema = Self.schema(server)
    try await server.run(schema.statements)
    let file = try await Self.largeFile(of: store, server)
    let destination = ClickHouseDestination(schema.options, environment: [:])
    // The duration without a fault.
    let clock = ContinuousClock()
    let start = clock.now
    try await destination.ship(file)
    let time = (clock.now - start) / .seconds(1)
    let expected = try await server.sums(files: file.path)
    try await Self.expect(server, schema, expected)
    let seed = UInt64.random(in: 0 ... .max)
    print("ClickHouse kill seed: \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<4 {
      for table in schema.tables { try await server.run("TRUNCATE TABLE \(schema.qualified(table.name))") }
      server.environment["CH_KILL_AFTER"] = String(Double.random(in: 0.2...1, using: &random) * time)
      try await server.restart()
      try await server.fault("kill")
      _ = try await Self.ship(file, to: destination) {
        try await server.restart()
        print("rows after the kill:", try await server.run("SELECT count() FROM \(schema.qualified("flows"))"))
      }
      try await Self.expect(server, schema, expected)
    }
  }

  @Test("a column that is dropped makes files wait, and what `check` prints mends table, rollup and view")
  func mended() async throws {
    let store = try await ReplayedStore()
    let server = try await EngineServer()
    let schema = Self.schema(server)
    let destination = ClickHouseDestination(schema.options, environment: [:])
    await #expect {
      try await destination.ship(store.files[0])
    } throws: { error in
      let failure = error as? ShippingFailure
      return failure?.remedy == .wait && failure?.reason.contains("output clickhouse schema") == true
    }
    try await server.run(schema.statements)
    try await server.run([
      "ALTER TABLE flows DROP COLUMN vrf_name", "ALTER TABLE flows DROP COLUMN src_net",
      "ALTER TABLE flows_5m_as DROP COLUMN packets", "DROP TABLE flows_1h_src_mv",
      "ALTER TABLE flows MODIFY COLUMN in_if UInt16", "ALTER TABLE flows MODIFY COLUMN sampling_rate REMOVE DEFAULT",
      "ALTER TABLE flows RESET SETTING non_replicated_deduplication_window",
      "ALTER TABLE flows_1m_if_mv MODIFY QUERY SELECT toStartOfMinute(f.time_end) AS time, f.exporter_addr AS "
        + "exporter_addr, sum(f.bytes) AS bytes FROM flows AS f GROUP BY ALL",
    ])
    await #expect {
      try await destination.ship(store.files[0])
    } throws: { error in
      let failure = error as? ShippingFailure
      return failure?.remedy == .wait && failure?.reason.contains("output clickhouse check") == true
    }
    let url = server.options.urls[0]
    let differences = try await schema.differences(at: url, environment: [:])
    #expect(differences.count == 8, "\(differences.map(\.what))")
    try await server.run(differences.compactMap(\.statement))
    #expect(try await schema.differences(at: url, environment: [:]) == [])
    for file in store.files + store.files { try await destination.ship(file) }
    try await Self.expect(server, schema, try await server.sums(files: store.pattern))
  }

  @Test("a wrong password waits, and the right one is taken from the file as soon as it is there")
  func password() async throws {
    let store = try await ReplayedStore()
    let server = try await EngineServer(environment: ["CH_PASSWORD": "right"])
    var options = server.options
    options.passwordFile = try store.folder.write("wrong\n", as: "password")
    let destination = ClickHouseDestination(options, environment: [:])
    await #expect {
      try await destination.ship(store.files[0])
    } throws: {
      ($0 as? ShippingFailure)?.remedy == .wait
    }
    _ = try store.folder.write("right\n", as: "password")
    // After a refusal the server closes connections without a response.
    await #expect {
      _ = try await Self.ship(store.files[0], to: destination)
    } throws: {
      ($0 as? ShippingFailure)?.reason.contains("UNKNOWN_TABLE") == true
    }
  }
}
