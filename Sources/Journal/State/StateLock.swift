import Files
import Glibc

/// Why a collector cannot resume from earlier state.
public enum StateError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Another process uses the directory.
  case inUse(String)
  /// Several collectors have left state in this directory, none of them under this host's name.
  case ambiguous(String)
  case system(String, path: String, errno: Int32)

  public var description: String {
    switch self {
    case .inUse(let path):
      "\(path) belongs to a collector that is running; stop it, or give this one another store.path or journal.path"
    case .ambiguous(let path):
      "\(path): several collectors with other host names left state there; write all of it with `sagflow drain --all`"
    case .system(let what, let path, let code):
      "cannot \(what) \(path): \(errorText(code))"
        + (code == EACCES || code == EPERM ? "; run as the user that ran the collector, or change the owner" : "")
    }
  }
}

/// Holds an exclusive lock on a directory for its lifetime.
final class StateLock: Sendable {
  private let file: OpenFile

  /// - Parameters:
  ///   - path: the lock file, created if necessary.
  ///   - directory: the directory that it protects.
  init(_ path: String, of directory: String) throws(StateError) {
    do throws(FileError) {
      if let file = try Self.locked(path) {
        self.file = file
        return
      }
    } catch {
      throw .system(error.operation.rawValue, path: path, errno: error.code)
    }
    throw .inUse(directory)
  }

  /// - Returns: nil if another process holds the lock.
  private static func locked(_ path: String) throws(FileError) -> OpenFile? {
    let file = try OpenFile(path, .updating(0o640))
    if try file.lock() { return file }
    return nil
  }
}
