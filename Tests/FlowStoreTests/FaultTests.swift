import Files
import FlowModel
import FlowOutput
import FlowStore
import Foundation
import NetFlow
import Parquet
import TestSupport
import Testing

/// Drops root's rights, for tests of denied access.
enum Unprivileged {
  /// If the process runs as root, switches to an unprivileged user who owns `paths`.
  static func become(owning paths: [String]) throws {
    guard geteuid() == 0 else { return }
    for path in paths where unsafe chown(path, 65534, 65534) != 0 { exit(90) }
    guard setgid(65534) == 0, setuid(65534) == 0 else { exit(91) }
  }

  static func setMode(_ path: String, _ mode: mode_t) {
    _ = unsafe chmod(path, mode)
  }
}

@Suite("Failed writes: rows are kept, counted and reported")
struct FaultTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let rows = 1000

  private func options() -> FlowStoreOptions {
    var options = FlowStoreOptions(path: folder.path, host: "h")
    options.rowGroupRows = Self.rows
    return options
  }

  /// Places a file where the folder of 1 January 2026 should be.
  private func block() throws {
    try Data().write(to: URL(fileURLWithPath: "\(folder.path)/date=2026-01-01"))
  }

  private func unblock() throws {
    try FileManager.default.removeItem(atPath: "\(folder.path)/date=2026-01-01")
  }

  private var blocked: StoreError {
    .system(FileError(.createDirectory, path: "\(folder.path)/date=2026-01-01/hour=00", code: ENOTDIR))
  }

  @Test(
    "Two row groups of rows wait while no file can be made, more are lost, and all that waited is written in the end",
    .tags(.engine), .unlessFast)
  func noFile() async throws {
    var random = SeededGenerator(seed: seed)
    var writer = try FlowStoreWriter(options())
    try block()
    writer.append(400, at: newYear, &random)
    #expect(writer.failure == nil, "nothing was written yet")
    for (count, lost) in [(700, 0), (500, 0), (400, 0), (300, 300), (5000, 5300)] {
      writer.append(count, at: newYear, &random)
      #expect(writer.failure == blocked)
      #expect(writer.counters.lost == UInt64(lost))
      #expect(writer.rowsHeld <= UInt64(2 * Self.rows))
      writer.expectBalance()
    }
    #expect(writer.rowsHeld == 2000)
    #expect(writer.counters.failures == 1)
    try unblock()
    writer.append(10, at: newYear + 999, &random)
    #expect(writer.counters.lost == 5310, "not tried again within a second")
    writer.append(10, at: newYear + 1000, &random)
    #expect(writer.failure == nil)
    #expect(writer.counters.committed == 2000)
    #expect(writer.rowsHeld == 10)
    writer.expectBalance()
    writer.commit()
    #expect(writer.counters.committed == 2010)
    #expect(writer.counters.lost == 5310)
    #expect(Listing(folder.path).others == [])
    if Python.tool != nil { #expect(try await Python.rowCount(folder.path) == 2010) }
  }

  @Test("A failure lasts from window to window, is tried again with each, and what waited goes into the next file")
  func longFailure() throws {
    var random = SeededGenerator(seed: seed)
    var writer = try FlowStoreWriter(options())
    try block()
    writer.append(100, at: newYear, &random)
    for minute in 1...20 {
      writer.advance(to: newYear + Int64(minute) * 60_000)
      #expect((writer.failure != nil) == (minute >= 5))
      #expect(writer.rowsHeld == 100)
    }
    #expect(writer.counters.failures == 16)
    try unblock()
    writer.append(1, at: newYear + 21 * 60_000, &random)
    writer.commit()
    #expect(
      Listing(folder.path).files == [
        "date=2026-01-01/hour=00/flows-h-20260101T002000Z-0-0.parquet",
        "date=2026-01-01/hour=00/flows-h-20260101T002000Z-0-1.parquet",
      ])
    #expect(writer.counters.committed == 101)
    #expect(writer.counters.lost == 0)
  }

  @Test("A clock that steps back during a failure does not put off the next attempt")
  func clockBack() throws {
    var random = SeededGenerator(seed: seed)
    var writer = try FlowStoreWriter(options())
    try block()
    writer.append(1000, at: newYear + 100_000, &random)
    #expect(writer.failure != nil)
    try unblock()
    writer.advance(to: newYear + 50_000)
    #expect(writer.failure == nil)
    #expect(writer.counters.committed == 1000)
  }

  @Test("Rows that are given up are lost and counted, and nothing stays behind", arguments: [false, true])
  func giveUp(withFile: Bool) throws {
    var random = SeededGenerator(seed: seed)
    var writer = try FlowStoreWriter(options())
    if withFile {
      writer.append(1500, at: newYear, &random)
    } else {
      try block()
      writer.append(1500, at: newYear, &random)
      try unblock()
    }
    #expect(writer.rowsHeld == 1500)
    writer.giveUp()
    #expect(writer.rowsHeld == 0)
    #expect(writer.counters.lost == 1500)
    #expect(Listing(folder.path).files == [])
    #expect(Listing(folder.path).others == [])
  }

  @Test("Rows that no file can have are lost, and do not keep others from it", .tags(.engine), .unlessFast)
  func badRows() async throws {
    var random = SeededGenerator(seed: seed)
    // Its values are wider than declared.
    let narrow = FlowColumn(
      FlowColumn.allCases.count, "narrow", .number(.bits8, RecordReader { UInt32($0.sourcePort) }), "")
    var writer = try FlowStoreWriter(options(), columns: FlowColumn.allCases + [narrow])
    writer.append(1000, at: newYear, &random)
    var bad = FlowRecord()
    bad.sourcePort = 256
    writer.append(FlowBatch([bad]), at: newYear, origins: origins)
    writer.append(999, at: newYear, &random)
    #expect(writer.failure == .parquet(.misuse(.value(column: "narrow"))))
    #expect(writer.counters.lost == 1000)
    #expect(writer.counters.committed == 1000)
    writer.append(300, at: newYear, &random)
    writer.commit()
    #expect(writer.failure == nil)
    #expect(writer.counters.committed == 1300)
    #expect(writer.counters.lost == 1000)
    if Python.tool != nil { #expect(try await Python.rowCount(folder.path) == 1300) }
  }

  @Test("A file whose name is taken by a folder is kept, and committed once it can be", .tags(.engine), .unlessFast)
  func renameFails() async throws {
    var random = SeededGenerator(seed: seed)
    var writer = try FlowStoreWriter(options())
    writer.append(1500, at: newYear, &random)
    let obstacle = "\(folder.path)/date=2026-01-01/hour=00/flows-h-20260101T000000Z-0-0.parquet"
    try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
    writer.advance(to: newYear + 300_000)
    #expect(writer.failure == .system(FileError(.renameTo, path: obstacle, code: EISDIR)))
    #expect(writer.rowsHeld == 1500)
    #expect(writer.counters.committed == 0)
    writer.append(3000, at: newYear + 300_001, &random)
    writer.expectBalance()
    #expect(writer.rowsHeld == 3500, "the file that waits and two row groups")
    try FileManager.default.removeItem(atPath: obstacle)
    writer.commit()
    #expect(writer.failure == nil)
    #expect(writer.counters.committed == 3500)
    #expect(writer.counters.lost == 1000)
    #expect(
      Listing(folder.path).files == [
        "date=2026-01-01/hour=00/flows-h-20260101T000000Z-0-0.parquet",
        "date=2026-01-01/hour=00/flows-h-20260101T000500Z-0-0.parquet",
      ])
    #expect(Listing(folder.path).others == [])
    if Python.tool != nil { #expect(try await Python.rowCount(folder.path) == 3500) }
  }

  @Test("A store that is removed while it is written is made again; what was in the removed file is lost and counted")
  func removedDirectory() throws {
    var random = SeededGenerator(seed: seed)
    var writer = try FlowStoreWriter(options())
    writer.append(1500, at: newYear, &random)
    try FileManager.default.removeItem(atPath: folder.path)
    writer.advance(to: newYear + 300_000)
    #expect(
      writer.failure == .system(FileError(.openDirectory, path: "\(folder.path)/date=2026-01-01/hour=00", code: ENOENT))
    )
    #expect(writer.counters.lost == 1500)
    writer.append(2500, at: newYear + 301_000, &random)
    writer.expectBalance()
    #expect(writer.failure == nil)
    writer.commit()
    #expect(writer.counters.committed == 2500)
    #expect(writer.counters.lost == 1500)
    #expect(Listing(folder.path).files.count == 1)
    #expect(Listing(folder.path).others == [])
  }

  @Test(
    "A directory that is closed keeps rows waiting, and so does a folder that cannot be synced", .tags(.engine),
    .unlessFast)
  func closedDirectory() async throws {
    let path = folder.path
    await #expect(processExitsWith: .success) { [path = path as String] in
      try Unprivileged.become(owning: [path])
      exit(try FaultTests.writeIntoClosed(path))
    }
    #expect(Listing(path).files.count == 3)
    #expect(Listing(path).others == [])
    if Python.tool != nil { #expect(try await Python.rowCount(path) == 3700) }
  }

  /// Returns 0 on success. Runs in its own process, because root can write to any folder.
  private static func writeIntoClosed(_ path: String) throws -> Int32 {
    var random = SeededGenerator(seed: seed)
    var options = FlowStoreOptions(path: path, host: "h")
    options.rowGroupRows = rows
    var writer = try FlowStoreWriter(options)
    // No folder can be created.
    Unprivileged.setMode(path, 0o555)
    writer.append(1200, at: newYear, &random)
    let folder = "\(path)/date=2026-01-01"
    let closed = FileError(.createDirectory, path: folder, code: EACCES)
    guard writer.failure == .system(closed), writer.rowsHeld == 1200 else {
      return 2
    }
    let refused = #expect(throws: StoreError.self) { _ = try FlowStoreWriter(options) }
    guard refused == .system(FileError(.writeInto, path: path, code: EACCES)) else { return 3 }
    Unprivileged.setMode(path, 0o755)
    writer.append(1, at: newYear + 1000, &random)
    guard writer.failure == nil, writer.counters.committed == 1200 else { return 4 }
    // The file cannot be renamed.
    writer.append(1499, at: newYear + 1000, &random)
    Unprivileged.setMode("\(folder)/hour=00", 0o555)
    writer.advance(to: newYear + 300_000)
    guard writer.failure != nil, writer.rowsHeld == 1500, writer.counters.committed == 1200 else { return 5 }
    Unprivileged.setMode("\(folder)/hour=00", 0o755)
    writer.advance(to: newYear + 301_000)
    guard writer.failure == nil, writer.rowsHeld == 0, writer.counters.committed == 2700 else { return 6 }
    // The folder cannot be opened: the file's name may not be on the disk.
    writer.append(1000, at: newYear + 301_000, &random)
    Unprivileged.setMode("\(folder)/hour=00", 0o333)
    writer.advance(to: newYear + 600_000)
    Unprivileged.setMode("\(folder)/hour=00", 0o755)
    guard writer.failure == .system(FileError(.openDirectory, path: "\(folder)/hour=00", code: EACCES)) else {
      return 7
    }
    guard writer.counters.committed == 2700, writer.rowsHeld == 1000 else { return 8 }
    writer.advance(to: newYear + 601_000)
    guard writer.failure == nil, writer.counters.committed == 3700, writer.rowsHeld == 0 else { return 9 }
    guard writer.counters.lost == 0 else { return 10 }
    return 0
  }

  @Test(
    "Row groups that a file size limit cuts short leave those before them whole, and are written into another file",
    .tags(.engine), .unlessFast)
  func fileSizeLimit() async throws {
    let path = folder.path
    await #expect(processExitsWith: .success) { [path = path as String] in
      // In its own process, because the limit applies to the process.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1_200_000, rlim_max: 1_200_000)
      guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
      exit(try FaultTests.writePastLimit(path))
    }
    #expect(Listing(path).files.count == 3)
    #expect(Listing(path).others == [])
    if Python.tool != nil { #expect(try await Python.rowCount(path) == 75_000) }
  }

  /// Writes three row groups into files limited to one. Returns 0 on success.
  private static func writePastLimit(_ path: String) throws -> Int32 {
    var random = SeededGenerator(seed: seed)
    var options = FlowStoreOptions(path: path, host: "h")
    options.rowGroupRows = 25_000
    var writer = try FlowStoreWriter(options)
    for group in 1...3 {
      writer.append(25_000, at: newYear + Int64(group) * 1000, &random)
      let counters = writer.counters
      guard counters.received == counters.committed + writer.rowsHeld, counters.lost == 0 else { return 3 }
      if group == 2 {
        // The second did not fit; the first was committed at once.
        guard case .parquet(.system(let error)) = writer.failure, error.operation == .write, error.code == EFBIG else {
          return 4
        }
        guard counters.committed == 25_000 else { return 5 }
      }
    }
    writer.advance(to: newYear + 300_000)
    writer.advance(to: newYear + 301_000)
    return writer.failure == nil && writer.counters.committed == 75_000 ? 0 : 6
  }
}
