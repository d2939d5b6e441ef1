// Files: system calls on files and directories, and the system's texts for errno values. All manual calls of this
// package are here. Knows nothing of file contents.
//
//     FileError.swift        operation, path, reason and remedy
//     OpenFile.swift         an open file: opening, closing, locking
//     OpenFile+Calls.swift   reading and writing
//     Directory.swift        operations by path
//     FileStatus.swift       status of a path or an open file
//     FileSystem.swift       the file system of a file
//     SharedFile.swift       an open file with several owners
//     WholeFile.swift        a file read as a consistent whole
//     Local                  local processes: messages with open files, files in memory

import Glibc
import SystemPackage

/// A failed system call on a file or directory.
public struct FileError: Error, Equatable, Sendable {
  /// The operation, as it reads after "cannot".
  public enum Operation: String, Sendable {
    case open, create, read, write, sync, close, lock, duplicate, rename, remove, link
    case listen = "listen at"
    case connect = "connect to"
    case renameTo = "rename to"
    case createDirectory = "create directory"
    case openDirectory = "open directory"
    case readDirectory = "read directory"
    case syncDirectory = "sync directory"
    case writeInto = "write into"
    case lookAt = "look at"
    case lookFor = "look for"
  }

  public var operation: Operation
  public var path: String
  /// The errno value.
  public var code: Int32

  public init(_ operation: Operation, path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// - Parameter error: of swift-system, whose calls throw only `Errno`.
  init(_ operation: Operation, path: String, _ error: any Error) {
    self.init(operation, path: path, code: (error as? Errno)?.rawValue ?? EIO)
  }

  /// The file, or a directory of its path, does not exist.
  package var isMissing: Bool { code == ENOENT }
  /// The new name would be on another file system.
  package var isOnOther: Bool { code == EXDEV }
  /// A file with this name exists.
  package var isExisting: Bool { code == EEXIST }
  /// The other end of a pipe is closed.
  package var isUnread: Bool { code == Self.unread }
  package static let unread = EPIPE
  /// This user lacks permission.
  package var isForbidden: Bool { code == EACCES || code == EPERM || code == EROFS }
}

extension FileError: CustomStringConvertible {
  /// One line: what, where, why, what to do.
  public var description: String {
    "cannot \(operation.rawValue) \(path): \(errorText(code)) (errno \(code))\(Self.advice(code))"
  }

  /// Returns what to do about an errno value, to append to its text; empty if there is no advice.
  ///
  /// - Parameter isService: whether a service manager started this process, and may hide directories from it.
  package static func advice(_ code: Int32, isService: Bool = LocalDatagram.hasServiceManager) -> String {
    let binding = isService ? ", and is in BindPaths= of the service's unit (systemctl edit sagflow)" : ""
    return switch code {
    case ENOSPC, EDQUOT: "; free space on its file system"
    case EFBIG: "; raise the file size limit or rotate files sooner"
    case EROFS where isService: "; check that the directory is writable\(binding)"
    case EACCES, EPERM, EROFS: "; check the directory's owner and mount options"
    case ENOENT, ENOTDIR: "; check that the directory is there\(binding)"
    case EEXIST: "; choose another name or remove the file"
    default: ""
    }
  }
}

/// Returns the system's text for an errno value: "No space left on device". Also used for sockets.
package func errorText(_ code: Int32) -> String { Errno(rawValue: code).description }
