import Foundation
import TestSupport
import Testing

@Suite("the host's clock may be set", .tags(.network, .engine, .slow), .unlessFast)
struct ClockTests {
  /// Seconds by which the program takes the time to be later than the kernel does: what it would wait for until a time of day,
  /// it would wait for so much longer, as after the clock was set back.
  private static let ahead: Int64 = 3600

  @Test(
    "set back by an hour, the journal is on disk within seconds all the same, and the collector stops",
    .enabled(if: PreloadedLibrary.compiler != nil, "a C compiler is missing"))
  func setBack() async throws {
    let folder = try TemporaryFolder()
    let library = try await PreloadedLibrary.compile("clock", into: folder)
    let offset = folder.path + "/offset"
    let octets = (0..<8).map { UInt8(truncatingIfNeeded: Self.ahead * 1_000_000_000 >> (8 * $0)) }
    try Data(octets).write(to: URL(fileURLWithPath: offset))
    let collector = try await RunningCollector(environment: ["LD_PRELOAD": library, "CLOCK_OFFSET": offset])
    // Far less than what is written without waiting.
    try NumberedFlows.send(0..<50, to: collector.port)
    try await eventually("a journal with 50 datagrams of 72 bytes") {
      let sizes = paths(under: collector.store).filter { $0.contains("/journal-") }.map { path in
        let attributes = try? FileManager.default.attributesOfItem(atPath: "\(collector.store)/\(path)")
        return attributes?[.size] as? Int ?? 0
      }
      return sizes.reduce(0, +) > 50 * 72
    }
    let ledger = try await collector.stop()
    #expect(ledger["datagrams decoded"] == 50)
    #expect(ledger["rows committed"] == 50)
  }
}
