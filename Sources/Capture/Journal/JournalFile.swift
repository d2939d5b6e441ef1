import CSockets
import Glibc

/// What went wrong with a journal.
public struct JournalError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was done to the file: `write`.
  public var operation: String
  public var path: String
  /// `errno`.
  public var code: Int32

  public init(operation: String, path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  public var description: String { "cannot \(operation) \(path): \(errorText(code))" }
}

/// A capture file that datagrams are appended to as they are received, before anything else becomes of them: pcap with
/// nanoseconds and raw IP, which tcpdump, tshark and `CaptureFile` read.
///
/// What has been written outlives the process at once, and the machine once it is synced.
public struct JournalFile: ~Copyable, Sendable {
  public let path: String
  /// Its number among the journal's files.
  public let segment: UInt64
  /// Octets.
  public private(set) var size: UInt64
  private let descriptor: Int32

  /// Octets before the first datagram.
  public static let headerSize: UInt64 = 24

  /// Creates the file, in place of one that may be there.
  public init(creating path: String, segment: UInt64) throws(JournalError) {
    self.init(path, segment, try Self.open(path, keeping: 0))
  }

  /// Opens a file to go on with it.
  ///
  /// - Parameter size: octets that are kept at most; what is behind them is cut off.
  public init(appendingTo path: String, segment: UInt64, size: UInt64) throws(JournalError) {
    self.init(path, segment, try Self.open(path, keeping: size))
  }

  private init(_ path: String, _ segment: UInt64, _ opened: (descriptor: Int32, size: UInt64)) {
    self.path = path
    self.segment = segment
    descriptor = opened.descriptor
    size = opened.size
  }

  deinit { close(descriptor) }

  /// Opens the file, cuts off what is behind `size`, and writes a header if there is none.
  private static func open(_ path: String, keeping size: UInt64) throws(JournalError) -> (Int32, UInt64) {
    var descriptor: Int32
    repeat {
      // Sound: the string is lent, zero-terminated, for the call.
      descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o640)
    } while descriptor < 0 && errno == EINTR
    if descriptor < 0 { throw JournalError(operation: "open", path: path, code: errno) }
    let kept = min(size, UInt64(max(0, lseek(descriptor, 0, SEEK_END))))
    do throws(JournalError) {
      try cut(descriptor, path, to: kept < headerSize ? 0 : kept)
      if kept < headerSize { try writeHeader(descriptor, path) }
    } catch {
      close(descriptor)
      throw error
    }
    return (descriptor, max(kept, headerSize))
  }

  /// Magic number of nanoseconds in this host's byte order, version 2.4, frames of any length, raw IP.
  private static func writeHeader(_ descriptor: Int32, _ path: String) throws(JournalError) {
    let words: [UInt32] = [0xa1b2_3c4d, 2 | 4 << 16, 0, 0, 0x4_0000, 101]
    // Sound: the words are this frame's own, and as many octets are written as there are.
    let written = unsafe words.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    if written != Int(headerSize) {
      throw JournalError(operation: "write", path: path, code: written < 0 ? errno : ENOSPC)
    }
  }

  /// Cuts off what is behind `size`.
  private static func cut(_ descriptor: Int32, _ path: String, to size: UInt64) throws(JournalError) {
    while ftruncate(descriptor, off_t(size)) != 0 {
      if errno != EINTR { throw JournalError(operation: "cut", path: path, code: errno) }
    }
  }

  /// Appends the datagrams of a batch. After a failure the file is as it was.
  mutating func append(_ ring: inout ReceiveRing, as local: sagflow_endpoint) throws(JournalError) {
    let written = ring.append(to: descriptor, at: size, as: local)
    if written < 0 {
      try? Self.cut(descriptor, path, to: size)
      throw JournalError(operation: "write", path: path, code: Int32(truncatingIfNeeded: -written))
    }
    size &+= UInt64(written)
  }

  /// A descriptor of its own for another thread to sync the file by.
  public func descriptorToSync() -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }
}
