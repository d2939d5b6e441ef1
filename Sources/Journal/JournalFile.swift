import CSystemCalls
import Capture
import Glibc

/// A capture file of a journal, which tcpdump, tshark and `CaptureFile` read.
///
/// What has been written outlives the process at once, and the machine once it is synced.
package struct JournalFile: ~Copyable, Sendable {
  package let path: String
  /// Its number among the journal's files.
  package let segment: UInt64
  /// Octets that were there when it was opened, all of them of whole records, and at most as many as were asked for.
  package let size: UInt64
  private let descriptor: Int32

  /// Octets before the first datagram.
  static let headerSize = UInt64(SAGFLOW_JOURNAL_HEADER)

  /// Opens a file to go on with it, or makes it.
  ///
  /// - Parameter size: octets that it should have.
  package init(_ path: String, segment: UInt64, size: UInt64) throws(JournalError) {
    let descriptor = try Self.open(path)
    let whole = sagflow_journal_open(descriptor, size)
    if whole < 0 {
      close(descriptor)
      throw JournalError(operation: "write", path: path, code: Int32(-whole))
    }
    self.path = path
    self.segment = segment
    self.descriptor = descriptor
    self.size = UInt64(whole)
  }

  deinit { close(descriptor) }

  private static func open(_ path: String) throws(JournalError) -> Int32 {
    while true {
      // Sound: the string is lent, zero-terminated, for the call.
      let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
      if descriptor >= 0 { return descriptor }
      if errno != EINTR { throw JournalError(operation: "open", path: path, code: errno) }
    }
  }

  /// Whether somebody has removed the file: what is written would go nowhere.
  package var isRemoved: Bool {
    var status = stat()
    // Sound: the call fills this frame's own.
    return unsafe fstat(descriptor, &status) != 0 || status.st_nlink == 0
  }

  /// Writes what waits in a buffer for this file.
  ///
  /// - Returns: octets.
  package func write(from buffer: JournalBuffer) throws(JournalError) -> Int {
    precondition(buffer.next?.segment ?? segment == segment)
    let (octets, failure) = buffer.write(to: descriptor)
    if failure != 0 { throw JournalError(operation: "write", path: path, code: failure) }
    return octets
  }

  /// A descriptor of its own for another thread to sync the file by.
  package func descriptorToSync() -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }
}
