/// A file that is read as a consistent whole or rejected: others may write to it or replace it at any time.
package struct WholeFile: ~Copyable {
  private let file: OpenFile
  private let status: FileStatus
  private let limit: Int64
  private var total: Int64 = 0

  /// Opens a file.
  ///
  /// - Parameter limit: maximum size in octets.
  package static func open(_ path: String, atMost limit: Int64) throws(WholeFileFault) -> WholeFile {
    let whole = try call { () throws(FileError) in
      // Does not wait for the writer of a pipe.
      let file = try OpenFile(path, .readingAtOnce)
      let status = try file.status()
      return WholeFile(file, status, limit)
    }
    if whole.status.kind != .file { throw .noFile }
    if whole.status.size > limit { throw .tooLarge(limit) }
    return whole
  }

  /// Reads a small file, such as a secret that is read for each request.
  ///
  /// Use it instead of Foundation, which leaks 4 KiB whenever it reads an empty file (Swift 6.3), and waits for the writer
  /// of a pipe.
  ///
  /// - Parameter limit: maximum size in octets.
  package static func content(of path: String, atMost limit: Int64) throws(WholeFileFault) -> [UInt8] {
    var file = try open(path, atMost: limit)
    var octets: [UInt8] = []
    try file.forEachPart(of: 4096) { octets += $0 }
    return octets
  }

  private init(_ file: consuming OpenFile, _ status: FileStatus, _ limit: Int64) {
    self.file = file
    self.status = status
    self.limit = limit
  }

  private static func call<Value: ~Copyable>(
    _ body: () throws(FileError) -> Value
  ) throws(WholeFileFault) -> Value {
    do throws(FileError) { return try body() } catch { throw .file(error) }
  }

  package var path: String { file.path }

  /// Reads the next octets, at most `count`; empty at the end of the file.
  ///
  /// - Throws: `changing` at the end if the file was written to while it was read: it is neither the old nor the new
  ///   version.
  package mutating func next(_ count: Int) throws(WholeFileFault) -> [UInt8] {
    var octets: [UInt8] = []
    do throws(FileError) {
      try octets.append(addingCapacity: count) { output throws(FileError) in try file.read(into: &output) }
    } catch {
      throw .file(error)
    }
    total += Int64(octets.count)
    if total > limit { throw .tooLarge(limit) }
    if octets.isEmpty { try checkUnchanged() }
    return octets
  }

  /// Reads the file to its end, in parts of at most `count` octets.
  ///
  /// - Throws: as `next`, or the error of `take`.
  package mutating func forEachPart(
    of count: Int, _ take: ([UInt8]) throws(WholeFileFault) -> Void
  ) throws(WholeFileFault) {
    while case let part = try next(count), !part.isEmpty { try take(part) }
  }

  private func checkUnchanged() throws(WholeFileFault) {
    let now = try Self.call { () throws(FileError) in try file.status() }
    if now.version != status.version { throw .changing }
  }
}

/// Why a file was rejected.
public enum WholeFileFault: Error, Sendable, Equatable {
  case file(FileError)
  /// A directory, a pipe or a device.
  case noFile
  /// Written to or replaced while it was read.
  case changing
  /// Larger than the limit, octets.
  case tooLarge(Int64)

  /// One line: where, what, what to do.
  ///
  /// - Parameters:
  ///   - kind: what it should be, such as "a CSV file".
  ///   - remedy: what to do about a file that is too large.
  public func text(_ path: String, expected kind: String, ifTooLarge remedy: String) -> String {
    switch self {
    case .file(let error): error.description
    case .noFile: "\(path): not a file; give \(kind)"
    case .changing: "\(path): changed while being read; replace files atomically, by rename"
    case .tooLarge(let limit): "\(path): larger than \(Self.size(limit)); \(remedy)"
    }
  }

  private static func size(_ limit: Int64) -> String {
    limit < 1 << 20 ? "\(limit >> 10) KiB" : "\(limit >> 20) MiB"
  }
}
