import Files
import Glibc

/// File with random access. Stays readable after its name has been removed. Closes itself.
struct InputFile: ~Copyable, Sendable {
  private let file: OpenFile
  /// Size in octets.
  let size: Int
  let identity: FileIdentity

  init(_ path: String) throws(ParquetReadError.Reason) {
    try self.init(Self.open(path))
  }

  /// Reads an open file through a new descriptor.
  init(_ shared: SharedFile) throws(ParquetReadError.Reason) {
    let file: OpenFile
    do throws(FileError) { file = try shared.file.duplicate() } catch { throw .system(errno: error.code) }
    try self.init(file)
  }

  private init(_ file: consuming OpenFile) throws(ParquetReadError.Reason) {
    let status = try Self.status(of: file)
    guard status.kind == .file else { throw .system(errno: status.kind == .directory ? EISDIR : EINVAL) }
    size = Int(status.size)
    identity = status.identity
    self.file = file
  }

  private static func open(_ path: String) throws(ParquetReadError.Reason) -> OpenFile {
    // Does not block on a pipe.
    do throws(FileError) { return try OpenFile(path, .readingAtOnce) } catch { throw .system(errno: error.code) }
  }

  private static func status(of file: borrowing OpenFile) throws(ParquetReadError.Reason) -> FileStatus {
    do throws(FileError) { return try file.status() } catch { throw .system(errno: error.code) }
  }

  /// Fills the start of `bytes`, growing it if necessary, with the octets of `range` followed by `slack` zeros.
  func read(
    _ range: Range<Int>, slack: Int = 0, into bytes: inout [UInt8]
  ) throws(ParquetReadError.Reason) {
    guard range.lowerBound >= 0, range.upperBound <= size else { throw .damaged("it is truncated") }
    let count = range.count + slack
    if bytes.count < count { bytes.append(contentsOf: repeatElement(0, count: count - bytes.count)) }
    for index in range.count..<count { bytes[index] = 0 }
    let got: Int
    do throws(FileError) {
      var all = bytes.mutableSpan
      var octets = all._mutatingExtracting(0..<range.count)
      got = try file.read(at: Int64(range.lowerBound), into: &octets)
    } catch {
      throw .system(errno: error.code)
    }
    if got < range.count { throw .damaged("it is truncated") }
  }
}
