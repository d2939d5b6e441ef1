import Anonymization
import Capture
import Files
import Journal
import NetworkBytes

/// The last part of a journal as a capture that can be shared.
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

  /// Writes what arrived in the last seconds before its end, anonymized with a key that nobody keeps.
  ///
  /// - Parameter root: the directory of the collector's state.
  /// - Returns: how many datagrams that is.
  static func write(seconds: Int64, of root: String, to path: String) throws(Failure) -> UInt64 {
    do throws(FileError) {
      let journals = try StateRoot.journals(in: root)
      var anonymizer = DatagramAnonymizer(AnonymizationKey.random())
      // Templates may have come before the last minute.
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

  /// What can be read of them: one is written to at the moment.
  private static func read(_ journals: [String], _ take: (borrowing Datagram) -> Void) {
    for path in journals {
      guard var capture = try? CaptureFile(path: path, isJournal: true) else { continue }
      while (try? capture.next()) == true {
        if capture.datagram.isMessage { take(capture.datagram) }
      }
    }
  }
}
