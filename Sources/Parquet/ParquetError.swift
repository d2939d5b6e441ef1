public import Files

/// Reasons why a Parquet file could not be written.
///
/// After any of them, a writer refuses further work until `ParquetWriter.discardRowGroup` has reverted the work in
/// progress.
public enum ParquetError: Error, Equatable, Sendable {
  /// A system call failed.
  case system(FileError)
  /// The content read back from the system differs from what was written.
  case changed(path: String)
  /// zstd failed; `code` is a `ZSTD_ErrorCode`.
  case compression(code: Int)
  /// The caller violated the rules of the writer.
  case misuse(ParquetMisuse)
  /// A page or dictionary of the column exceeds the format's limit of 2 GiB.
  case pageTooLarge(column: String)
}

/// Violations of the rules of `ParquetSchema` and `ParquetWriter`. Each is a programming error.
public enum ParquetMisuse: Error, Equatable, Sendable {
  /// The schema has no columns.
  case noColumns
  /// Two columns have this name.
  case duplicateColumn(String)
  /// DELTA_BINARY_PACKED is supported for 64-bit integers only.
  case encoding(column: String)
  /// The schema does not have this sorting column.
  case sortingColumn(Int)
  /// A column was written, or a row group ended, outside a row group.
  case noRowGroup
  /// A row group was begun, or the file finished, inside a row group.
  case rowGroupOpen
  /// The row group ended before this column was written.
  case missingColumn(String)
  /// The row group got more columns than the schema has.
  case tooManyColumns
  /// The values do not have the type of the column.
  case type(column: String)
  /// The number of values differs from the number of rows in the row group.
  case count(column: String, expected: Int, actual: Int)
  /// A value is out of range for the logical type of the column, or an index is outside the dictionary.
  case value(column: String)
  /// A required column got a null.
  case null(column: String)
  /// The file is finished, or an error was thrown before.
  case finished
}

extension ParquetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let error):
      return error.description
    case .changed(let path):
      return "\(path): the disk does not return what was written; check the system log"
    case .compression(let code):
      return
        "zstd cannot compress a page: \(ZstdCompressor.name(ofError: code)); check the level and free memory"
    case .misuse(let misuse):
      return "Parquet writer used wrongly: \(misuse)"
    case .pageTooLarge(let column):
      return "column \(column): a page would pass 2 GiB; write fewer rows a page or shorter values"
    }
  }
}
