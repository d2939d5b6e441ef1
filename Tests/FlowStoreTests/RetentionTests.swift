import Files
import FlowOutput
import FlowStore
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Retention")
struct RetentionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let now: Int64 = newYear / 1000 + 7200

  /// Creates a file of 1000 octets with a store file's name.
  @discardableResult
  private func make(_ path: String, size: Int = 1000) throws -> String {
    let file = URL(fileURLWithPath: "\(folder.path)/\(path)")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(count: size).write(to: file)
    return path
  }

  /// Creates files of five minutes from 00:00, with hosts whose names contain dashes.
  private func makeHour(_ count: Int) throws -> [String] {
    try (0..<count).map { number in
      let minute = number * 5 < 10 ? "0\(number * 5)" : "\(number * 5)"
      return try make("date=2026-01-01/hour=00/flows-my-host-2-20260101T00\(minute)00Z-\(number % 3)-\(number).parquet")
    }
  }

  @Test("Without bounds nothing is removed")
  func unbounded() throws {
    let files = try makeHour(3)
    #expect(Retention().apply(to: folder.path, now: .max) == Retention.Result())
    #expect(Listing(folder.path).files == files)
  }

  @Test("A file goes when its window began longer ago than the age", arguments: [(0, 0), (1, 1), (300, 1), (301, 2)])
  func age(seconds: Int64, removed: Int) throws {
    let files = try makeHour(4)
    // At this age and time the first file is just not old enough.
    let result = Retention(age: 7200).apply(to: folder.path, now: Self.now + seconds)
    #expect(result.files == removed)
    #expect(result.octets == Int64(removed) * 1000)
    #expect(result.failure == nil)
    #expect(Listing(folder.path).files == Array(files.dropFirst(removed)))
  }

  @Test("The oldest go until the rest has the size", arguments: [(6000, 0), (5999, 1), (3000, 3), (1, 6)])
  func size(octets: Int64, removed: Int) throws {
    let files = try makeHour(6)
    let result = Retention(size: octets).apply(to: folder.path, now: Self.now)
    #expect(result.files == removed)
    #expect(result.octets == Int64(removed) * 1000)
    #expect(Listing(folder.path).files == Array(files.dropFirst(removed)))
  }

  @Test("Oldest is what the name says, whatever the folder, host, worker and file time")
  func order() throws {
    let newest = try make("date=2025-01-01/hour=00/flows-a-20260101T000000Z-0-0.parquet")
    let middle = try make("date=2026-01-01/hour=00/flows-a-20251231T235500Z-0-0.parquet")
    try make("date=2026-01-01/hour=00/flows-z-20251231T235000Z-9-10.parquet")
    _ = Retention(size: 2000).apply(to: folder.path, now: Self.now)
    #expect(Listing(folder.path).files == [newest, middle])
  }

  @Test("Age and size hold together")
  func both() throws {
    let files = try makeHour(8)
    #expect(Retention(age: 7200, size: 5000).apply(to: folder.path, now: Self.now + 301).files == 3)
    #expect(Retention(age: 7200 - 900, size: 4000).apply(to: folder.path, now: Self.now + 301).files == 2)
    #expect(Listing(folder.path).files == Array(files.dropFirst(5)))
  }

  @Test("What is not the store's is left alone, and does not count")
  func foreign() throws {
    try make("date=2020-01-01/hour=00/flows-h-20200101T000000Z-0-0.parquet")
    var foreign = [
      "flows-h-20200101T000000Z-0-0.parquet", "date=2020-01-01/flows-h-20200101T000000Z-0-0.parquet",
      "other/hour=00/flows-h-20200101T000000Z-0-0.parquet", "date=2020-01-01/day/flows-h-20200101T000000Z-0-0.parquet",
      "date=2020-01-01/hour=00/notes.txt", "date=2020-01-01/hour=00/flows.parquet",
      "date=2020-01-01/hour=00/flows-20200101T000000Z-0-0.parquet", "date=2020-01-01/hour=00/flows-h-2020-0-0.parquet",
      "date=2020-01-01/hour=00/flows-h-20201301T000000Z-0-0.parquet",
      "date=2020-01-01/hour=00/flows-h-20200001T000000Z-0-0.parquet",
      "date=2020-01-01/hour=00/flows-h-20200101t000000Z-0-0.parquet",
      "date=2020-01-01/hour=00/flows-h-2020010xT000000Z-0-0.parquet",
      "date=2020-01-01/hour=00/flows-h-20200101T000000Z-0-0.parquet.bak",
      "date=2020-01-01/hour=00/hour-h-20200101T000000Z-0-0.parquet",
      "date=2020-01-01/hour=00/.flows-h-20200101T000000Z-0-0.part",
    ]
    for path in foreign { try make(path, size: 1_000_000) }
    let target = try make("target")
    let hour = "\(folder.path)/date=2020-01-01/hour=00"
    try FileManager.default.createSymbolicLink(
      atPath: "\(hour)/flows-link-20200101T000000Z-0-0.parquet", withDestinationPath: "\(folder.path)/\(target)")
    try FileManager.default.createDirectory(
      atPath: "\(hour)/flows-folder-20200101T000000Z-0-0.parquet", withIntermediateDirectories: false)
    foreign += [target, "date=2020-01-01/hour=00/flows-link-20200101T000000Z-0-0.parquet"]
    #expect(Retention(size: 1000).apply(to: folder.path, now: Self.now).files == 0)
    let result = Retention(age: 1).apply(to: folder.path, now: Self.now)
    #expect(result.files == 1)
    #expect(result.failure == nil)
    let listing = Listing(folder.path)
    #expect((listing.files + listing.others).sorted() == foreign.sorted())
    #expect(listing.folders.contains("date=2020-01-01/hour=00/flows-folder-20200101T000000Z-0-0.parquet"))
  }

  @Test("What links lead to is neither removed nor counted: it is not in the store")
  func links() throws {
    let kept = try make("elsewhere/hour=00/flows-h-20200101T000000Z-0-0.parquet", size: 1_000_000)
    try make("date=2026-01-01/hour=00/flows-h-20260101T000000Z-0-0.parquet")
    let links = [("date=2020-01-01", "elsewhere"), ("date=2026-01-01/hour=05", "../elsewhere/hour=00")]
    for (link, target) in links {
      try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/\(link)", withDestinationPath: target)
    }
    #expect(Retention(size: 1_000_000).apply(to: folder.path, now: Self.now) == Retention.Result())
    #expect(Retention(age: 1).apply(to: folder.path, now: Self.now).files == 1)
    #expect(Listing(folder.path).files == [kept])
    for (link, _) in links {
      #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder.path)/\(link)")) != nil)
    }
  }

  @Test("A folder that cannot be read is told and left alone, the others are looked at")
  func unreadable() async throws {
    try make("date=2026-01-01/hour=00/flows-h-20260101T000000Z-0-0.parquet")
    try make("date=2026-01-01/hour=01/flows-h-20260101T010000Z-0-0.parquet")
    try make("date=2025-01-01/hour=01/flows-h-20250101T010000Z-0-0.parquet")
    let path = folder.path
    await #expect(processExitsWith: .success) { [path = path as String] in
      let open = "\(path)/date=2026-01-01/hour=01"
      try Unprivileged.become(
        owning: [path, "\(path)/date=2026-01-01", open, "\(path)/date=2025-01-01", "\(path)/date=2026-01-01/hour=00"])
      let closed = ["\(path)/date=2025-01-01", "\(path)/date=2026-01-01/hour=00"]
      for folder in closed { Unprivileged.setMode(folder, 0) }
      let result = Retention(size: 1).apply(to: path, now: RetentionTests.now)
      for folder in closed { Unprivileged.setMode(folder, 0o755) }
      let isTold = closed.contains { result.failure == FileError(.readDirectory, path: $0, code: EACCES) }
      exit(result.files == 1 && isTold ? EXIT_SUCCESS : 2)
    }
    #expect(Listing(path).files.count == 2)
  }

  @Test("Folders go with their last file, those with anything in them stay")
  func folders() throws {
    try make("date=2026-01-01/hour=00/flows-h-20260101T000000Z-0-0.parquet")
    try make("date=2026-01-01/hour=01/flows-h-20260101T010000Z-0-0.parquet")
    try make("date=2026-01-02/hour=00/flows-h-20260102T000000Z-0-0.parquet")
    try make("date=2026-01-02/hour=01/flows-h-20260102T010000Z-0-0.parquet")
    try make("date=2026-01-02/hour=01/.flows-h-20260102T010000Z-0-1.part")
    #expect(Retention(size: 1).apply(to: folder.path, now: Self.now).files == 4)
    #expect(Listing(folder.path).folders == ["date=2026-01-02", "date=2026-01-02/hour=01"])
    #expect(Listing(folder.path).others == ["date=2026-01-02/hour=01/.flows-h-20260102T010000Z-0-1.part"])
  }

  @Test("The file that is being written is not touched, and is committed")
  func openFile() throws {
    var random = SeededGenerator(seed: seed)
    var options = FlowStoreOptions(path: folder.path, host: "h")
    options.rowGroupRows = 100
    var writer = try FlowStoreWriter(options)
    writer.append(250, at: newYear, &random)
    writer.commit()
    writer.append(250, at: newYear, &random)
    #expect(Retention(age: 1, size: 1).apply(to: folder.path, now: Self.now).files == 1)
    writer.commit()
    #expect(writer.failure == nil)
    #expect(writer.counters.committed == 500)
    #expect(Listing(folder.path).files == ["date=2026-01-01/hour=00/flows-h-20260101T000000Z-0-1.parquet"])
  }

  @Test("A store that is not there, and files that vanish meanwhile, are no errors")
  func vanishing() throws {
    #expect(Retention(age: 1, size: 1).apply(to: "\(folder.path)/none", now: Self.now) == Retention.Result())
    for round in 0..<300 { try make("date=2026-01-01/hour=0\(round % 7)/flows-h-20260101T000000Z-0-\(round).parquet") }
    let path = folder.path
    let failures = (0..<4).map { _ in Box() }
    DispatchQueue.concurrentPerform(iterations: 4) { number in
      let result = Retention(size: 1).apply(to: path, now: Self.now)
      failures[number].value = result.failure == nil ? 0 : 1
    }
    #expect(failures.map(\.value) == [0, 0, 0, 0])
    #expect(Listing(path) == Listing("/nonexistent"))
  }

  @Test("Folders that go while a writer is about to use them do not keep it from writing", .tags(.slow), .unlessFast)
  func race() throws {
    let path = folder.path
    let isDone = Atomic(false)
    // A separate thread: on one core, Dispatch runs iterations one after another.
    let hasEnded = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      while !isDone.load(ordering: .acquiring) { _ = Retention(size: 1).apply(to: path, now: Self.now) }
      hasEnded.signal()
    }
    var random = SeededGenerator(seed: seed)
    var committed: UInt64 = 0
    if var writer = try? FlowStoreWriter(FlowStoreOptions(path: path, host: "h")) {
      for hour in 0..<500 { writer.append(1, at: newYear + Int64(hour) * 3_600_000, &random) }
      writer.commit()
      // A folder can be removed repeatedly before it contains a file; the rows then wait for the next attempt.
      for _ in 0..<100 where writer.rowsHeld > 0 { writer.commit() }
      committed = writer.counters.committed
    }
    isDone.store(true, ordering: .releasing)
    hasEnded.wait()
    #expect(committed == 500)
  }

  @Test("A file that cannot be removed is told, and the others go")
  func undeletable() async throws {
    try make("date=2026-01-01/hour=00/flows-h-20260101T000000Z-0-0.parquet")
    try make("date=2026-01-01/hour=01/flows-h-20260101T010000Z-0-0.parquet")
    let path = folder.path
    await #expect(processExitsWith: .success) { [path = path as String] in
      try Unprivileged.become(owning: [path, "\(path)/date=2026-01-01", "\(path)/date=2026-01-01/hour=01"])
      // In its own process, because root can write to any folder.
      let closed = "\(path)/date=2026-01-01/hour=00"
      Unprivileged.setMode(closed, 0o555)
      let result = Retention(size: 1).apply(to: path, now: RetentionTests.now)
      Unprivileged.setMode(closed, 0o755)
      let failed = FileError(.remove, path: "\(closed)/flows-h-20260101T000000Z-0-0.parquet", code: EACCES)
      exit(result.files == 1 && result.failure == failed ? EXIT_SUCCESS : 2)
    }
    #expect(Listing(path).files == ["date=2026-01-01/hour=00/flows-h-20260101T000000Z-0-0.parquet"])
  }
}
