import Foundation
import TestSupport
import Testing

@Suite("A replay under a file size limit")
struct StoreLimitTests {
  @Test("a limit of file sizes is an error that is told, and all flows are counted as lost")
  func fileSizeLimit() async throws {
    let test = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let program = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("sagflow").path
    let directory = try TemporaryFolder()
    let outcome = try await #require(Tool("/bin/sh")).outcome([
      "-c", #"ulimit -f 4; exec "$0" replay "$1" -o "$2""#, program,
      PackageFiles.path("Tests/Fixtures/real/softflowd-v9.pcap"), directory.path,
    ])
    let text = outcome.errors
    #expect(outcome.status == 74)
    #expect(text.contains("File too large (errno 27); raise the file size limit or rotate files sooner"))
    #expect(text.contains("= 0 committed + "))
    #expect(text.contains(" lost, store failing"))
    let left = FileManager.default.enumerator(atPath: directory.path)?.allObjects as? [String]
    #expect(left?.filter { $0.contains("flows-") } == [])
  }
}
