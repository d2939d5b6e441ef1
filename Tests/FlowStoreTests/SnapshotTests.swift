import FlowModel
import FlowOutput
import FlowStore
import Foundation
import Logging
import NetworkBytes
import Parquet
import TestSupport
import Testing

@Suite("A look at a store while it is written", .ownThread)
struct SnapshotTests {
  private let directory: TemporaryFolder
  private static let newYear: Int64 = 1_767_225_600_000
  private static let origins = [
    FlowOrigin(exporter: .unspecified, domain: 0, version: 0),
    FlowOrigin(exporter: IPAddress(v4: 0xc000_0201), domain: 1, version: 9),
  ]

  init() throws { directory = try TemporaryFolder() }

  /// Returns flows identified by their octets.
  private static func flows(_ numbers: Range<UInt64>) -> FlowBatch {
    var batch = FlowBatch()
    for number in numbers {
      var record = FlowRecord()
      record.origin = 1
      record.octets = number
      batch.records.append(record)
    }
    return batch
  }

  private static func octets(_ reader: consuming ParquetReader) throws -> [UInt64] {
    var values: [UInt64] = []
    guard let number = reader.column("bytes") else { return values }
    for group in 0..<reader.rowGroupCount {
      let column = try reader.integers(number, rowGroup: group)
      values += (0..<reader.rowCount(group)).map { column[$0] }
    }
    return values
  }

  private func context(_ time: Int64) -> FlowContext { FlowContext(time: Self.newYear + time, origins: Self.origins) }

  @Test("published files and what is not published have each flow once, at every moment", arguments: [true, false])
  func everyMoment(holds: Bool) throws {
    let seed = runSeed("SNAPSHOT_SEED")
    var random = SeededGenerator(seed: seed)
    var options = FlowStoreOptions(path: directory.path, host: "h")
    options.rowGroupRows = 20
    options.maximumFileSize = 20_000
    let settings = StoreSettings()
    let recovery = StoreRecovery(receipt: nil, isJournaled: true, nextCheckpoint: { 1 }, didPublish: {})
    var store = try StoreOutput(
      options, settings: settings, recovery: holds ? recovery : nil,
      logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
    var (sent, time) = (UInt64(1), Int64(0))
    for _ in 0..<300 {
      switch random.below(6) {
      case 0...2:
        let count = UInt64(random.below(50))
        store.append(Self.flows(sent..<(sent + count)), context(time))
        sent += count
      case 3: _ = store.commit()
      case 4: store.publish()
      default:
        time += Int64(random.below(100_000))
        store.advance(to: context(time))
      }
      if random.below(3) > 0 { store.maintain() }
      let snapshot = try store.snapshot()
      #expect(snapshot.publishedCount == settings.published.count)
      let published = try #require(settings.published.since(0))
      var found: [UInt64] = []
      for path in published { found += try Self.octets(ParquetReader(path)) }
      for file in snapshot.files { found += try Self.octets(ParquetReader(file)) }
      found += snapshot.waiting.records.map(\.octets)
      try #require(found.sorted() == Array(1..<sent), "seed \(seed)")
      let listed = (FileManager.default.enumerator(atPath: directory.path)?.allObjects as? [String] ?? [])
        .filter { $0.hasSuffix(".parquet") }
      #expect(Set(published) == Set(listed.map { "\(directory.path)/\($0)" }), "seed \(seed)")
    }
  }

  @Test("flows in memory have what files have, over several batches")
  func memory() throws {
    var memory = try MemoryFlows(createdBy: "a test")
    try memory.append(Self.flows(1..<5), origins: Self.origins, names: NameTable())
    try memory.append(FlowBatch(), origins: Self.origins, names: NameTable())
    try memory.append(Self.flows(5..<9), origins: Self.origins, names: NameTable())
    let snapshot = try #require(try memory.finish(metadata: [("sagflow.key", "src_addr")]))
    #expect(try Self.octets(ParquetReader(snapshot)).sorted() == Array(1..<9))
    let reader = try ParquetReader(snapshot)
    #expect(reader.columnNames == FlowColumn.allCases.map(\.name))
    #expect(reader.metadata["sagflow.key"] == "src_addr")
    let empty = try MemoryFlows(createdBy: "a test").finish(metadata: [])
    #expect(empty == nil)
  }

  @Test("The files published last are kept, and who asks for more is told that they are not")
  func log() {
    let published = PublishedFiles()
    published.append((0..<1000).map { "\($0)" })
    #expect(published.since(990)?.count == 10)
    published.append((1000..<1500).map { "\($0)" })
    #expect(published.count == 1500)
    #expect(published.since(10) == nil)
    #expect(published.since(1498) == ["1498", "1499"])
    #expect(published.since(1500) == [])
  }
}
