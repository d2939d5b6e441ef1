/// What is asked of a server: parameters of the address, and what the body is.
package struct ServerRequest: Sendable {
  package var parameters: [(name: String, value: String)]
  package var contentType: String

  package init(parameters: [(name: String, value: String)], contentType: String) {
    (self.parameters, self.contentType) = (parameters, contentType)
  }

  /// A file's rows into a table.
  ///
  /// The columns are listed: the server would otherwise ignore, without a word, those of a file that the table lacks. A column that an older
  /// file lacks gets the table's default.
  ///
  /// - Parameter token: what the server remembers of the insert, to take it once only.
  package static func insert(into table: String, columns: [String], token: String) -> ServerRequest {
    var request = insert(into: table, columns: columns, format: "Parquet")
    request.parameters.append(("insert_deduplication_token", token))
    request.contentType = "application/vnd.apache.parquet"
    return request
  }

  /// The same without a row: whether the server would take one.
  package static func emptyInsert(into table: String, columns: [String]) -> ServerRequest {
    insert(into: table, columns: columns, format: "JSONEachRow")
  }

  private static func insert(into table: String, columns: [String], format: String) -> ServerRequest {
    ServerRequest(
      parameters: [("query", "INSERT INTO \(table) (\(columns.joined(separator: ", "))) FORMAT \(format)")] + settings,
      contentType: "text/plain")
  }

  /// The server cuts a file into blocks, and remembers each by the token and the block's number. Blocks must therefore be the same whenever the
  /// file comes, on whichever replica, whatever the user's profile says.
  private static let settings: [(name: String, value: String)] = [
    // Servers from 26 on collect small inserts otherwise: others' rows would be in one block with ours.
    ("async_insert", "0"),
    // The answer comes when all is written, so its status is that of the whole.
    ("wait_end_of_query", "1"),
    ("insert_deduplicate", "1"),
    // Rollups remember the blocks, too; what a cut left undone in them is done the next time.
    ("deduplicate_blocks_in_dependent_materialized_views", "1"),
    // Blocks in the order of the file, by one thread, of the server's usual size.
    ("input_format_parquet_preserve_order", "1"),
    ("max_insert_threads", "1"),
    ("min_insert_block_size_rows", "1048576"),
    ("min_insert_block_size_bytes", "268435456"),
    // Columns that are not in files of earlier versions.
    ("input_format_parquet_allow_missing_columns", "1"),
    ("input_format_defaults_for_omitted_fields", "1"),
    // No value in a column of somebody's own table that is not nullable.
    ("input_format_null_as_default", "1"),
    // An exporter whose clock is wrong has flows of any day: more than 100 partitions would be refused for ever.
    ("max_partitions_per_insert_block", "0"),
  ]

  /// The same of settings that not all supported versions have: one that a server does not know would have it refuse the request.
  private static let optionalSettings: [(name: String, value: String)] = [
    // Overrides insert_deduplicate.
    ("deduplicate_insert", "enable"),
    // What the reader of Parquet cuts, and blocks are put together from, is of the server's usual size.
    ("input_format_parquet_max_block_size", "65409"),
    ("input_format_parquet_prefer_block_bytes", "16744704"),
    ("use_strict_insert_block_limits", "0"),
    // Blocks of rollups are those of the table.
    ("min_insert_block_size_rows_for_materialized_views", "0"),
    ("min_insert_block_size_bytes_for_materialized_views", "0"),
  ]

  /// The question which of these a server has.
  package static let optionalSettingsQuestion =
    "SELECT name FROM system.settings WHERE name IN ("
    + optionalSettings.map { SQLText.literal($0.name) }.joined(separator: ", ") + ")"

  /// The request for a server that has settings of these names.
  package func adding(_ names: Set<String>) -> ServerRequest {
    var request = self
    request.parameters += Self.optionalSettings.filter { names.contains($0.name) }
    return request
  }

  /// A question; the SQL is the body, and the answer a `ServerTable`.
  package static let query = ServerRequest(
    parameters: [("default_format", "JSONCompact"), ("wait_end_of_query", "1")], contentType: "text/plain")

  /// - Parameter base: the server's base address, perhaps with a path or parameters of its own.
  package func url(at base: String) -> String {
    let query = parameters.map { "\($0.name)=\(Self.encoded($0.value))" }.joined(separator: "&")
    if base.contains("?") { return "\(base)&\(query)" }
    return base + (base.hasSuffix("/") ? "?" : "/?") + query
  }

  /// RFC 3986 §2.1: all but unreserved characters.
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
