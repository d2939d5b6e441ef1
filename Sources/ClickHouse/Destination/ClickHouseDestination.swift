// ClickHouse: inserts committed files into tables, which are derived from the column table.
//
//     Destination  ships files: one file, one request
//     Server       a request, its response, and the meaning of errors
//     Schema       tables and views as SQL
//     Check        comparison with a server's tables

import FlowModel
public import Shipping

/// Inserts each file into a table with one request, whose deduplication token is the file's name: a file sent again is
/// inserted once.
public struct ClickHouseDestination: FileDestination {
  public let options: ClickHouseOptions
  let servers: ClickHouseServers
  private let columns: [FlowColumn]

  /// - Parameter environment: the process's environment, which may contain the password.
  public init(_ options: ClickHouseOptions, environment: [String: String]) {
    self.init(options, environment: environment, columns: FlowColumn.allCases)
  }

  init(_ options: ClickHouseOptions, environment: [String: String], columns: [FlowColumn]) {
    self.options = options
    self.columns = columns
    servers = ClickHouseServers(options, environment: environment)
  }

  private var table: String { "\(SQLText.identifier(options.database)).\(SQLText.identifier(options.table))" }

  public var place: String {
    let more = options.urls.count > 1 ? " (or \(options.urls.count - 1) more)" : ""
    return "\(options.urls.first.map(ClickHouseServers.place) ?? "no URL")\(more), \(options.database).\(options.table)"
  }

  /// Returns a server's scheme, host and port, without anything secret.
  public static func place(_ url: String) -> String { ClickHouseServers.place(url) }

  var emptyInsert: ServerRequest { .emptyInsert(into: table, columns: columns.map(\.name)) }

  public func ship(_ file: CommittedFile) async throws {
    try await servers.send(file, .insert(into: table, columns: columns.map(\.name), token: file.name))
  }
}
