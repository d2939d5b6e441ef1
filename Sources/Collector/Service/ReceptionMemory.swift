package import Capture
import Files
package import Logging

/// Allocates receive buffers of workers: a file each, preferably in memory that outlives the process.
package struct ReceptionMemory {
  private var hasToldFallback = false

  package init() {}

  /// - Parameters:
  ///   - rings: possible files, best first; empty for memory that ends with the process.
  ///   - capacity: octets that can wait for the journal's disk.
  package mutating func receiver(_ rings: [String], capacity: Int, _ logger: Logger) throws -> UDPReceiver {
    if rings.isEmpty { return try UDPReceiver() }
    var failure: JournalError?
    for ring in rings {
      do {
        let receiver = try UDPReceiver(journalingInto: JournalBuffer(capacity: capacity, in: ring))
        if let failure { tellFallback(to: ring, failure, logger) }
        return receiver
      } catch let error as JournalError {
        failure = failure ?? error
      }
    }
    if let failure {
      logger.error("\(failure); a crash would lose the datagrams that are not in the journal file yet")
    }
    return try UDPReceiver(journalingInto: JournalBuffer(capacity: capacity))
  }

  /// Logged once for all workers.
  private mutating func tellFallback(to ring: String, _ failure: JournalError, _ logger: Logger) {
    if hasToldFallback || (try? FileSystem(of: ring))?.isMemory == true { return }
    hasToldFallback = true
    logger.warning(
      "\(failure); datagrams are received into \(ring) instead, on a disk: a slow disk can delay reception, and a crash of the machine loses waiting datagrams; make room in memory, or lower journal.bufferSize"
    )
  }
}
