public import Files

/// Why a Parquet file could not be written.
///
/// After any of these a writer refuses further work until `ParquetWriter.discardRowGroup` has taken back what was begun.
public enum ParquetError: Error, Equatable, Sendable {
  /// A system call failed.
  case system(FileError)
  /// What the system gives back is not what was written.
  case changed(path: String)
  /// zstd refused; `code` is a `ZSTD_ErrorCode`.
  case compression(code: Int)
  /// The caller broke the writer's rules.
  case misuse(ParquetMisuse)
  /// A page or a dictionary of the column passes the format's 2 GiB.
  case pageTooLarge(column: String)
}

/// How a caller can break the rules of `ParquetSchema` and `ParquetWriter`. Each is a mistake in a program.
public enum ParquetMisuse: Error, Equatable, Sendable {
  /// A schema needs at least one column.
  case noColumns
  /// Two columns have this name.
  case duplicateColumn(String)
  /// DELTA_BINARY_PACKED is for 64-bit integers only here.
  case encoding(column: String)
  /// A sorting column that the schema does not have.
  case sortingColumn(Int)
  /// A column was written, or a row group ended, outside a row group.
  case noRowGroup
  /// A row group was begun, or the file finished, inside a row group.
  case rowGroupOpen
  /// A row group ended before this column was written.
  case missingColumn(String)
  /// A row group got more columns than the schema has.
  case tooManyColumns
  /// Values of another type than the column's.
  case type(column: String)
  /// A column with another number of values than the row group has rows.
  case count(column: String, expected: Int, actual: Int)
  /// A value that the column's logical type cannot hold, or an index outside the dictionary.
  case value(column: String)
  /// A null in a column that is not optional.
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
