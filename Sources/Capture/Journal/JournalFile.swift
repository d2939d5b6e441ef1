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

/// A capture file of a journal: pcap with nanoseconds and raw IP, which tcpdump, tshark and `CaptureFile` read.
///
/// What has been written outlives the process at once, and the machine once it is synced.
public struct JournalFile: ~Copyable, Sendable {
  public let path: String
  /// Its number among the journal's files.
  public let segment: UInt64
  /// Octets that were there when it was opened, all of them of whole records, and at most as many as were asked for.
  public let size: UInt64
  private let descriptor: Int32

  /// Octets before the first datagram.
  public static let headerSize = UInt64(SAGFLOW_JOURNAL_HEADER)

  /// Opens a file to go on with it, or makes it.
  ///
  /// - Parameter size: octets that it should have.
  public init(_ path: String, segment: UInt64, size: UInt64) throws(JournalError) {
    let opened = try Self.open(path, size)
    self.path = path
    self.segment = segment
    descriptor = opened.descriptor
    self.size = opened.size
  }

  deinit { close(descriptor) }

  private static func open(_ path: String, _ size: UInt64) throws(JournalError) -> (descriptor: Int32, size: UInt64) {
    var descriptor: Int32
    repeat {
      // Sound: the string is lent, zero-terminated, for the call.
      descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    } while descriptor < 0 && errno == EINTR
    if descriptor < 0 { throw JournalError(operation: "open", path: path, code: errno) }
    let present = UInt64(max(0, lseek(descriptor, 0, SEEK_END)))
    if present >= max(size, headerSize) { return (descriptor, max(size, headerSize)) }
    if present < headerSize, !writeHeader(descriptor) {
      let code = errno
      close(descriptor)
      throw JournalError(operation: "write", path: path, code: code)
    }
    return (descriptor, whole(descriptor, present))
  }

  /// Whether somebody has removed the file: what is written would go nowhere.
  public var isRemoved: Bool {
    var status = stat()
    // Sound: the call fills this frame's own.
    return unsafe fstat(descriptor, &status) != 0 || status.st_nlink == 0
  }

  /// Octets of the whole records among the first `size` of a file.
  private static func whole(_ descriptor: Int32, _ size: UInt64) -> UInt64 {
    var end = headerSize
    var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    // Sound: as many octets are read as the words have.
    while end + 16 <= size, unsafe pread(descriptor, &words, 16, off_t(end)) == 16 {
      let next = end + 16 + UInt64(words.2)
      if next > size { break }
      end = next
    }
    return end
  }

  /// Magic number of nanoseconds in this host's byte order, version 2.4, frames of any length, raw IP.
  private static func writeHeader(_ descriptor: Int32) -> Bool {
    let words: [UInt32] = [0xa1b2_3c4d, 2 | 4 << 16, 0, 0, 0x4_0000, 101]
    // Sound: the words are this frame's own, and as many octets are written as there are.
    let written = unsafe words.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    if (0..<Int(headerSize)).contains(written) { errno = ENOSPC }
    return written == Int(headerSize)
  }

  /// Writes octets at a place.
  ///
  /// - Parameter written: grows by the octets that were written, also by those before a failure.
  func write(
    _ octets: UnsafePointer<UInt8>, _ count: Int, at offset: UInt64, _ written: inout Int
  ) throws(JournalError) {
    var done = 0
    while done < count {
      // Sound: the caller lends `count` octets.
      let result = unsafe pwrite(descriptor, octets + done, count - done, off_t(offset) + off_t(done))
      if result < 0, errno == EINTR { continue }
      if result <= 0 { throw JournalError(operation: "write", path: path, code: result < 0 ? errno : EIO) }
      done += result
      written += result
    }
  }

  /// A descriptor of its own for another thread to sync the file by.
  public func descriptorToSync() -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }
}
