import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite("a disk that is full does not stop reception", .tags(.engine, .network, .slow), .unlessFast)
struct FullDiskTests {
  /// Whether this process may mount file systems.
  static let canMount: Bool = {
    guard getuid() == 0, let mount = Tool("mount"), let umount = Tool("umount"),
      let folder = try? TemporaryFolder()
    else { return false }
    guard (try? mount.runBriefly(["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path])) != nil else { return false }
    return (try? umount.runBriefly([folder.path])) != nil
  }()

  @Test(
    "flows wait, each change is told once, and all is committed when there is room again",
    .enabled(if: canMount, "this process may not mount file systems"),
    .enabled(if: StoreReader.areInstalled, "python3 with duckdb, pytz and pyarrow is missing"))
  func fullDisk() async throws {
    let folder = try TemporaryFolder()
    let disk = folder.path + "/disk"
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
    _ = try await #require(Tool("mount")).run(["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk])
    defer { _ = try? Tool("umount")?.runBriefly(["-l", disk]) }
    let collector = try await RunningCollector(
      ["--active-timeout", "1s", "--inactive-timeout", "1s"], environment: ["SAGFLOW_STORE_ROTATION": "1s"],
      store: disk + "/flows")
    let filler = disk + "/filler"
    var sent = 0
    // Sends a few flows per window until a condition holds.
    func send(until done: () throws -> Bool) async throws {
      let socket = try LoopbackSocket()
      for _ in 0..<1200 {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        try socket.send(ExportMessage.v5([ExportedFlow(sourcePort: UInt16(sent))], at: now), to: collector.port)
        sent += 1
        try await pause(0.1)
        if try done() { return }
      }
      Issue.record("waited in vain: \(collector.program.errors)")
    }
    try await send { try committedFiles(collector.store) >= 1 }
    _ = FileManager.default.createFile(atPath: filler, contents: nil)
    let handle = try #require(FileHandle(forWritingAtPath: filler))
    while (try? handle.write(contentsOf: Data(count: 4096))) != nil {}
    try handle.close()
    try await send { collector.program.errors.contains("No space left") }
    // More windows that cannot be written must not log more lines.
    let until = Date(timeIntervalSinceNow: 2.5)
    try await send { Date() > until }
    try FileManager.default.removeItem(atPath: filler)
    try await send { collector.program.errors.contains("can be written again") }
    let ledger = try await collector.stop()
    let lines = ledger.text.split(separator: "\n")
    // Store, journal and checkpoints each log it once.
    for failure in ["flows are kept in memory", "datagrams are not journaled", "cannot write a checkpoint"] {
      #expect(lines.filter { $0.contains(failure) }.count <= 1, "\(ledger.text)")
    }
    #expect(lines.contains { $0.contains("No space left") })
    let ends = lines.filter { $0.contains("can be written again") }.map { $0.drop { $0 != ":" }.dropFirst(6) }
    #expect(Set(ends).count == ends.count, "\(ledger.text)")
    #expect(!ends.isEmpty, "\(ledger.text)")
    #expect(ledger["datagrams"] == sent)
    #expect(ledger["failed writes"] >= 2)
    #expect(ledger["rows lost, store failing"] == 0, "\(ledger.text)")
    let rows = try await StoreReader.duckdb.rows(collector.store)
    #expect(rows.count == sent)
    #expect(Set(rows.map { $0.number("src_port") }) == Set(0..<sent))
  }

  private func committedFiles(_ store: String) throws -> Int {
    let names = FileManager.default.enumerator(atPath: store)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".parquet") }.count
  }
}
