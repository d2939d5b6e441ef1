import Glibc
import SystemPackage

/// An open file or directory, closed when it goes out of scope.
package struct OpenFile: ~Copyable, Sendable {
  /// Negative once closed or released.
  private(set) var descriptor: FileDescriptor
  /// For messages.
  package let path: String

  /// How a file is opened. Child processes never inherit it.
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
    /// For reading, without waiting for the writer of a pipe.
    package static let readingAtOnce = Mode(.readOnly, .nonBlocking)
    /// For reading; fails for a symbolic link.
    package static let readingNoLink = Mode(.readOnly, [.noFollow, .nonBlocking])
    package static let directory = Mode(.readOnly, .directory)

    /// A new file; fails if one exists.
    package static func creating(_ permissions: UInt32) -> Mode {
      Mode(.writeOnly, [.create, .exclusiveCreate], permissions: permissions)
    }

    /// A file named by a user, truncated or created.
    package static func emptying(_ permissions: UInt32) -> Mode {
      Mode(.writeOnly, [.create, .truncate], permissions: permissions)
    }

    /// Created if it does not exist; writes go to its end.
    package static func appending(_ permissions: UInt32) -> Mode {
      Mode(.readWrite, [.create, .append], permissions: permissions)
    }

    /// Created if it does not exist; fails for a symbolic link, so that nobody with write access to the directory can
    /// redirect the writes.
    package static func updating(_ permissions: UInt32) -> Mode {
      Mode(.readWrite, [.create, .noFollow], permissions: permissions)
    }
  }

  /// - Parameter operation: the purpose named in an error.
  package init(_ path: String, _ mode: Mode, for operation: FileError.Operation = .open) throws(FileError) {
    descriptor = try Self.open(path, mode, operation)
    self.path = path
  }

  /// Creates a file in place of any existing one. A symbolic link is removed, not followed, so that nobody with write
  /// access to the directory can have another file truncated.
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

  /// Takes ownership of an open descriptor.
  package init(owning descriptor: Int32, path: String) {
    self.descriptor = FileDescriptor(rawValue: descriptor)
    self.path = path
  }

  deinit {
    if descriptor.rawValue >= 0 { try? descriptor.close() }
  }

  /// The descriptor, still owned by the file.
  package var borrowed: Int32 { descriptor.rawValue }

  /// Passes ownership of the descriptor to the caller.
  package consuming func release() -> Int32 {
    let released = descriptor.rawValue
    descriptor = FileDescriptor(rawValue: -1)
    return released
  }

  /// Closes the file and throws late errors.
  package consuming func close() throws(FileError) {
    let path = path
    let closing = FileDescriptor(rawValue: release())
    do {
      try closing.close()
    } catch {
      // After EINTR, Linux has closed the descriptor anyway; retrying could close another file.
      if error as? Errno != .interrupted { throw FileError(.close, path: path, error) }
    }
  }

  /// Returns the same open file under another descriptor.
  package func duplicate() throws(FileError) -> OpenFile {
    let copy = fcntl(descriptor.rawValue, F_DUPFD_CLOEXEC, 0)
    if copy < 0 { throw FileError(.duplicate, path: path, code: errno) }
    return OpenFile(owning: copy, path: path)
  }

  /// Acquires an exclusive advisory lock on the file until it is closed.
  ///
  /// - Returns: false if another process holds the lock.
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

  /// If the process is root, gives the file to the owner and group of a directory, so that a service that runs as
  /// another user can open it.
  package func giveToOwner(of directory: String) {
    guard geteuid() == 0, let status = try? Directory.status(directory) else { return }
    // Where this fails, as on some network file systems, ownership does not matter either.
    _ = fchown(descriptor.rawValue, status.user, status.group)
  }
}
