// Files: the one home of the system calls on files and directories that this package makes by hand, and of the system's texts for
// errno values. Knows nothing of what is in the files.
//
//     FileError.swift        what failed, on which path, why, what to do
//     OpenFile.swift         an open file: how it is opened, closed, locked
//     OpenFile+Calls.swift   its octets
//     Directory.swift        what is done by path
//     FileStatus.swift       what a path or an open file is
//     FileSystem.swift       what a file is on
//     SharedFile.swift       an open file with several owners
//     WholeFile.swift        a file that is read as it is at one moment
//     Local                  other processes of this host: messages with open files, files in memory

import Glibc
import SystemPackage

/// A system call on a file or directory that failed.
public struct FileError: Error, Equatable, Sendable {
  /// What was tried, as it is read behind "cannot".
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

  /// - Parameter error: of swift-system, whose calls throw `Errno` alone.
  init(_ operation: Operation, path: String, _ error: any Error) {
    self.init(operation, path: path, code: (error as? Errno)?.rawValue ?? EIO)
  }

  /// A file, or a directory on the way to it, is not there.
  package var isMissing: Bool { code == ENOENT }
  /// The other name would be on another file system.
  package var isOnOther: Bool { code == EXDEV }
  /// There is a file of the name.
  package var isExisting: Bool { code == EEXIST }
  /// Nobody reads the other end of a pipe.
  package var isUnread: Bool { code == Self.unread }
  package static let unread = EPIPE
  /// This user may not do it.
  package var isForbidden: Bool { code == EACCES || code == EPERM || code == EROFS }
}

extension FileError: CustomStringConvertible {
  /// One line: what, where, why, what to do.
  public var description: String {
    "cannot \(operation.rawValue) \(path): \(errorText(code)) (errno \(code))\(Self.advice(code))"
  }

  /// What to do about an errno value, to be put behind its text; empty if there is nothing to say.
  package static func advice(_ code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT: "; free space on its file system"
    case EFBIG: "; raise the file size limit or rotate files sooner"
    case EACCES, EPERM, EROFS: "; check the directory's owner and mount options"
    case ENOENT, ENOTDIR: "; check that the directory is there"
    case EEXIST: "; choose another name or remove the file"
    default: ""
    }
  }
}

/// The system's text for an errno value: "No space left on device". Sockets have it from here, too.
package func errorText(_ code: Int32) -> String { Errno(rawValue: code).description }
