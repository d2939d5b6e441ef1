import FlowAggregation
import FlowFilter
import FlowModel
import FlowQuery
import FlowStore
import FlowText
import Foundation
import NetworkBytes
import TestSupport
import Testing

/// Code that handles columns is driven by the table. These tests add rows to a copy of the table and expect the new
/// columns in files, keys, filters, groups and all printed output, and consistent columns everywhere.
@Suite("A column that is added to the table is everywhere")
struct NewColumnTests {
  /// One column of each kind, read from what `Sample` creates.
  private static let added: [FlowColumn] = [
    FlowColumn(
      59, "added_u8", .number { UInt8(truncatingIfNeeded: $0.sourceAS) }, "",
      key: .bits(isStandard: false) { $0.sourceAS |= 0xff }, filter: .init("added-u8"), aliases: ["au8"]),
    FlowColumn(60, "added_u16", .number { UInt16(truncatingIfNeeded: $0.octets) }, "", filter: .init("added-u16")),
    FlowColumn(61, "added_u32", .number { UInt32(truncatingIfNeeded: $0.packets) }, "", isVaried: true),
    FlowColumn(62, "added_counter", .counter { $0.octets / 3 }, "", filter: .init("added-counter")),
    FlowColumn(63, "added_time", .time { $0.end + 1 }, ""),
    FlowColumn(64, "added_hop", .optionalAddress { $0.nextHop }, "", filter: .init("added-hop")),
    FlowColumn(65, "added_end", .address { $0.nextHop }, "", filter: .init("added-end", .router)),
    FlowColumn(66, "added_mac", .mac { $0.sourceMAC >> 1 }, "", filter: .init("added-mac")),
    FlowColumn(67, "added_word", .word(RecordReader { UInt32($0.direction) }, ["none", nil, "two"]), ""),
    FlowColumn(68, "added_exporter", .origin(.address { $0.exporter }), ""),
    FlowColumn(69, "added_domain", .origin(.number(.bits32) { $0.domain * 2 }), ""),
    FlowColumn(70, "added_version", .origin(.text { "v\($0.version)" }), ""),
    FlowColumn(71, "added_rare", .rareNumber { $0.postNATSourcePort }, "", filter: .init("added-rare")),
    FlowColumn(72, "added_rare_addr", .rare(.address { $0.postNATSource }), ""),
    FlowColumn(
      73, "added_rare_text", .rare(.text { $0.applicationEngine == 0 ? nil : "\($0.applicationSelector)" }), ""),
    FlowColumn(74, "added_rare_json", .rare(.json { _ in #"{"x":1}"# }), ""),
    FlowColumn(75, "added_name", .exporterName(.interface) { record, _ in UInt64(record.ingressInterface) }, ""),
    FlowColumn(76, "added_fact", .fact { $0.destinationLabel }, ""),
    FlowColumn(77, "added_rare_counter", .rare(.counter { $0.reversePackets / 2 }), "", filter: .init("added-count")),
  ]
  private static let table = FlowColumn.allCases + added

  /// A store of random flows with the extended table.
  private final class Store {
    let folder: TemporaryFolder
    let flows: [FlowRow]
    let files: [String]

    init(_ count: Int = 700) throws {
      let seed = runSeed("FLOWMODEL_TEST_SEED")
      var random = SeededGenerator(seed: seed)
      folder = try TemporaryFolder()
      var options = FlowStoreOptions(path: folder.path, host: "host")
      options.rowGroupRows = 300
      var writer = try FlowStoreWriter(options, columns: NewColumnTests.table)
      var batch = FlowBatch()
      var flows: [FlowRow] = []
      for index in 0..<count {
        var record = Sample.record(&random)
        var rare: FlowExtension?
        // The first row group has none.
        if index >= 300, Bool.random(using: &random) {
          let fields = Sample.rare(&random)
          batch.extensions.append(fields)
          record.extensionNumber = UInt32(batch.extensions.count)
          rare = fields
        }
        batch.records.append(record)
        // The first row group has no facts.
        let facts = index < 300 ? FlowFacts() : Sample.facts(&random)
        batch.facts.append(facts)
        flows.append(
          FlowRow(
            record, origin: Sample.origins[Int(record.origin)], rare: rare, names: Sample.names, facts: facts))
      }
      writer.append(batch, at: 1_767_225_600_000, origins: Sample.origins, names: Sample.names)
      writer.commit()
      #expect(writer.failure == nil)
      self.flows = flows
      files = try StoreFiles.find([folder.path]).files
    }

    func scan(_ filter: String = "any") throws -> Scan {
      var scan = Scan(files)
      scan.filter = try FlowFilter(parsing: filter, in: NewColumnTests.table)
      scan.isScaled = false
      scan.isStrict = true
      return scan
    }
  }

  private static func lines(_ text: [UInt8]) -> [String] {
    String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init).sorted()
  }

  @Test("Flows are printed the same from memory and from files", arguments: [RowFormat.json, .csv])
  func printed(format: RowFormat) throws {
    let store = try Store()
    var memory: [UInt8] = []
    var printer = FlowPrinter(format, Self.table)
    for flow in store.flows { printer.append(flow, to: &memory) }
    var files: [UInt8] = []
    _ = try store.scan().rows(Self.table, format: format) { text in
      files += copy text
      return true
    }
    let (expected, found) = (Self.lines(memory), Self.lines(files))
    #expect(expected.count == found.count)
    for (expected, found) in zip(expected, found) { try #require(expected == found) }
    for column in Self.table where format == .json {
      #expect(found.contains { $0.contains("\"\(column.name)\":") }, "\(column)")
    }
    let header = String(decoding: Scan.header(Self.table, format: .csv), as: UTF8.self)
    #expect(header == Self.table.map(\.name).joined(separator: ",") + "\n")
  }

  @Test("A filter means the same in memory and in files", arguments: table.filter { $0.filterTerm != nil })
  func filtered(column: FlowColumn) throws {
    let store = try Store(400)
    let term = try #require(column.filterTerm)
    let words = (term.isTranslated ? "nat " : "") + (term.side.map { "\($0.rawValue) " } ?? "") + term.word
    let values: [String] =
      switch column.kind {
      case .address: ["10.0.0.1", "in [10.0.0.0/29 2001:db8::/64]", "::"]
      case .mac: ["00:91:a2:b3:c4:d5", "01:23:45:67:89:ab", "00:00:00:00:00:00"]
      case .number, .counter, .time: ["0", "> 2", "in [1 2 3]", "< 128"]
      // Values that flows have, one of them in different case.
      case .text:
        ["\"none of these\""].filter { _ in column.filterTerm?.word != "direction" }
          + Set(store.flows.map { Self.text($0.value(column)) }).subtracting(["-"]).prefix(8)
          .map { $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") }
          .flatMap { ["\"\($0)\"", "\"\($0.uppercased())\"", "in [\"\($0)\"]"] }
      case .json: []
      }
    try #require(!values.isEmpty)
    for value in values {
      let filter = "\(words) \(value)"
      let scan = try store.scan(filter)
      let expected = store.flows.count { scan.filter.matches($0, collector: "") }
      #expect(try scan.series(bin: nil).totals.flows == UInt64(expected), "\(filter)")
      // All flows here come from samplers that take every packet.
      let isFound = filter.hasSuffix("> 2") && column != .samplingRate || filter.hasSuffix("\"]")
      #expect(!isFound || expected > 0, "\(filter)")
    }
  }

  @Test("Groups are those of the values", arguments: table)
  func grouped(column: FlowColumn) throws {
    let store = try Store(400)
    let key = try GroupKey(parsing: column.name, in: Self.table)
    let answer = try #require(try store.scan().top(1000, by: [key]).first)
    var expected: [String: UInt64] = [:]
    for flow in store.flows { expected[Self.text(flow.value(column)), default: 0] += 1 }
    var found: [String: UInt64] = [:]
    for row in answer.rows { found[row.key[0] ?? "-", default: 0] += row.sums.flows }
    #expect(found == expected)
    for alias in column.aliases { #expect(try GroupKey(parsing: alias, in: Self.table) == key) }
  }

  private static func text(_ value: FlowRow.Value) -> String {
    switch value {
    case .none: "-"
    case .integer(let number): String(number)
    case .time(let milliseconds): CivilTime.iso(milliseconds: milliseconds)
    case .address(let address): address.description
    case .mac(let address): ValueText.mac(address)
    case .text(let text), .json(let text): text
    }
  }

  @Test("A key tells flows apart by the column alone", arguments: table.filter(\.isKey))
  func keyed(column: FlowColumn) throws {
    let store = try Store(400)
    let key = try FlowKey(parsing: [column.name], in: Self.table)
    var origins = OriginTable()
    let records = store.flows.map { flow in
      var record = flow.record
      record.extensionNumber = 0
      record.origin = origins.number(of: key.origin(of: flow.origin), from: flow.origin.exporter)
      return record
    }
    var batch = FlowBatch()
    batch.records = records
    var emitted = FlowBatch()
    var cache = FlowCache(key: key)
    cache.merge(&batch, at: 0, into: &emitted)
    // The destination port includes the ICMP type and code.
    let companions = Self.table.filter { if case .with(column.name, _) = $0.keyRole { true } else { false } }
    let values = Set(store.flows.map { flow in ([column] + companions).map { Self.text(flow.value($0)) } })
    #expect(cache.liveCount == values.count)
  }

  @Test("What cannot be in a key, a prefix or a filter is refused by name")
  func refused() {
    #expect(throws: FlowKeyError.self) { try FlowKey(parsing: ["added_u16"], in: Self.table) }
    #expect(throws: FlowKeyError.self) { try FlowKey([.octets]) }
    #expect(throws: FlowKeyError.prefixNotAllowed("added_u8/24")) {
      try FlowKey(parsing: ["added_u8/24"], in: Self.table)
    }
    #expect(throws: FilterError.self) { try FlowFilter(parsing: "added-u8 256", in: Self.table) }
    #expect(throws: FilterError.self) { try FlowFilter(parsing: "added-u8 1") }
  }
}
