// ClickHouse: takes committed files into tables. What the tables are follows from the table of columns.
//
//     Destination  files on their way: one file, one request
//     Server       a request, its answer, and what an error means
//     Schema       tables and views as SQL
//     Check        what of them a server has

import FlowModel
public import Shipping

/// Puts files into a table, each by one request whose token is the file's name: one that is sent again is in the table once.
public struct ClickHouseDestination: FileDestination {
  public let options: ClickHouseOptions
  let servers: ClickHouseServers
  private let columns: [FlowColumn]

  /// - Parameter environment: the process's, which may have the password.
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

  /// A server's scheme, host and port, without what may be secret.
  public static func place(_ url: String) -> String { ClickHouseServers.place(url) }

  var emptyInsert: ServerRequest { .emptyInsert(into: table, columns: columns.map(\.name)) }

  public func ship(_ file: CommittedFile) async throws {
    try await servers.send(file, .insert(into: table, columns: columns.map(\.name), token: file.name))
  }
}
