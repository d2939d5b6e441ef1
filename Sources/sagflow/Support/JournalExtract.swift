import Anonymization
import Capture
import Files
import Journal
import NetworkBytes

/// Extracts the end of a journal as a capture that can be shared.
enum JournalExtract {
  enum Failure: Error, CustomStringConvertible {
    case file(FileError)
    case none(String)

    var description: String {
      switch self {
      case .file(let error): error.description
      case .none(let path): "\(path): no journal is there (journal.enabled), or it is empty"
      }
    }
  }

  /// Writes what arrived in the last seconds, anonymized with a key that is discarded.
  ///
  /// - Parameter root: the collector's state directory.
  /// - Returns: the number of datagrams.
  static func write(seconds: Int64, of root: String, to path: String) throws(Failure) -> UInt64 {
    do throws(FileError) {
      let journals = try StateRoot.journals(in: root)
      var anonymizer = DatagramAnonymizer(AnonymizationKey.random())
      // Templates may be older than the last minute.
      var end = Int64.min
      read(journals) { datagram in
        anonymizer.learn(datagram)
        end = max(end, datagram.arrival)
      }
      var capture = try CaptureWriter(path)
      var failure: FileError?
      read(journals) { datagram in
        guard datagram.arrival > end - seconds * 1_000_000_000 else { return }
        anonymizer.anonymize(datagram) { shared in
          do throws(FileError) { try capture.append(shared) } catch { failure = failure ?? error }
        }
      }
      if let failure { throw failure }
      try capture.flush()
      if capture.count > 0 { return capture.count }
    } catch {
      throw .file(error)
    }
    throw .none(root)
  }

  /// Reads as much as possible: one of them is being written.
  private static func read(_ journals: [String], _ take: (borrowing Datagram) -> Void) {
    for path in journals {
      guard var capture = try? CaptureFile(path: path, isJournal: true) else { continue }
      while (try? capture.next()) == true {
        if capture.datagram.isMessage { take(capture.datagram) }
      }
    }
  }
}
