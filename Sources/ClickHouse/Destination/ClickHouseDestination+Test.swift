extension ClickHouseDestination {
  public func test() async throws -> [String] {
    let schema = ClickHouseSchema(options)
    let found = try await ServerSchema(of: schema, on: servers, place: place)
    try await servers.tryInsert(emptyInsert)
    let differences = SchemaCheck(schema).differences(from: found)
    let stored = found.tables[options.table]?.columns.count ?? 0
    return ["\(place): ClickHouse \(found.version), user \(found.user), table with \(stored) columns; it accepts files"]
      + differences.map { "differs: \($0.what)" }
      + (differences.isEmpty ? [] : ["`sagflow output clickhouse check` prints the SQL to fix it"])
  }
}
