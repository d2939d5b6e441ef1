import Glibc

/// A file being written from its beginning to its end, and the module's home of system calls. Closes itself.
struct OutputFile: ~Copyable, Sendable {
  /// -1 once closed.
  private var descriptor: Int32
  /// For messages.
  let path: String

  /// Creates the file; one that is there already is left alone.
  ///
  /// - Throws: `ParquetError.system` (`create`), with EEXIST if there is a file of that name.
  init(creating path: String, mode: UInt32) throws(ParquetError) {
    var result: Int32
    repeat {
      // Sound: the string is lent, zero-terminated, for the call.
      result = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode))
    } while result < 0 && errno == EINTR
    if result < 0 { throw .system(.create, errno: errno, path: path) }
    descriptor = result
    self.path = path
  }

  /// Takes over an open descriptor that stands at its file's beginning.
  init(owning descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
  }

  /// Writes all of `bytes`, however many calls that takes.
  func write(_ bytes: Span<UInt8>) throws(ParquetError) {
    var position = 0
    while position < bytes.count {
      let rest = bytes.extracting(position...)
      let written = unsafe rest.withUnsafeBytes { source in
        // Sound: the kernel reads `count` bytes of memory that is borrowed for the call.
        unsafe Glibc.write(descriptor, source.baseAddress, source.count)
      }
      if written < 0 {
        if errno == EINTR { continue }
        throw .system(.write, errno: errno, path: path)
      }
      // A regular file never takes zero bytes of a non-empty request without an error; do not spin if one does.
      if written == 0 { throw .system(.write, errno: EIO, path: path) }
      position &+= written
    }
  }

  /// Cuts the file to `size` octets and goes on writing there.
  func truncate(to size: Int64) throws(ParquetError) {
    if ftruncate(descriptor, off_t(size)) != 0 || lseek(descriptor, off_t(size), SEEK_SET) < 0 {
      throw .system(.write, errno: errno, path: path)
    }
  }

  /// Returns when what was written, and the file's length, would survive a loss of power.
  func sync() throws(ParquetError) {
    while fsync(descriptor) != 0 {
      if errno != EINTR { throw .system(.sync, errno: errno, path: path) }
    }
  }

  /// Closes the file and says so if the system reports a late write error.
  consuming func close() throws(ParquetError) {
    let closing = descriptor
    descriptor = -1
    // After EINTR Linux has closed the descriptor all the same: calling again could close another file.
    if Glibc.close(closing) != 0 && errno != EINTR { throw .system(.close, errno: errno, path: path) }
  }
}
