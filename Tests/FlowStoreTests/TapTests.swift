import FlowModel
import FlowOutput
import FlowStore
import Foundation
import Logging
import NetworkBytes
import Parquet
import Synchronization
import TestSupport
import Testing

/// Records the calls of a tap.
private final class RecordingTap: RowTap {
  struct Notes {
    /// Octets of the rows as appended, by row group.
    var rows: [RowGroupID: [UInt64]] = [:]
    /// Octets in the file's order, for each row group that was written.
    var written: [RowGroupID: [UInt64]] = [:]
    var published: [(path: String, groups: [RowGroupID])] = []
    var discarded: [RowGroupID] = []
    var problems: [String] = []
  }

  let notes = Mutex(Notes())

  func append(
    _ batch: borrowing FlowBatch, _ places: Range<Int>, to group: RowGroupID, at first: Int, origins: [FlowOrigin],
    names: NameTable
  ) {
    let octets = places.map { batch.records[$0].octets }
    notes.withLock { notes in
      if notes.rows[group, default: []].count != first { notes.problems.append("\(group) begins anew at \(first)") }
      if notes.written[group] != nil { notes.problems.append("\(group) is written and takes rows") }
      notes.rows[group, default: []] += octets
    }
  }

  func written(_ group: RowGroupID, order: [UInt32]) {
    notes.withLock { notes in
      let rows = notes.rows[group] ?? []
      if order.sorted() != Array(0..<UInt32(rows.count)) { notes.problems.append("\(group) has another order") }
      notes.written[group] = order.map { rows[Int($0)] }
    }
  }

  func published(_ path: String, _ groups: [RowGroupID]) {
    notes.withLock { $0.published.append((path, groups)) }
  }

  func discarded(_ groups: [RowGroupID]) { notes.withLock { $0.discarded += groups } }
}

@Suite("Rows are seen on their way into files", .ownThread)
struct TapTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func options(rows: Int = 50) -> FlowStoreOptions {
    var options = FlowStoreOptions(path: folder.path, host: "h")
    options.rowGroupRows = rows
    options.maximumFileSize = 20_000
    return options
  }

  /// Returns rows with random addresses, identified by their octets, some with rare fields.
  private func batch(_ numbers: Range<UInt64>, _ random: inout SeededGenerator) -> FlowBatch {
    var batch = FlowBatch(records(numbers.count, &random))
    for (index, number) in numbers.enumerated() {
      batch.records[index].octets = number
      guard random.below(10) == 0 else { continue }
      var rare = FlowExtension()
      rare.postNATSourcePort = 1
      batch.extensions.append(rare)
      batch.records[index].extensionNumber = UInt32(batch.extensions.count)
    }
    return batch
  }

  /// Returns the octets of a file's rows by row group.
  private static func octets(_ path: String) throws -> [[UInt64]] {
    var reader = try ParquetReader(path)
    var groups: [[UInt64]] = []
    guard let number = reader.column("bytes") else { return groups }
    for group in 0..<reader.rowGroupCount {
      let column = try reader.integers(number, rowGroup: group)
      groups.append((0..<reader.rowCount(group)).map { column[$0] })
    }
    return groups
  }

  @Test("each file's rows are those that were seen, row by row in its order", arguments: [true, false])
  func order(holds: Bool) throws {
    var random = SeededGenerator(seed: seed)
    let tap = RecordingTap()
    var options = options()
    options.holdsFiles = holds
    var writer = try FlowStoreWriter(options)
    writer.taps = [tap]
    var (sent, time) = (UInt64(0), newYear)
    for _ in 0..<200 {
      switch random.below(8) {
      case 0: time += Int64(random.below(400)) * 1000
      case 1: writer.commit()
      case 2: writer.publish()
      default:
        let count = UInt64(1 + random.below(130))
        writer.append(batch(sent..<sent + count, &random), at: time, origins: origins)
        sent += count
      }
    }
    writer.commit()
    writer.publish()
    #expect(writer.counters.committed == sent, "FLOWSTORE_TEST_SEED=\(seed)")
    let notes = tap.notes.withLock { $0 }
    #expect(notes.problems.isEmpty && notes.discarded.isEmpty)
    #expect(notes.published.count == Listing(folder.path).files.count)
    var found: [UInt64] = []
    for (path, groups) in notes.published {
      let rows = try Self.octets(path)
      #expect(rows == groups.map { notes.written[$0] ?? [] }, "FLOWSTORE_TEST_SEED=\(seed)")
      found += rows.joined()
    }
    #expect(found.sorted() == Array(0..<sent))
  }

  @Test("a row group that cannot be written yet goes on, and is in the file that is made at last")
  func fault() throws {
    var random = SeededGenerator(seed: seed)
    let tap = RecordingTap()
    var writer = try FlowStoreWriter(options())
    writer.taps = [tap]
    let obstacle = "\(folder.path)/date=2026-01-01"
    try Data().write(to: URL(fileURLWithPath: obstacle))
    writer.append(batch(0..<60, &random), at: newYear, origins: origins)
    #expect(writer.failure != nil)
    writer.append(batch(60..<80, &random), at: newYear, origins: origins)
    try FileManager.default.removeItem(atPath: obstacle)
    writer.append(batch(80..<90, &random), at: newYear + 2000, origins: origins)
    writer.commit()
    let notes = tap.notes.withLock { $0 }
    #expect(notes.problems.isEmpty && notes.discarded.isEmpty)
    let rows = try notes.published.flatMap { try Self.octets($0.path).joined() }
    #expect(rows.sorted() == Array(0..<90))
    #expect(notes.published.flatMap(\.groups).flatMap { notes.written[$0] ?? [] } == rows)
  }

  @Test("what no file will have is discarded")
  func discarded() throws {
    var random = SeededGenerator(seed: seed)
    let tap = RecordingTap()
    var options = options()
    options.holdsFiles = true
    var writer = try FlowStoreWriter(options)
    writer.taps = [tap]
    writer.append(batch(0..<60, &random), at: newYear, origins: origins)
    writer.commit()
    writer.append(batch(60..<70, &random), at: newYear, origins: origins)
    writer.giveUp()
    let notes = tap.notes.withLock { $0 }
    #expect(notes.published.isEmpty && Set(notes.discarded).isSuperset(of: notes.rows.keys))
  }

  @Test("a store's output has the taps that others add and remove before its next rows")
  func changes() throws {
    var random = SeededGenerator(seed: seed)
    let (settings, tap) = (StoreSettings(), RecordingTap())
    var store = try StoreOutput(
      options(rows: 1000), settings: settings, logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
    func context(_ seconds: Int64) -> FlowContext { FlowContext(time: newYear + seconds * 1000, origins: origins) }
    store.append(batch(0..<10, &random), context(0))
    settings.taps.add(tap)
    store.append(batch(10..<20, &random), context(1))
    settings.taps.remove(tap)
    store.append(batch(20..<30, &random), context(2))
    store.finish()
    let notes = tap.notes.withLock { $0 }
    #expect(notes.rows.values.map { $0 } == [Array(10..<20)])
    #expect(notes.problems == ["\(RowGroupID(worker: 0, number: 0)) begins anew at 10"])
    #expect(notes.published.isEmpty && notes.written.isEmpty)
  }
}
