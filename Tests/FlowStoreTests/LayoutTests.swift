import Files
import FlowModel
import FlowOutput
import FlowStore
import Foundation
import NetFlow
import TestSupport
import Testing

@Suite("Layout: paths of files, and when files end")
struct LayoutTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func options(host: String = "h", rotation: Int64 = 300) -> FlowStoreOptions {
    var options = FlowStoreOptions(path: folder.path, host: host)
    options.rotation = rotation
    return options
  }

  struct Place: Sendable {
    let time: Int64
    let rotation: Int64
    let path: String
  }

  @Test(
    "A file is named for its window's beginning, host, worker and number",
    arguments: [
      Place(
        time: 1_767_225_600_000, rotation: 300, path: "date=2026-01-01/hour=00/flows-h-20260101T000000Z-2-0.parquet"),
      Place(
        time: 1_767_225_899_999, rotation: 300, path: "date=2026-01-01/hour=00/flows-h-20260101T000000Z-2-0.parquet"),
      Place(
        time: 1_767_225_599_999, rotation: 300, path: "date=2025-12-31/hour=23/flows-h-20251231T235500Z-2-0.parquet"),
      Place(
        time: 1_767_225_599_999, rotation: 60, path: "date=2025-12-31/hour=23/flows-h-20251231T235900Z-2-0.parquet"),
      Place(
        time: 1_767_229_199_999, rotation: 3600, path: "date=2026-01-01/hour=00/flows-h-20260101T000000Z-2-0.parquet"),
      Place(time: 1_767_229_199_999, rotation: 1, path: "date=2026-01-01/hour=00/flows-h-20260101T005959Z-2-0.parquet"),
      Place(
        time: 1_709_164_800_000, rotation: 300, path: "date=2024-02-29/hour=00/flows-h-20240229T000000Z-2-0.parquet"),
      Place(time: 0, rotation: 300, path: "date=1970-01-01/hour=00/flows-h-19700101T000000Z-2-0.parquet"),
      Place(time: -1, rotation: 300, path: "date=1969-12-31/hour=23/flows-h-19691231T235500Z-2-0.parquet"),
      Place(time: -300_001, rotation: 300, path: "date=1969-12-31/hour=23/flows-h-19691231T235000Z-2-0.parquet"),
      Place(
        time: 253_402_300_799_999, rotation: 3600, path: "date=9999-12-31/hour=23/flows-h-99991231T230000Z-2-0.parquet"),
    ])
  func names(_ place: Place) throws {
    var random = SeededGenerator(seed: seed)
    var options = options(rotation: place.rotation)
    options.worker = 2
    var writer = try FlowStoreWriter(options)
    writer.append(3, at: place.time, &random)
    writer.commit()
    #expect(Listing(folder.path).files == [place.path])
    #expect(Listing(folder.path).others == [])
  }

  @Test("The name of a file that was hidden is not given to another one")
  func superseded() throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2 {
      var writer = try FlowStoreWriter(options())
      writer.append(3, at: newYear, &random)
      writer.commit()
      for file in Listing(folder.path).files { try FlowStoreWriter.supersede("\(folder.path)/\(file)") }
    }
    let name = "date=2026-01-01/hour=00/.flows-h-20260101T000000Z-0"
    #expect(Listing(folder.path).others.sorted() == ["\(name)-0.parquet.superseded", "\(name)-1.parquet.superseded"])
  }

  @Test("With an identity, files have it in their names, and are found by it whatever the host was called")
  func identity() throws {
    var random = SeededGenerator(seed: seed)
    for (host, identity, worker) in [("a-b", "0011aabb", 1), ("c", "0011aabb", 1), ("c", "0011aabb", 2), ("c", "", 1)] {
      var options = options(host: host)
      (options.identity, options.worker) = (identity, worker)
      var writer = try FlowStoreWriter(options)
      writer.append(3, at: newYear, &random)
      writer.commit()
      writer.append(3, at: newYear, &random)
      // The currently open file is removed with its writer.
      if host == "a-b" {
        let parts = try FlowStoreWriter.files(
          in: folder.path, of: FileOwner(identity: "0011aabb"), worker: 1, .unpublished)
        #expect(parts.count <= 1)
      }
    }
    let hour = "\(folder.path)/date=2026-01-01/hour=00"
    func files(_ identity: String, former: String? = nil, worker: Int = 1) throws -> [String] {
      try FlowStoreWriter.files(
        in: folder.path, of: FileOwner(identity: identity, formerHost: former), worker: worker, .published
      ).map { $0.replacing("\(hour)/flows-", with: "").replacing("-20260101T000000Z", with: "") }.sorted()
    }
    #expect(try files("0011aabb") == ["a-b-0011aabb-1-0.parquet", "c-0011aabb-1-0.parquet"])
    #expect(try files("0011aabb", worker: 2) == ["c-0011aabb-2-0.parquet"])
    #expect(try files("ffffffff") == [])
    #expect(try files("ffffffff", former: "c") == ["c-1-0.parquet"])
    #expect(try files("ffffffff", former: "a") == [])
    for name in [".flows-x-0011aabb-20260101T000000Z-1-5.part", ".flows-x-0011aabb-20260101T000000Z-1-6.part.copy"] {
      try Data().write(to: URL(fileURLWithPath: "\(hour)/\(name)"))
    }
    let owner = FileOwner(identity: "0011aabb")
    #expect(try FlowStoreWriter.files(in: folder.path, of: owner, worker: 1, .unpublished).count == 2)
    // Links may lead out of the store: their targets must not be removed.
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/date=2026-01-02", withDestinationPath: "date=2026-01-01")
    #expect(try FlowStoreWriter.files(in: folder.path, of: owner, worker: 1, .unpublished).count == 2)
  }

  @Test("Windows are aligned to the clock, and no file has rows of two", arguments: [60, 300, 3600])
  func windows(rotation: Int64) throws {
    var random = SeededGenerator(seed: seed &+ UInt64(rotation))
    var writer = try FlowStoreWriter(options(rotation: rotation))
    var time = newYear
    var expected: [String: Int] = [:]
    for _ in 0..<60 {
      time += Int64.random(in: 0...(rotation * 1500), using: &random)
      let begin = Date(timeIntervalSince1970: TimeInterval(time / 1000 / rotation * rotation))
      let count = Int.random(in: 1...5, using: &random)
      writer.append(count, at: time, &random)
      expected[Self.stamp(begin), default: 0] += count
      #expect(Int(writer.rowsHeld) == expected[Self.stamp(begin)], "only the open window's rows are held")
      writer.expectBalance()
    }
    writer.commit()
    let files = Listing(folder.path).files
    #expect(
      files.map { String($0.split(separator: "-")[4]) } == expected.keys.sorted(), "FLOWSTORE_TEST_SEED=\(seed)")
    #expect(files.allSatisfy { $0.hasSuffix("-0-0.parquet") })
  }

  /// Formats a date as `20260101T000500Z`, using Foundation.
  private static func stamp(_ date: Date) -> String {
    date.formatted(.iso8601).filter { !"-:".contains($0) }
  }

  @Test("While it is written a file is hidden")
  func hidden() throws {
    var random = SeededGenerator(seed: seed)
    var options = options()
    options.rowGroupRows = 10
    var writer = try FlowStoreWriter(options)
    writer.append(25, at: newYear, &random)
    #expect(Listing(folder.path).files == [])
    #expect(Listing(folder.path).others == ["date=2026-01-01/hour=00/.flows-h-20260101T000000Z-0-0.part"])
    #expect(writer.rowsHeld == 25)
    writer.advance(to: newYear + 299_999)
    #expect(writer.rowsHeld == 25)
    writer.advance(to: newYear + 300_000)
    #expect(writer.rowsHeld == 0)
    #expect(writer.counters.committedFiles == 1)
    #expect(Listing(folder.path).files == ["date=2026-01-01/hour=00/flows-h-20260101T000000Z-0-0.parquet"])
    #expect(Listing(folder.path).others == [])
    let path = folder.path + "/" + Listing(folder.path).files[0]
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64
    #expect(size == writer.counters.committedOctets)
  }

  @Test("A writer that is let go leaves no part file behind")
  func letGo() throws {
    var random = SeededGenerator(seed: seed)
    do {
      var options = options()
      options.rowGroupRows = 10
      var writer = try FlowStoreWriter(options)
      writer.append(25, at: newYear, &random)
      #expect(Listing(folder.path).others.count == 1)
    }
    #expect(Listing(folder.path).files == [])
    #expect(Listing(folder.path).others == [])
  }

  @Test("The clock may step back: the earlier window gets another file")
  func stepBack() throws {
    var random = SeededGenerator(seed: seed)
    var writer = try FlowStoreWriter(options())
    for offset in [0, 300_000, 0, -600_000, 300_000, 299_999] as [Int64] {
      writer.append(2, at: newYear + offset, &random)
    }
    writer.commit()
    #expect(
      Listing(folder.path).files == [
        "date=2025-12-31/hour=23/flows-h-20251231T235000Z-0-0.parquet",
        "date=2026-01-01/hour=00/flows-h-20260101T000000Z-0-0.parquet",
        "date=2026-01-01/hour=00/flows-h-20260101T000000Z-0-1.parquet",
        "date=2026-01-01/hour=00/flows-h-20260101T000000Z-0-2.parquet",
        "date=2026-01-01/hour=00/flows-h-20260101T000500Z-0-0.parquet",
        "date=2026-01-01/hour=00/flows-h-20260101T000500Z-0-1.parquet",
      ])
    #expect(writer.counters.committed == 12)
  }

  @Test("A file that reaches the size ends, and the next has the next number", .tags(.engine), .unlessFast)
  func maximumFileSize() async throws {
    var random = SeededGenerator(seed: seed)
    var options = options()
    options.rowGroupRows = 1000
    options.maximumFileSize = 100_000
    var writer = try FlowStoreWriter(options)
    for _ in 0..<8 { writer.append(1000, at: newYear, &random) }
    writer.append(1, at: newYear, &random)
    writer.commit()
    let files = Listing(folder.path).files
    #expect(files.count >= 3)
    #expect(files == files.indices.map { "date=2026-01-01/hour=00/flows-h-20260101T000000Z-0-\($0).parquet" })
    for file in files.dropLast() {
      let size = try #require(
        FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(file)")[.size] as? Int64)
      #expect((100_000..<200_000).contains(size))
    }
    #expect(writer.counters.committedFiles == UInt64(files.count))
    if Python.tool != nil { #expect(try await Python.rowCount(folder.path) == 8001) }
  }

  @Test("A restart in the same window leaves the files before alone, committed or not")
  func restart() throws {
    var random = SeededGenerator(seed: seed)
    var contents: [Data] = []
    let hour = "\(folder.path)/date=2026-01-01/hour=00"
    for number in 0..<3 {
      var writer = try FlowStoreWriter(options())
      writer.append(2 + number, at: newYear, &random)
      writer.commit()
      contents.append(
        try Data(contentsOf: URL(fileURLWithPath: "\(hour)/flows-h-20260101T000000Z-0-\(number).parquet")))
    }
    // Left by a process that was killed.
    let part = "\(hour)/.flows-h-20260101T000000Z-0-3.part"
    try Data("PAR1".utf8).write(to: URL(fileURLWithPath: part))
    var writer = try FlowStoreWriter(options())
    writer.append(9, at: newYear, &random)
    writer.commit()
    #expect(Listing(folder.path).files.last?.hasSuffix("-0-4.parquet") == true)
    #expect(Listing(folder.path).files.count == 4)
    #expect(try Data(contentsOf: URL(fileURLWithPath: part)) == Data("PAR1".utf8))
    for number in 0..<3 {
      let path = "\(hour)/flows-h-20260101T000000Z-0-\(number).parquet"
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == contents[number])
    }
  }

  @Test("Without rows there is neither file nor folder")
  func noEmptyFiles() throws {
    var writer = try FlowStoreWriter(options())
    for minute in 0..<20 { writer.advance(to: newYear + Int64(minute) * 60_000) }
    writer.append(FlowBatch([]), at: newYear, origins: origins)
    writer.commit()
    writer.commit()
    #expect(Listing(folder.path) == Listing("/nonexistent"))
    #expect(writer.counters == OutputCounters())
  }

  @Test(
    "Workers and hosts write into one directory at once, also those of one name, and no row is overwritten",
    .tags(.engine), .unlessFast)
  func together() async throws {
    let path = folder.path
    let committed = (0..<8).map { _ in Box() }
    DispatchQueue.concurrentPerform(iterations: 8) { number in
      var random = SeededGenerator(seed: seed &+ UInt64(number))
      var options = FlowStoreOptions(path: path, host: number < 4 ? "one" : "host-\(number % 2)")
      options.worker = number < 4 ? 0 : number / 2
      options.rowGroupRows = 20
      options.maximumFileSize = 1
      guard var writer = try? FlowStoreWriter(options) else { return }
      for round in 0..<30 { writer.append(20, at: newYear + Int64(round / 10) * 300_000, &random) }
      writer.commit()
      if writer.failure == nil { committed[number].value = writer.counters.committed }
    }
    #expect(committed.map(\.value) == Array(repeating: 600, count: 8))
    let listing = Listing(path)
    #expect(listing.files.count == 8 * 30)
    #expect(listing.others == [])
    if Python.tool != nil { #expect(try await Python.rowCount(path) == 8 * 600) }
  }

  @Test("The directory and those above it are made", arguments: ["a/b/c", "a//b/", "x"])
  func directories(_ path: String) throws {
    var random = SeededGenerator(seed: seed)
    var writer = try FlowStoreWriter(FlowStoreOptions(path: "\(folder.path)/\(path)", host: "h"))
    writer.append(1, at: newYear, &random)
    writer.commit()
    #expect(writer.failure == nil)
    #expect(Listing("\(folder.path)/\(path)").files.count == 1)
  }

  @Test("A path that is a file is refused with a line that says so")
  func pathIsFile() throws {
    let path = "\(folder.path)/file"
    try Data().write(to: URL(fileURLWithPath: path))
    #expect(throws: StoreError.system(FileError(.writeInto, path: path, code: ENOTDIR))) {
      _ = try FlowStoreWriter(FlowStoreOptions(path: path, host: "h"))
    }
    #expect(throws: StoreError.system(FileError(.createDirectory, path: "\(path)/below", code: ENOTDIR))) {
      _ = try FlowStoreWriter(FlowStoreOptions(path: "\(path)/below", host: "h"))
    }
    #expect(
      StoreError.system(FileError(.writeInto, path: "/x", code: ENOTDIR)).description
        == "cannot write into /x: Not a directory (errno 20); check that the directory is there")
  }
}

/// A number written by one thread and later read by another.
final class Box: @unchecked Sendable {
  var value: UInt64 = 0
}
