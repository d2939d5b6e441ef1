extension ClickHouseSchema {
  /// Returns the differences between a server and the schema, in the order in which to fix them; empty if there are
  /// none.
  ///
  /// - Parameter url: one of the servers; they are compared one by one.
  /// - Throws: `CancellationError` or `ShippingFailure`.
  public func differences(at url: String, environment: [String: String]) async throws -> [SchemaDifference] {
    var options = options
    options.urls = [url]
    let servers = ClickHouseServers(options, environment: environment)
    let found = try await ServerSchema(of: self, on: servers, place: ClickHouseServers.place(url))
    return SchemaCheck(self).differences(from: found)
  }
}
