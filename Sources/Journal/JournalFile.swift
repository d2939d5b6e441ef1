import CSystemCalls
package import Capture
import Files
import Glibc

/// A capture file of a journal, readable by tcpdump, tshark and `CaptureFile`.
///
/// Written data survives a crash of the process immediately, and of the machine once it is synced.
package struct JournalFile: ~Copyable, Sendable {
  package let path: String
  /// Number of the segment.
  package let segment: UInt64
  /// Octets found when it was opened: whole records only, and at most the size requested.
  package let size: UInt64
  private let file: OpenFile

  /// Octets before the first datagram.
  static let headerSize = UInt64(SAGFLOW_JOURNAL_HEADER)

  /// Opens a file to continue it, or creates it.
  ///
  /// - Parameter size: expected size in octets.
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

  /// Whether the file was deleted, so that writes would be lost.
  package var isRemoved: Bool {
    do throws(FileError) { return try file.status().isRemoved } catch { return true }
  }

  /// Writes the data that a buffer holds for this file.
  ///
  /// - Returns: the number of octets.
  package func write(from buffer: JournalBuffer) throws(JournalError) -> Int {
    precondition(buffer.next?.segment ?? segment == segment)
    let (octets, failure) = buffer.write(to: file.borrowed)
    if failure != 0 { throw JournalError(operation: "write", path: path, code: failure) }
    return octets
  }

  /// Returns the same file under another descriptor, for another thread to sync; nil if that fails.
  func fileToSync() -> OpenFile? {
    do throws(FileError) { return try file.duplicate() } catch { return nil }
  }
}
