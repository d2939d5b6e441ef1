import FlowModel
import FlowStore
import Foundation
import Kafka
import NetworkBytes
import Shipping
import TestSupport

/// A committed file of flows identified by their octets, which count up from 1.
struct FlowFileSample {
  let file: CommittedFile
  let rows: [FlowRow]
  /// The same flows as sent before the file exists.
  let live: LiveBatch
  private let folder: TemporaryFolder

  /// - Parameters:
  ///   - first: octets of the first row.
  ///   - isVaried: rows differ in every column, and some have rare fields.
  init(rows count: Int, first: Int = 1, isVaried: Bool = false, groupRows: Int = 1000) throws {
    folder = try TemporaryFolder()
    var options = FlowStoreOptions(path: folder.path, host: "h")
    options.rowGroupRows = groupRows
    var writer = try FlowStoreWriter(options)
    let origins = [
      FlowOrigin(exporter: .unspecified, domain: 0, version: 0),
      FlowOrigin(exporter: IPAddress(v4: 0xc000_0201), domain: 7, version: 9),
      FlowOrigin(exporter: IPAddress(high: 0x2001_0db8_0000_0000, low: 1), domain: 8, version: 10),
    ]
    var random = SeededGenerator(seed: runSeed("KAFKA_TEST_SEED"))
    let names = isVaried ? try Self.names(origins) : NameTable()
    var batch = FlowBatch()
    var rows: [FlowRow] = []
    for number in first..<(first + count) {
      var record = FlowRecord()
      record.octets = UInt64(number)
      record.packets = 1
      record.origin = UInt32(number % 2 + 1)
      record.samplingRate = 1
      record.start = 1_767_225_600_000
      record.end = 1_767_225_600_000 + Int64(number % 1000)
      record.source = IPAddress(v4: UInt32(number))
      record.destination = IPAddress(v4: 0x0a00_0001)
      var rare: FlowExtension?
      if isVaried { rare = Self.vary(&record, number, &random) }
      if let rare {
        batch.extensions.append(rare)
        record.extensionNumber = UInt32(batch.extensions.count)
      }
      batch.records.append(record)
      let facts = isVaried ? Self.facts(of: number) : FlowFacts()
      if isVaried { batch.facts.append(facts) }
      rows.append(FlowRow(record, origin: origins[Int(record.origin)], rare: rare, names: names, facts: facts))
    }
    writer.append(batch, at: 1_767_225_600_000, origins: origins, names: names)
    writer.commit()
    guard let path = try StoreFiles.first(in: folder.path) else { throw CocoaError(.fileNoSuchFile) }
    self.rows = rows
    live = LiveBatch(
      records: batch.records, extensions: batch.extensions, facts: batch.facts, origins: origins,
      names: names)
    file = CommittedFile(name: "sample-\(first)", path: path, octets: 0)
  }

  /// Returns names of some interfaces and VRFs, and of the rows' application.
  private static func names(_ origins: [FlowOrigin]) throws -> NameTable {
    var names = NameTable(
      origins.dropFirst().map { origin in
        var names = ExporterNames()
        for number in UInt64(0)..<3 { names.set("if\(number)", .interface, number * 131_071) }
        names.set("web", .application, ExporterNames.applicationNumber(engine: 3, selector: 80))
        return (origin.exporter, origin.domain, names)
      })
    var texts = TextCollector()
    for text in ["site é", "DE", "as 1", "edge"] { _ = try texts.number(of: Array(text.utf8)) }
    names.texts = texts.table
    return names
  }

  /// Returns facts for some rows: text numbers in the name table.
  private static func facts(of number: Int) -> FlowFacts {
    var facts = FlowFacts()
    facts.sourceLabel = UInt32(number % 3)
    facts.destinationCountry = number % 2 == 0 ? 2 : 0
    facts.sourceASName = UInt32(number % 4)
    facts.exporterName = 4
    facts.ingressInterfaceName = UInt32(number % 5)
    return facts
  }

  private static func vary(
    _ record: inout FlowRecord, _ number: Int, _ random: inout SeededGenerator
  ) -> FlowExtension? {
    record.source = number % 3 == 0 ? IPAddress(high: random.next(), low: random.next()) : record.source
    record.nextHop = number % 4 == 0 ? IPAddress(v4: 0x0a00_0002) : .unspecified
    record.transportWord = random.next()
    record.ingressInterface = UInt32(number % 4) * 131_071
    record.egressInterface = UInt32(truncatingIfNeeded: random.next())
    record.autonomousSystemWord = random.next()
    record.routeWord = random.next()
    record.traitsWord = random.next()
    record.direction = UInt8(number % 3)
    record.sourceMACWord = random.next()
    record.destinationMACWord = random.next()
    record.sourceMAC = number % 2 == 0 ? random.next() >> 16 : 0
    record.records = UInt32(number % 5 + 1)
    guard number % 7 == 0 else { return nil }
    var rare = FlowExtension()
    rare.postNATSource = IPAddress(v4: UInt32(number))
    rare.postNATSourcePort = 99
    rare.portBlockStart = UInt16(truncatingIfNeeded: number)
    rare.portBlockEnd = UInt16(truncatingIfNeeded: number + 63)
    rare.mplsTopLabelAddress = IPAddress(v4: 0x0a00_0003)
    rare.mplsStack[0] = 16_001 << 4
    rare.mplsStack[1] = 3 << 4
    rare.applicationEngine = 3
    rare.applicationSelector = 80
    rare.reverseOctets = UInt64(number)
    rare.reversePackets = UInt64(number % 2)
    rare.extra = #"{"x":"é"}"#
    return rare
  }
}

enum StoreFiles {
  /// Returns the path of a committed file below a folder.
  static func first(in folder: String) throws -> String? {
    FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String }.filter { $0.hasSuffix(".parquet") }
      .sorted().first.map { "\(folder)/\($0)" }
  }
}
