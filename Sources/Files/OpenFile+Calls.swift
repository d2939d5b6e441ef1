import Glibc
import SystemPackage

// Opening, reading and writing. Calls interrupted by a signal are retried; short reads and writes are continued.
//
// Sound: strings are zero-terminated and borrowed for the call; memory that the kernel reads or fills is borrowed for
// the call, with the length of the span.
extension OpenFile {
  static func open(
    _ path: String, _ mode: Mode, _ operation: FileError.Operation
  ) throws(FileError) -> FileDescriptor {
    do {
      // Not a FilePath, which removes a trailing slash and with it the requirement that the path is a directory.
      return try unsafe FileDescriptor.open(
        path, mode.access, options: mode.options, permissions: mode.permissions)
    } catch {
      throw FileError(operation, path: path, error)
    }
  }

  /// Reads from the current position until `octets` is full or the file ends.
  ///
  /// - Throws: the error that occurred after the octets in `octets`.
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

  /// Fills `octets` from `offset`.
  ///
  /// - Returns: the number of octets read; fewer than `octets` holds only at the end of the file.
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

  /// Writes all `octets` at the current position.
  package func write(_ octets: Span<UInt8>) throws(FileError) {
    var written = 0
    try write(octets, &written)
  }

  /// Writes all `octets` at the current position.
  ///
  /// - Parameter written: increased by the octets written, including those before a failure.
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

  /// Writes all `octets` at `offset`.
  ///
  /// - Parameter written: increased by the octets written, including those before a failure.
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

  /// A regular file never accepts zero octets of a non-empty request without an error; retrying such a file would loop
  /// forever.
  private func progress(_ count: Int) throws(FileError) -> Int {
    if count == 0 { throw FileError(.write, path: path, code: EIO) }
    return count
  }

  /// Truncates the file to `size` octets and moves to its end.
  package func truncate(to size: Int64) throws(FileError) {
    do {
      try descriptor.resize(to: size)
      try descriptor.seek(offset: size, from: .start)
    } catch {
      throw FileError(.write, path: path, error)
    }
  }

  /// Returns when the written data and the file's length would survive a power failure.
  package func sync() throws(FileError) {
    while fsync(descriptor.rawValue) != 0 {
      if errno != EINTR { throw FileError(.sync, path: path, code: errno) }
    }
  }

  /// Like `sync`, but skips metadata not needed to read the data, such as times.
  package func syncContent() throws(FileError) {
    while fdatasync(descriptor.rawValue) != 0 {
      if errno != EINTR { throw FileError(.sync, path: path, code: errno) }
    }
  }
}
