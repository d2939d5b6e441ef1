import Files
import Glibc

/// Error of reading a file. Values decoded before it are correct.
public struct ParquetReadError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Reason: Error, Equatable, Sendable {
    /// A system call failed.
    case system(errno: Int32)
    /// The file is a symbolic link whose target does not exist.
    case danglingLink
    /// The file does not begin and end like a Parquet file: it is of another kind or incomplete.
    case notParquet
    /// The content is inconsistent.
    case damaged(String)
    /// The file uses a Parquet feature that this reader does not support.
    case unsupported(String)
  }

  public let path: String
  public let reason: Reason

  package init(_ path: String, _ reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// Whether the file exists but may not be read by this user.
  public var isForbidden: Bool { reason == .system(errno: EACCES) || reason == .system(errno: EPERM) }

  /// Whether the file does not exist, for instance because retention removed it.
  public var isMissing: Bool { reason == .system(errno: ENOENT) }

  public var description: String {
    switch reason {
    case .system(let code):
      return "\(path): cannot be read: \(errorText(code))\(isForbidden ? "" : FileError.advice(code))"
    case .danglingLink: return "\(path): dangling symbolic link"
    case .notParquet: return "\(path): not a Parquet file, or truncated"
    case .damaged(let what): return "\(path): is damaged: \(what)"
    case .unsupported(let what): return "\(path): has \(what), which is not supported"
    }
  }
}
