extension ClickHouseSchema {
  /// What a server has not as it should, in the order in which it is mended; empty: all is right.
  ///
  /// - Parameter url: one of the servers; they are compared one by one.
  /// - Throws: `CancellationError`, else `ShippingFailure`.
  public func differences(at url: String, environment: [String: String]) async throws -> [SchemaDifference] {
    var options = options
    options.urls = [url]
    let servers = ClickHouseServers(options, environment: environment)
    let found = try await ServerSchema(of: self, on: servers, place: ClickHouseServers.place(url))
    return SchemaCheck(self).differences(from: found)
  }
}
