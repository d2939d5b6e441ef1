public import Files
public import Parquet

/// Why writing to the store failed.
public enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A system call failed.
  case system(FileError)
  case parquet(ParquetError)

  public var description: String {
    switch self {
    case .system(let error): error.description
    case .parquet(let error): error.description
    }
  }

  /// The failed system call; nil for a programming error or a value that the format cannot represent.
  package var fileError: FileError? {
    switch self {
    case .system(let error), .parquet(.system(let error)): error
    case .parquet: nil
    }
  }

  /// Converts errors of system calls.
  package static func wrapping<Value: ~Copyable>(
    _ body: () throws(FileError) -> Value
  ) throws(StoreError) -> Value {
    do throws(FileError) { return try body() } catch { throw .system(error) }
  }
}
