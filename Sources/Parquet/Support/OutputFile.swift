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
    try Self.write(bytes, to: descriptor, path: path)
  }

  /// The descriptor, which stays the file's.
  var borrowed: Int32 { descriptor }

  static func write(_ bytes: Span<UInt8>, to descriptor: Int32, path: String) throws(ParquetError) {
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

  /// Puts a durable copy in the file's place: after a sync that failed the system has forgotten which pages it could not
  /// write, and another sync of the same file would succeed.
  ///
  /// - Parameters:
  ///   - size: octets that the file must have, and `checksum` their CRC-32: the copy is of these, or there is none.
  mutating func replaceByCopy(size: Int64, checksum: UInt32) throws(ParquetError) {
    // Sound, here and below: the strings are lent, zero-terminated, for the calls.
    let temporary = "\(path).copy"
    _ = unsafe unlink(temporary)
    let copy = try OutputFile(creating: temporary, mode: 0o640)
    do throws(ParquetError) {
      try FileContent(path).copy(to: copy, size: size, checksum: checksum)
      guard fchmod(copy.descriptor, Self.mode(of: descriptor)) == 0 else {
        throw .system(.write, errno: errno, path: temporary)
      }
      try copy.sync()
      guard unsafe rename(temporary, path) == 0 else { throw .system(.rename, errno: errno, path: path) }
    } catch {
      _ = unsafe unlink(temporary)
      throw error
    }
    _ = Glibc.close(descriptor)
    descriptor = copy.release()
  }

  private static func mode(of descriptor: Int32) -> mode_t {
    var status = stat()
    // Sound: the call fills this frame's own.
    return unsafe fstat(descriptor, &status) == 0 ? status.st_mode & 0o777 : 0o640
  }

  private consuming func release() -> Int32 {
    let released = descriptor
    descriptor = -1
    return released
  }

  /// Closes the file and says so if the system reports a late write error.
  consuming func close() throws(ParquetError) {
    let closing = descriptor
    descriptor = -1
    // After EINTR Linux has closed the descriptor all the same: calling again could close another file.
    if Glibc.close(closing) != 0 && errno != EINTR { throw .system(.close, errno: errno, path: path) }
  }
}
