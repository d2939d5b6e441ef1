import Capture
import Journal

extension FuzzTarget {
  /// A journal's file that a machine's end has left: what is gone on with are whole records, which are read without an error.
  package static let journal = FuzzTarget(
    "journal", longest: 16_384, seeds: { FuzzSeeds.contents("real", "pcap").map { header + $0.dropFirst(24) } }
  ) {
    octets throws(FuzzViolation) in
    var choices = Choices(octets)
    let more = UInt64(octets.count + 1 + choices.number(0...100))
    // What a file should have is known; here there is less. Of a file whose beginning is gone nothing can be read.
    guard octets.count < 24 || octets.prefix(24) == header[...] else { return }
    try ScratchFile.with(octets) { path throws(FuzzViolation) in
      guard let file = try? JournalFile(path, segment: 1, size: more) else { return }
      let size = file.size
      try FuzzViolation.check(size <= max(octets.count, 24), "\(size) octets of \(octets.count)")
      guard size > 24 else { return }
      do throws(CaptureError) {
        var capture = try CaptureFile(path: path)
        while UInt64(capture.octetsRead) < size, try capture.next() {}
      } catch {
        throw FuzzViolation("\(error) within the \(size) octets gone on with")
      }
    }
  }

  /// The beginning of the journal's files.
  private static let header: [UInt8] = [
    0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0,
  ]
}
