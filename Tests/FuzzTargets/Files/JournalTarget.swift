import Capture
import Journal

extension FuzzTarget {
  /// A journal file left by a machine crash: the resumed part consists of whole records, which are read without error.
  package static let journal = FuzzTarget("journal", longest: 16_384, seeds: { FuzzSeeds.contents("real", "pcap") }) {
    octets throws(FuzzViolation) in
    var choices = Choices(octets)
    // More than the file has, or only the header: sizes between are known to be record ends.
    let asked = choices.isOne(in: 4) ? header : UInt64(octets.count + 1 + choices.number(0...100))
    try ScratchFile.with(octets) { path throws(FuzzViolation) in
      guard let file = try? JournalFile(path, segment: 1, size: asked) else { return }
      let size = file.size
      try FuzzViolation.check(size <= max(UInt64(octets.count), header), "\(size) octets of \(octets.count)")
      do throws(CaptureError) {
        var capture = try CaptureFile(path: path)
        while UInt64(capture.octetsRead) < size, try capture.next() {}
      } catch  where error.offset < size {
        throw FuzzViolation("\(error) within the \(size) octets gone on with")
      } catch {
        // Anything may follow the resumed part.
      }
    }
  }

  /// Octets before the first record.
  private static let header: UInt64 = 24
}
