import Capture
import Files
import Logging

/// What a worker's datagrams are received into.
extension WorkerDirectory {
  /// Where they may be received into, what is best first.
  package var rings: [String] { held.rings(of: worker) }

  /// Removes what datagrams were received into, once nothing is in it.
  package func removeRings() { for ring in rings { try? Directory.remove(ring) } }

  /// Looks at what an earlier run has left. What is damaged is set aside in the worker's directory, so that nothing reads it; what a
  /// boot of the machine may have torn is said to be lost, and begins anew when it is opened.
  ///
  /// - Returns: how many cannot be gone on with.
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

  /// - Returns: `.empty` for what is not there or cannot be opened: whoever opens it says why.
  private static func condition(of ring: String) -> JournalBuffer.Condition {
    do throws(JournalError) {
      return try JournalBuffer.condition(of: ring)
    } catch {
      return .empty
    }
  }

  /// Whatever fails, nothing is left in the ring's place.
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

  /// Out of memory, where it would keep room from others.
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
