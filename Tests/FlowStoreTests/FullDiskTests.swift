import Files
import FlowOutput
import FlowStore
import Foundation
import NetFlow
import Parquet
import TestSupport
import Testing

/// A separate file system in memory, of a few megabytes.
private struct SmallDisk: ~Copyable {
  let path: String
  private let folder: TemporaryFolder

  /// Whether this user may mount one, and the programs are available.
  static let isPossible: Bool = {
    guard geteuid() == 0, Tool.isInstalled("mount", "umount") else { return false }
    return (try? SmallDisk(megabytes: 1)) != nil
  }()

  init(megabytes: Int) throws {
    let folder = try TemporaryFolder()
    _ = try Tool("mount")?.runBriefly(["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", folder.path])
    path = folder.path
    self.folder = folder
  }

  deinit { _ = try? Tool("umount")?.runBriefly(["-l", path]) }

  /// Fills the disk, leaving `free` octets.
  func fill(leaving free: Int = 0) throws {
    let ballast = URL(fileURLWithPath: "\(path)/ballast")
    _ = FileManager.default.createFile(atPath: ballast.path, contents: nil)
    let file = try FileHandle(forWritingTo: ballast)
    while (try? file.write(contentsOf: Data(count: 4096))) != nil {}
    let size = try file.seekToEnd()
    try file.truncate(atOffset: size - UInt64(free))
    try file.close()
  }

  func empty() throws {
    // Truncates first: a program that another test is starting may hold the file open and keep its space allocated.
    let ballast = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(path)/ballast"))
    try ballast.truncate(atOffset: 0)
    try ballast.close()
    try FileManager.default.removeItem(atPath: "\(path)/ballast")
  }
}

@Suite(
  "A full disk", .tags(.engine, .slow), .unlessFast, .serialized,
  .enabled(if: SmallDisk.isPossible, "a small file system can only be mounted by root with the rights to"))
struct FullDiskTests {
  private func writer(_ disk: borrowing SmallDisk, rows: Int) throws -> FlowStoreWriter {
    var options = FlowStoreOptions(path: disk.path, host: "h")
    options.rowGroupRows = rows
    return try FlowStoreWriter(options)
  }

  private func isDiskFull(_ failure: StoreError?) -> Bool {
    guard case .parquet(.system(let error)) = failure else { return false }
    return error.operation == .write && error.code == ENOSPC
  }

  @Test("Rows of a file that only meets the full disk when it is committed are kept, and committed when there is room")
  func atCommit() async throws {
    var random = SeededGenerator(seed: seed)
    let disk = try SmallDisk(megabytes: 4)
    var writer = try writer(disk, rows: 1000)
    writer.append(2500, at: newYear, &random)
    writer.advance(to: newYear + 300_000)
    #expect(writer.counters.committed == 2500)
    writer.append(2500, at: newYear + 300_000, &random)
    try disk.fill()
    writer.advance(to: newYear + 600_000)
    #expect(isDiskFull(writer.failure))
    #expect(writer.counters.lost == 0)
    #expect(writer.counters.committed + writer.rowsHeld == 5000)
    for second in 0..<10 {
      writer.append(500, at: newYear + 600_000 + Int64(second) * 1000, &random)
      writer.expectBalance()
      #expect(writer.rowsHeld <= 2500 + 2000, "the file that waits and two row groups")
    }
    #expect(isDiskFull(writer.failure))
    #expect(writer.counters.lost > 0)
    let lost = writer.counters.lost
    try disk.empty()
    writer.advance(to: newYear + 620_000)
    #expect(writer.failure == nil)
    #expect(writer.rowsHeld == 0)
    #expect(writer.counters.lost == lost)
    #expect(writer.counters.committed == 10_000 - lost)
    #expect(Listing(disk.path).others == [])
    if Python.tool != nil { #expect(try await Python.rowCount(disk.path) == 10_000 - Int(lost)) }
  }

  @Test("What was written before the disk was full is committed at once, and the rest when there is room")
  func amidFile() async throws {
    var random = SeededGenerator(seed: seed)
    let disk = try SmallDisk(megabytes: 8)
    var writer = try writer(disk, rows: 25_000)
    try disk.fill(leaving: 3_500_000)
    var time = newYear
    while writer.failure == nil, writer.counters.received < 200_000 {
      writer.append(5000, at: time, &random)
      time += 10
      writer.expectBalance()
    }
    #expect(isDiskFull(writer.failure))
    let before = writer.counters
    #expect(before.committed >= 25_000)
    #expect(before.committed % 25_000 == 0)
    #expect(before.lost == 0)
    #expect(Listing(disk.path).files.count == 1, "at once")
    #expect(Listing(disk.path).others == ["ballast"], "and no part file fills the disk further")
    if Python.tool != nil { #expect(try await Python.rowCount(disk.path) == Int(before.committed)) }
    try disk.empty()
    writer.append(5000, at: time + 1000, &random)
    writer.commit()
    #expect(writer.failure == nil)
    #expect(writer.counters.lost == 0)
    #expect(writer.counters.committed == writer.counters.received)
    #expect(Listing(disk.path).others == [])
    if Python.tool != nil { #expect(try await Python.rowCount(disk.path) == Int(writer.counters.committed)) }
  }

  @Test("Whenever the disk fills and empties, rows are committed, held or lost, and files have the committed ones")
  func comingAndGoing() async throws {
    var random = SeededGenerator(seed: seed)
    let disk = try SmallDisk(megabytes: 12)
    var writer = try writer(disk, rows: 4000)
    var time = newYear
    var isFull = false
    for _ in 0..<120 {
      if Int.random(in: 0..<6, using: &random) == 0 {
        if isFull { try disk.empty() } else { try disk.fill(leaving: Int.random(in: 0..<400_000, using: &random)) }
        isFull.toggle()
      }
      time += Int64.random(in: 0...60_000, using: &random)
      writer.append(Int.random(in: 0...2000, using: &random), at: time, &random)
      writer.expectBalance()
    }
    // At the end it is always full.
    if !isFull { try disk.fill(leaving: 100_000) }
    while writer.failure == nil, writer.counters.received < 1_000_000 {
      writer.append(2000, at: time, &random)
      writer.expectBalance()
    }
    #expect(isDiskFull(writer.failure), "FLOWSTORE_TEST_SEED=\(seed)")
    try disk.empty()
    writer.commit()
    writer.commit()
    writer.expectBalance()
    #expect(writer.failure == nil, "FLOWSTORE_TEST_SEED=\(seed)")
    #expect(writer.rowsHeld == 0, "FLOWSTORE_TEST_SEED=\(seed)")
    #expect(Listing(disk.path).others == [])
    if Python.tool != nil {
      #expect(try await Python.rowCount(disk.path) == Int(writer.counters.committed), "FLOWSTORE_TEST_SEED=\(seed)")
    }
  }
}
