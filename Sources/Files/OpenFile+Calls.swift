import Glibc
import SystemPackage

// What is done with a file's octets, and the call that opens it. Calls that a signal has interrupted are made again; one that
// takes or gives fewer octets than it was asked for is followed by another.
//
// Sound: strings are lent, zero-terminated, for the call; memory that the kernel reads or fills is borrowed for the call, and
// its length is that of the span.
extension OpenFile {
  static func open(
    _ path: String, _ mode: Mode, _ operation: FileError.Operation
  ) throws(FileError) -> FileDescriptor {
    do {
      // Not as a FilePath, which drops a slash at the end and with it the question whether it is a directory.
      return try unsafe FileDescriptor.open(
        path, mode.access, options: mode.options, permissions: mode.permissions)
    } catch {
      throw FileError(operation, path: path, error)
    }
  }

  /// Reads on from where the file stands until `octets` is full or the file ends.
  ///
  /// - Throws: what the octets behind those in `octets` failed with.
  package func read(into octets: inout OutputSpan<UInt8>) throws(FileError) {
    while octets.freeCapacity > 0 {
      var count = 0
      do {
        try unsafe octets.withUnsafeMutableBufferPointer { buffer, initialized in
          let all = UnsafeMutableRawBufferPointer(buffer)
          let free = unsafe UnsafeMutableRawBufferPointer(rebasing: all[initialized...])
          count = try unsafe descriptor.read(into: free)
          initialized += count
        }
      } catch {
        throw FileError(.read, path: path, error)
      }
      if count == 0 { return }
    }
  }

  /// Fills `octets` with those of the file from `offset` on.
  ///
  /// - Returns: how many there were: fewer than `octets` has room for only where the file ends.
  package func read(at offset: Int64, into octets: inout MutableSpan<UInt8>) throws(FileError) -> Int {
    let size = octets.count
    var position = 0
    while position < size {
      let count: Int
      do {
        count = try unsafe octets.withUnsafeMutableBytes { buffer in
          let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[position...])
          return try unsafe descriptor.read(fromAbsoluteOffset: offset + Int64(position), into: rest)
        }
      } catch {
        throw FileError(.read, path: path, error)
      }
      if count == 0 { break }
      position += count
    }
    return position
  }

  /// Writes all of `octets` where the file stands.
  package func write(_ octets: Span<UInt8>) throws(FileError) {
    var written = 0
    try write(octets, &written)
  }

  /// Writes all of `octets` where the file stands.
  ///
  /// - Parameter written: grows by the octets that were written, those before a failure as well.
  package func write(_ octets: Span<UInt8>, _ written: inout Int) throws(FileError) {
    var position = 0
    while position < octets.count {
      let count: Int
      do {
        count = try unsafe octets.extracting(position...).withUnsafeBytes { try unsafe descriptor.write($0) }
      } catch {
        throw FileError(.write, path: path, error)
      }
      position += try progress(count)
      written += count
    }
  }

  /// Writes all of `octets` at `offset`.
  ///
  /// - Parameter written: grows by the octets that were written, those before a failure as well.
  package func write(_ octets: RawSpan, at offset: Int64, _ written: inout Int) throws(FileError) {
    var position = 0
    while position < octets.byteCount {
      let count: Int
      do {
        count = try unsafe octets.extracting(position...).withUnsafeBytes {
          try unsafe descriptor.write(toAbsoluteOffset: offset + Int64(position), $0)
        }
      } catch {
        throw FileError(.write, path: path, error)
      }
      position += try progress(count)
      written += count
    }
  }

  /// A regular file never takes zero octets of a non-empty request without an error; one that does must not be asked forever.
  private func progress(_ count: Int) throws(FileError) -> Int {
    if count == 0 { throw FileError(.write, path: path, code: EIO) }
    return count
  }

  /// Cuts the file to `size` octets and goes on writing there.
  package func truncate(to size: Int64) throws(FileError) {
    do {
      try descriptor.resize(to: size)
      try descriptor.seek(offset: size, from: .start)
    } catch {
      throw FileError(.write, path: path, error)
    }
  }

  /// Returns when what was written, and the file's length, would survive a loss of power.
  package func sync() throws(FileError) {
    while fsync(descriptor.rawValue) != 0 {
      if errno != EINTR { throw FileError(.sync, path: path, code: errno) }
    }
  }

  /// The same, but for what is not needed to read the file's octets, such as its times.
  package func syncContent() throws(FileError) {
    while fdatasync(descriptor.rawValue) != 0 {
      if errno != EINTR { throw FileError(.sync, path: path, code: errno) }
    }
  }
}
