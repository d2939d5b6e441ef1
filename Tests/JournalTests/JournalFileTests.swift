import Capture
import Foundation
import Journal
import NetworkBytes
import TestSupport
import Testing

/// Journal files as a machine crash or a disk may leave them; found by the fuzz target `journal`.
@Suite("Damaged files of the journal")
struct JournalFileTests {
  private static let record: Octets = {
    let frame: Octets =
      [0x45, 0, 0, 30, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2] + u16(2055, 2055, 10, 0) + [1, 2]
    let count = UInt32(frame.count)
    return [1_750_000_000, 0, count, count].flatMap { littleEndian($0) } + frame
  }()

  /// Returns the file's octets after it was opened to resume at the end of its contents, and the number of octets
  /// resumed.
  private static func opened(_ octets: Octets, asking size: Int) throws -> (octets: Octets, size: UInt64) {
    let folder = try TemporaryFolder()
    let path = try folder.write(octets, as: "journal")
    let file = try JournalFile(path, segment: 1, size: UInt64(size))
    let whole = file.size
    return (Octets(try Data(contentsOf: URL(fileURLWithPath: path))), whole)
  }

  private static func payloads(_ octets: Octets) throws -> [Octets] {
    let folder = try TemporaryFolder()
    var capture = try Capture.CaptureFile(path: folder.write(octets, as: "journal"))
    var payloads: [Octets] = []
    while try capture.next() { payloads.append(capture.datagram.bytes.copied()) }
    return payloads
  }

  @Test("One whose header is damaged gets it again, and its records are read", arguments: [0, 1, 1000])
  func header(beyond: Int) throws {
    let header = try Self.opened([], asking: 0).octets
    #expect(header.count == 24)
    for place in header.indices {
      var damaged = header + Self.record + Self.record
      damaged[place] ^= 0x55
      let opened = try Self.opened(damaged, asking: damaged.count + beyond)
      #expect(opened.size == UInt64(damaged.count))
      #expect(try Self.payloads(opened.octets + Self.record) == [[1, 2], [1, 2], [1, 2]], "octet \(place)")
    }
  }

  @Test("A record that claims more than a datagram can have ends what is gone on with")
  func length() throws {
    let header = try Self.opened([], asking: 0).octets
    let claim: Octets = [1_750_000_000, 0, 300_000, 300_000].flatMap { littleEndian(UInt32($0)) } + zeros(300_000)
    let damaged = header + Self.record + claim
    let opened = try Self.opened(damaged, asking: damaged.count + 1)
    #expect(opened.size == UInt64(header.count + Self.record.count))
  }
}
