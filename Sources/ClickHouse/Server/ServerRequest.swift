/// A request: URL parameters and the type of its body.
package struct ServerRequest: Sendable {
  package var parameters: [(name: String, value: String)]
  package var contentType: String

  package init(parameters: [(name: String, value: String)], contentType: String) {
    (self.parameters, self.contentType) = (parameters, contentType)
  }

  /// Inserts a file's rows into a table.
  ///
  /// The columns are listed, because the server would otherwise silently ignore those that the table lacks. A column
  /// missing from an older file gets the table's default.
  ///
  /// - Parameter token: identifies the insert for deduplication.
  package static func insert(into table: String, columns: [String], token: String) -> ServerRequest {
    var request = insert(into: table, columns: columns, format: "Parquet")
    request.parameters.append(("insert_deduplication_token", token))
    request.contentType = "application/vnd.apache.parquet"
    return request
  }

  /// An insert without rows, to test whether the server would accept one.
  package static func emptyInsert(into table: String, columns: [String]) -> ServerRequest {
    insert(into: table, columns: columns, format: "JSONEachRow")
  }

  private static func insert(into table: String, columns: [String], format: String) -> ServerRequest {
    ServerRequest(
      parameters: [("query", "INSERT INTO \(table) (\(columns.joined(separator: ", "))) FORMAT \(format)")] + settings,
      contentType: "text/plain")
  }

  /// The server splits a file into blocks and deduplicates each by the token and the block's number. Blocks must
  /// therefore be the same whenever the file is sent, on any replica, whatever the user's profile is.
  private static let settings: [(name: String, value: String)] = [
    // Otherwise servers from 26 on merge small inserts, and blocks would contain rows of others.
    ("async_insert", "0"),
    // Responds when everything is written, so that the status is final.
    ("wait_end_of_query", "1"),
    ("insert_deduplicate", "1"),
    // Rollups deduplicate, too, so that an interrupted insert is completed on the next attempt.
    ("deduplicate_blocks_in_dependent_materialized_views", "1"),
    // Blocks in file order, by one thread, of the default size.
    ("input_format_parquet_preserve_order", "1"),
    ("max_insert_threads", "1"),
    ("min_insert_block_size_rows", "1048576"),
    ("min_insert_block_size_bytes", "268435456"),
    // Columns missing from files of earlier versions.
    ("input_format_parquet_allow_missing_columns", "1"),
    ("input_format_defaults_for_omitted_fields", "1"),
    // Missing values in a non-nullable column of a custom table.
    ("input_format_null_as_default", "1"),
    // An exporter with a wrong clock may send flows of any date: more than 100 partitions would be refused forever.
    ("max_partitions_per_insert_block", "0"),
  ]

  /// Settings that not all supported versions have; an unknown setting makes the server refuse the request.
  private static let optionalSettings: [(name: String, value: String)] = [
    // Overrides insert_deduplicate.
    ("deduplicate_insert", "enable"),
    // Blocks of the Parquet reader, from which inserted blocks are formed, of the default size.
    ("input_format_parquet_max_block_size", "65409"),
    ("input_format_parquet_prefer_block_bytes", "16744704"),
    ("use_strict_insert_block_limits", "0"),
    // Blocks of rollups equal those of the table.
    ("min_insert_block_size_rows_for_materialized_views", "0"),
    ("min_insert_block_size_bytes_for_materialized_views", "0"),
  ]

  /// Queries which of these a server supports.
  package static let optionalSettingsQuestion =
    "SELECT name FROM system.settings WHERE name IN ("
    + optionalSettings.map { SQLText.literal($0.name) }.joined(separator: ", ") + ")"

  /// Returns the request with the optional settings that a server supports.
  package func adding(_ names: Set<String>) -> ServerRequest {
    var request = self
    request.parameters += Self.optionalSettings.filter { names.contains($0.name) }
    return request
  }

  /// A query; the SQL is the body, and the response a `ServerTable`.
  package static let query = ServerRequest(
    parameters: [("default_format", "JSONCompact"), ("wait_end_of_query", "1")], contentType: "text/plain")

  /// - Parameter base: the server's base URL, possibly with a path or parameters.
  package func url(at base: String) -> String {
    let query = parameters.map { "\($0.name)=\(Self.encoded($0.value))" }.joined(separator: "&")
    if base.contains("?") { return "\(base)&\(query)" }
    return base + (base.hasSuffix("/") ? "?" : "/?") + query
  }

  /// Percent-encodes all but unreserved characters (RFC 3986 §2.1).
  package static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.append(octet)
      default: result += [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
