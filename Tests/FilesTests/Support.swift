import Files
import Foundation
import NetworkBytes

/// Returns the error thrown by `body`, or nil.
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
    // Foundation closes its own descriptors when the pipe is released.
    reading = copy(pipe.fileHandleForReading)
    writing = copy(pipe.fileHandleForWriting)
  }
}

/// Octets of which no two neighbours are equal.
func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &+ $0 >> 8) } }

extension OpenFile {
  /// Reads up to `count` octets from the current position.
  func octets(_ count: Int) throws(FileError) -> [UInt8] {
    var octets: [UInt8] = []
    try octets.append(addingCapacity: count) { (output: inout OutputSpan<UInt8>) throws(FileError) in
      try read(into: &output)
    }
    return octets
  }

  /// Reads up to `count` octets from `offset`.
  func octets(_ count: Int, at offset: Int64) throws(FileError) -> [UInt8] {
    var octets = [UInt8](repeating: 0, count: count)
    var span = octets.mutableSpan
    let got = try read(at: offset, into: &span)
    return Array(octets[..<got])
  }

  /// Writes octets at an offset.
  ///
  /// - Returns: the number of octets written, and the error, if any.
  func write(_ octets: [UInt8], at offset: Int64) -> (written: Int, failure: FileError?) {
    var written = 0
    let failure = failure { () throws(FileError) in try write(octets.rawSpan, at: offset, &written) }
    return (written, failure)
  }
}
