public import Files
public import Parquet

/// Why something could not be written to the store.
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

  /// The system call that failed; nil for a mistake in the program or a value that the format cannot have.
  package var fileError: FileError? {
    switch self {
    case .system(let error), .parquet(.system(let error)): error
    case .parquet: nil
    }
  }

  /// Makes errors of system calls the store's.
  package static func wrapping<Value: ~Copyable>(
    _ body: () throws(FileError) -> Value
  ) throws(StoreError) -> Value {
    do throws(FileError) { return try body() } catch { throw .system(error) }
  }
}
