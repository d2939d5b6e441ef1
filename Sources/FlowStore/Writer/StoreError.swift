import Glibc
import Parquet

/// Why something could not be written to the store.
public enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A system call failed: what was tried, on which path, and why.
  case system(String, path: String, errno: Int32)
  case parquet(ParquetError)

  public var description: String {
    switch self {
    case .system(let what, let path, let code):
      "cannot \(what) \(path): \(Directory.text(of: code)) (errno \(code))\(ParquetError.advice(code))"
    case .parquet(let error): error.description
    }
  }

  /// What the system said; nil for a mistake in the program or a value that the format cannot have.
  package var code: Int32? {
    switch self {
    case .system(_, _, let code), .parquet(.system(_, let code, _)): code
    case .parquet: nil
    }
  }

  var isOfSystem: Bool { code != nil }
  /// A file or a folder on the way to it is not there.
  var isMissing: Bool { code == ENOENT }
  /// There is a file of the name.
  var isExisting: Bool { code == EEXIST }
}
