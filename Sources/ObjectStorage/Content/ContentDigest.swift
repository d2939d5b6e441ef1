import Crypto
package import Files
package import Foundation
import NIOPosix
import Shipping

/// Checksums of a file or a part of one; nil for those that the service does not use.
package struct ContentDigest: Hashable, Sendable {
  /// Octets of the file.
  package var range: Range<UInt64>
  package var sha256: Data?
  package var md5: Data?
  package var crc64: UInt64?

  /// Kinds of checksums to compute.
  package struct Kinds: OptionSet, Sendable {
    package let rawValue: Int
    package static let sha256 = Kinds(rawValue: 1)
    package static let md5 = Kinds(rawValue: 2)
    package static let crc64 = Kinds(rawValue: 4)

    package init(rawValue: Int) { self.rawValue = rawValue }
  }

  /// Reads a range of a file, on threads that may block on the disk. All outputs share these threads, so each turn is
  /// short.
  ///
  /// - Throws: `ShippingFailure` if it cannot be read, or `CancellationError`.
  package init(_ path: String, _ range: Range<UInt64>, _ kinds: Kinds) async throws {
    var reading = Reading(path, range, kinds)
    do {
      repeat {
        try Task.checkCancellation()
        reading = try await NIOThreadPool.singleton.runIfActive { [reading] in try reading.afterTurn() }
      } while reading.position < range.upperBound
    } catch let error as FileError {
      throw ShippingFailure(reading: error)
    }
    self = reading.sums.digest(range)
  }

  private init(_ range: Range<UInt64>) { self.range = range }

  /// - Parameter octets: the whole body.
  package init(of octets: [UInt8], _ kinds: Kinds) {
    var sums = Sums(kinds)
    sums.update(octets)
    self = sums.digest(0..<UInt64(octets.count))
  }

  /// A file read in turns.
  private struct Reading {
    let path: String
    let range: Range<UInt64>
    var position: UInt64
    var sums: Sums
    private var file: SharedFile?

    /// Octets per read, and per turn.
    private static let pieceLength: UInt64 = 1 << 18
    private static let turnLength: UInt64 = 1 << 20

    init(_ path: String, _ range: Range<UInt64>, _ kinds: Kinds) {
      (self.path, self.range, position, sums) = (path, range, range.lowerBound, Sums(kinds))
    }

    func afterTurn() throws -> Reading {
      var next = self
      try next.takeTurn()
      return next
    }

    private mutating func takeTurn() throws {
      let file = try self.file ?? SharedFile(OpenFile(path, .reading))
      self.file = file
      let end = min(position + Self.turnLength, range.upperBound)
      var piece = [UInt8](repeating: 0, count: Int(min(Self.pieceLength, end - position)))
      while position < end {
        let wanted = Int(min(UInt64(piece.count), end - position))
        if wanted < piece.count { piece.removeLast(piece.count - wanted) }
        var span = piece.mutableSpan
        guard try file.file.read(at: Int64(position), into: &span) == wanted else {
          throw ShippingFailure(.setAside, "\(path) has become shorter")
        }
        sums.update(piece)
        position += UInt64(wanted)
      }
    }
  }

  /// Intermediate checksums.
  private struct Sums {
    var sha256: SHA256?
    var md5: Insecure.MD5?
    var crc64: CRC64?

    init(_ kinds: Kinds) {
      if kinds.contains(.sha256) { sha256 = SHA256() }
      if kinds.contains(.md5) { md5 = Insecure.MD5() }
      if kinds.contains(.crc64) { crc64 = CRC64() }
    }

    mutating func update(_ octets: [UInt8]) {
      sha256?.update(data: octets)
      md5?.update(data: octets)
      crc64?.update(octets)
    }

    func digest(_ range: Range<UInt64>) -> ContentDigest {
      var digest = ContentDigest(range)
      digest.sha256 = sha256.map { Data($0.finalize()) }
      digest.md5 = md5.map { Data($0.finalize()) }
      digest.crc64 = crc64?.value
      return digest
    }
  }
}

extension ShippingFailure {
  /// A committed file that cannot be read.
  package init(reading error: FileError) {
    self.init(
      error.isMissing ? .setAside : .wait,
      error.isMissing ? "\(error.path) is no longer in the store; retention removed it" : error.description)
  }
}
