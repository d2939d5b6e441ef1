import Glibc

/// What tells one file from all others on this host, whatever paths lead to it.
public struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let number: UInt64
}

/// A file to read from at any place. It stays readable when its name is removed. Closes itself.
struct InputFile: ~Copyable, Sendable {
  private let descriptor: Int32
  /// Octets.
  let size: Int
  let identity: FileIdentity

  init(_ path: String) throws(ParquetReadError.Reason) {
    var result: Int32
    repeat {
      // Sound: the string is lent, zero-terminated, for the call. A pipe is not waited for.
      result = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    } while result < 0 && errno == EINTR
    if result < 0 { throw .system(errno: errno) }
    var status = stat()
    // Sound: the call fills this frame's own.
    guard unsafe fstat(result, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      let code = status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL
      close(result)
      throw .system(errno: code)
    }
    descriptor = result
    size = Int(status.st_size)
    identity = FileIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }

  deinit { close(descriptor) }

  /// Fills the beginning of `bytes`, which grows if need be, with the octets of `range` and `slack` zeros behind them.
  func read(
    _ range: Range<Int>, slack: Int = 0, into bytes: inout [UInt8]
  ) throws(ParquetReadError.Reason) {
    guard range.lowerBound >= 0, range.upperBound <= size else { throw .damaged("it ends before what it tells of") }
    let count = range.count + slack
    if bytes.count < count { bytes.append(contentsOf: repeatElement(0, count: count - bytes.count)) }
    for index in range.count..<count { bytes[index] = 0 }
    var position = 0
    while position < range.count {
      let descriptor = descriptor
      let got = unsafe bytes.withUnsafeMutableBytes { target in
        // Sound: the kernel writes no more than what is left of the array from there on.
        unsafe pread(
          descriptor, target.baseAddress?.advanced(by: position), range.count - position,
          off_t(range.lowerBound + position))
      }
      if got < 0 && errno == EINTR { continue }
      if got < 0 { throw .system(errno: errno) }
      if got == 0 { throw .damaged("it ends before what it tells of") }
      position += got
    }
  }
}
