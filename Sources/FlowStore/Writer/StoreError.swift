import Glibc
import Parquet

/// Why something could not be written to the store.
public enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A system call failed: what was tried, on which path, and why.
  case system(String, path: String, errno: Int32)
  case parquet(ParquetError)

  public var description: String {
    switch self {
    case .system(let what, let path, let code): "cannot \(what) \(path): \(Directory.text(of: code))"
    case .parquet(let error): error.description
    }
  }
}
