import Files
import Foundation
import NetworkBytes

/// The error that a body throws; nil if it throws none.
func failure<Value: ~Copyable>(_ body: () throws(FileError) -> Value) -> FileError? {
  do throws(FileError) {
    _ = try body()
    return nil
  } catch {
    return error
  }
}

/// Both ends of a pipe.
struct PipeEnds: ~Copyable {
  let reading: OpenFile
  let writing: OpenFile

  init() {
    let pipe = Pipe()
    func copy(_ end: FileHandle) -> OpenFile {
      OpenFile(owning: fcntl(end.fileDescriptor, F_DUPFD_CLOEXEC, 0), path: "pipe")
    }
    // Foundation closes its own when the pipe goes.
    reading = copy(pipe.fileHandleForReading)
    writing = copy(pipe.fileHandleForWriting)
  }
}

/// Octets of which no two neighbours are the same.
func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &+ $0 >> 8) } }

extension OpenFile {
  /// Up to `count` octets from where the file stands.
  func octets(_ count: Int) throws(FileError) -> [UInt8] {
    var octets: [UInt8] = []
    try octets.append(addingCapacity: count) { (output: inout OutputSpan<UInt8>) throws(FileError) in
      try read(into: &output)
    }
    return octets
  }

  /// Up to `count` octets from `offset` on.
  func octets(_ count: Int, at offset: Int64) throws(FileError) -> [UInt8] {
    var octets = [UInt8](repeating: 0, count: count)
    var span = octets.mutableSpan
    let got = try read(at: offset, into: &span)
    return Array(octets[..<got])
  }

  /// Writes octets at a place.
  ///
  /// - Returns: how many were written, and the error, if there was one.
  func write(_ octets: [UInt8], at offset: Int64) -> (written: Int, failure: FileError?) {
    var written = 0
    let failure = failure { () throws(FileError) in try write(octets.rawSpan, at: offset, &written) }
    return (written, failure)
  }
}
