import Files
import Glibc

/// Why a file could not be read. Nothing that was decoded before is wrong.
public struct ParquetReadError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Reason: Error, Equatable, Sendable {
    /// A system call failed.
    case system(errno: Int32)
    /// It is a link, and what it leads to is not there.
    case danglingLink
    /// It does not begin and end as a Parquet file does: another kind of file, or one that was not written to its end.
    case notParquet
    /// What it says of itself cannot be.
    case damaged(String)
    /// Parquet, with something in it that this reader does not know.
    case unsupported(String)
  }

  public let path: String
  public let reason: Reason

  package init(_ path: String, _ reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// Whether it is there, and this user may not read it.
  public var isForbidden: Bool { reason == .system(errno: EACCES) || reason == .system(errno: EPERM) }

  /// Whether there is no such file, as when retention has removed it.
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
