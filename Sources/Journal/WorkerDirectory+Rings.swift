import Capture
import Files
import Logging

/// The rings in which a worker's datagrams are buffered.
extension WorkerDirectory {
  /// Possible places, best first.
  package var rings: [String] { held.rings(of: worker) }

  /// Removes the rings once they are empty.
  package func removeRings() { for ring in rings { try? Directory.remove(ring) } }

  /// Checks the rings of an earlier run. Damaged ones are moved to the worker's directory, so that nothing reads them;
  /// ones possibly torn by a reboot are reported as lost, and restart empty when opened.
  ///
  /// - Returns: the number of rings that cannot be resumed.
  package func setDamagedRingsAside() -> UInt64 {
    var count: UInt64 = 0
    for ring in rings {
      switch Self.condition(of: ring) {
      case .empty, .sound: continue
      case .otherBoot:
        logger.error(
          "\(ring) may be from another boot of the machine, and inconsistent after a power failure: datagrams that were only there are lost"
        )
      case .damaged(let why):
        let aside = "\(path)/ring-\(worker).damaged"
        logger.error(
          "\(ring) is damaged (\(why)): datagrams that were only there are lost; renamed to \(aside)")
        setAside(ring, as: aside)
      }
      count += 1
    }
    return count
  }

  /// - Returns: `.empty` if it does not exist or cannot be opened; opening it reports the reason.
  private static func condition(of ring: String) -> JournalBuffer.Condition {
    do throws(JournalError) {
      return try JournalBuffer.condition(of: ring)
    } catch {
      return .empty
    }
  }

  /// Removes the ring in any case.
  private func setAside(_ ring: String, as aside: String) {
    do throws(FileError) {
      do throws(FileError) { return try Directory.rename(ring, to: aside) } catch  where error.isOnOther {}
      try Self.copy(ring, to: aside)
    } catch {
      logger.error("\(error); \(ring) is removed instead")
      try? Directory.remove(aside)
    }
    try? Directory.remove(ring)
  }

  /// Copies the ring out of memory, which it would occupy.
  private static func copy(_ path: String, to copy: String) throws(FileError) {
    let source = try OpenFile(path, .readingNoLink)
    let target = try OpenFile.replacing(copy, 0o600)
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    var offset: Int64 = 0
    while true {
      var octets = piece.mutableSpan
      let count = try source.read(at: offset, into: &octets)
      if count == 0 { break }
      try target.write(piece.span.extracting(..<count))
      offset += Int64(count)
    }
    try target.close()
  }
}
