import CSystemCalls
package import Capture
import Files
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
  private let file: OpenFile

  /// Octets before the first datagram.
  static let headerSize = UInt64(SAGFLOW_JOURNAL_HEADER)

  /// Opens a file to go on with it, or makes it.
  ///
  /// - Parameter size: octets that it should have.
  package init(_ path: String, segment: UInt64, size: UInt64) throws(JournalError) {
    let file = try Self.open(path)
    let whole = sagflow_journal_open(file.borrowed, size)
    if whole < 0 { throw JournalError(operation: "write", path: path, code: Int32(-whole)) }
    self.file = file
    self.path = path
    self.segment = segment
    self.size = UInt64(whole)
  }

  private static func open(_ path: String) throws(JournalError) -> OpenFile {
    do throws(FileError) {
      return try OpenFile(path, .updating(0o640))
    } catch {
      throw JournalError(error)
    }
  }

  /// Whether somebody has removed the file: what is written would go nowhere.
  package var isRemoved: Bool {
    do throws(FileError) { return try file.status().isRemoved } catch { return true }
  }

  /// Writes what waits in a buffer for this file.
  ///
  /// - Returns: octets.
  package func write(from buffer: JournalBuffer) throws(JournalError) -> Int {
    precondition(buffer.next?.segment ?? segment == segment)
    let (octets, failure) = buffer.write(to: file.borrowed)
    if failure != 0 { throw JournalError(operation: "write", path: path, code: failure) }
    return octets
  }

  /// The same file under a descriptor of its own, for another thread to sync it by; nil if there can be none.
  func fileToSync() -> OpenFile? {
    do throws(FileError) { return try file.duplicate() } catch { return nil }
  }
}
