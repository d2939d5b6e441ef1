import Glibc
import SystemPackage

/// An open file or directory. Closes itself.
package struct OpenFile: ~Copyable, Sendable {
  /// Negative once it is closed or handed over.
  private(set) var descriptor: FileDescriptor
  /// For messages.
  package let path: String

  /// How a file is opened. No child process inherits any.
  package struct Mode: Sendable {
    let access: FileDescriptor.AccessMode
    let options: FileDescriptor.OpenOptions
    let permissions: FilePermissions?

    private init(
      _ access: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions, permissions: UInt32? = nil
    ) {
      self.access = access
      self.options = options.union(.closeOnExec)
      self.permissions = permissions.map { FilePermissions(rawValue: mode_t($0)) }
    }

    package static let reading = Mode(.readOnly, [])
    /// To read from, without waiting for whoever writes into a pipe.
    package static let readingAtOnce = Mode(.readOnly, .nonBlocking)
    /// To read from, and no link.
    package static let readingNoLink = Mode(.readOnly, [.noFollow, .nonBlocking])
    package static let directory = Mode(.readOnly, .directory)

    /// A new file; one that is there already is left alone.
    package static func creating(_ permissions: UInt32) -> Mode {
      Mode(.writeOnly, [.create, .exclusiveCreate], permissions: permissions)
    }

    /// The file of a path that a user has named, emptied, or a new one.
    package static func emptying(_ permissions: UInt32) -> Mode {
      Mode(.writeOnly, [.create, .truncate], permissions: permissions)
    }

    /// A file that is there or is made; whatever is written goes to its end.
    package static func appending(_ permissions: UInt32) -> Mode {
      Mode(.readWrite, [.create, .append], permissions: permissions)
    }

    /// A file that is there or is made, and no link: whoever may write into its directory cannot have another file changed.
    package static func updating(_ permissions: UInt32) -> Mode {
      Mode(.readWrite, [.create, .noFollow], permissions: permissions)
    }
  }

  /// - Parameter operation: what it is opened for, as an error has it.
  package init(_ path: String, _ mode: Mode, for operation: FileError.Operation = .open) throws(FileError) {
    descriptor = try Self.open(path, mode, operation)
    self.path = path
  }

  /// Makes a new file in place of what is there. A link is removed and not followed: whoever may write into the directory cannot
  /// have another file emptied.
  package static func replacing(_ path: String, _ permissions: UInt32) throws(FileError) -> OpenFile {
    try Directory.remove(path)
    return try OpenFile(path, .creating(permissions), for: .create)
  }

  /// The process's standard input, under a descriptor of its own.
  package static func standardInput() throws(FileError) -> OpenFile {
    let copy = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
    if copy < 0 { throw FileError(.open, path: "-", code: errno) }
    return OpenFile(owning: copy, path: "-")
  }

  /// The process's standard output, under a descriptor of its own.
  package static func standardOutput() throws(FileError) -> OpenFile {
    let copy = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
    if copy < 0 { throw FileError(.open, path: "-", code: errno) }
    return OpenFile(owning: copy, path: "-")
  }

  /// Takes over an open descriptor.
  package init(owning descriptor: Int32, path: String) {
    self.descriptor = FileDescriptor(rawValue: descriptor)
    self.path = path
  }

  deinit {
    if descriptor.rawValue >= 0 { try? descriptor.close() }
  }

  /// The descriptor, which stays the file's.
  package var borrowed: Int32 { descriptor.rawValue }

  /// Hands the descriptor over to the caller, who closes it.
  package consuming func release() -> Int32 {
    let released = descriptor.rawValue
    descriptor = FileDescriptor(rawValue: -1)
    return released
  }

  /// Closes the file, and throws what the system reports of a late error.
  package consuming func close() throws(FileError) {
    let path = path
    let closing = FileDescriptor(rawValue: release())
    do {
      try closing.close()
    } catch {
      // After EINTR Linux has closed the descriptor all the same: calling again could close another file.
      if error as? Errno != .interrupted { throw FileError(.close, path: path, error) }
    }
  }

  /// The same open file under a descriptor of its own.
  package func duplicate() throws(FileError) -> OpenFile {
    let copy = fcntl(descriptor.rawValue, F_DUPFD_CLOEXEC, 0)
    if copy < 0 { throw FileError(.duplicate, path: path, code: errno) }
    return OpenFile(owning: copy, path: path)
  }

  /// Keeps others who lock the file away from it, until it is closed.
  ///
  /// - Returns: false if another has it.
  package func lock() throws(FileError) -> Bool {
    while flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
      if errno == EWOULDBLOCK { return false }
      if errno != EINTR { throw FileError(.lock, path: path, code: errno) }
    }
    return true
  }

  package func status() throws(FileError) -> FileStatus {
    do throws(Errno) {
      return FileStatus(try Stat(descriptor))
    } catch {
      throw FileError(.lookAt, path: path, code: error.rawValue)
    }
  }

  package func setPermissions(_ permissions: UInt32) throws(FileError) {
    if fchmod(descriptor.rawValue, mode_t(permissions)) != 0 { throw FileError(.write, path: path, code: errno) }
  }

  /// Gives the file to the owner and the group of a directory, if the process is root's: what root makes for a service that runs as another
  /// user, the service must be able to open.
  package func giveToOwner(of directory: String) {
    guard geteuid() == 0, let status = try? Directory.status(directory) else { return }
    // Where that cannot be done, as on some network file systems, the owner does not matter either.
    _ = fchown(descriptor.rawValue, status.user, status.group)
  }
}
