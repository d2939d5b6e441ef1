import FlowFilter
import FlowModel
import FlowQuery
import FlowStore
import FlowText
import NetworkBytes
import TestSupport
import Testing

@Suite("Columns that files of earlier versions lack")
struct EventColumnTests {
  /// Returns a store of two files: one with the first columns, one with all. Rows have 10 octets each, 30 in the second
  /// file.
  private static func store() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (count, octets) in [(43, UInt64(10)), (FlowColumn.allCases.count, 30)] {
      var options = FlowStoreOptions(path: folder.path, host: "host\(count)")
      options.rowGroupRows = 100
      var writer = try FlowStoreWriter(options, columns: Array(FlowColumn.allCases.prefix(count)))
      var batch = FlowBatch()
      for event in UInt8(0)...2 {
        var record = FlowRecord()
        record.source = IPAddress(v4: 0x0a00_0001)
        record.origin = 1
        record.octets = octets
        record.packets = 1
        record.samplingRate = 1
        record.start = 1_767_225_600_000
        record.end = record.start
        record.natEvent = event * 2
        record.firewallEvent = event + 1
        record.forwardingStatus = 64 + event
        record.layer2Segment = UInt32(event) * 5000
        var rare = FlowExtension()
        (rare.portBlockStart, rare.portBlockEnd) = (1024, 2047)
        rare.mplsTopLabelAddress = IPAddress(v4: 0xc000_0263)
        (rare.reverseOctets, rare.reversePackets) = (70, 7)
        batch.extensions.append(rare)
        record.extensionNumber = UInt32(batch.extensions.count)
        batch.records.append(record)
        var facts = FlowFacts()
        (facts.sourceLabel, facts.destinationLabel, facts.sourceCountry, facts.destinationCountry) = (1, 1, 1, 1)
        (facts.sourceASName, facts.destinationASName, facts.exporterName) = (1, 1, 1)
        batch.facts.append(facts)
      }
      var texts = TextCollector()
      _ = try texts.number(of: "known")
      var names = NameTable()
      names.texts = texts.table
      let origins = [
        FlowOrigin(exporter: .unspecified, domain: 0, version: 0),
        FlowOrigin(exporter: IPAddress(v4: 1), domain: 0, version: 10),
      ]
      writer.append(batch, at: 1_767_225_600_000, origins: origins, names: names)
      writer.commit()
      #expect(writer.failure == nil)
    }
    return folder
  }

  private static func scan(_ folder: TemporaryFolder, _ filter: String = "any") throws -> Scan {
    let files = try StoreFiles.find([folder.path]).files
    try #require(files.count == 2)
    var scan = Scan(files)
    scan.isStrict = true
    scan.filter = try FlowFilter(parsing: filter)
    return scan
  }

  @Test("read as what was not sent, and the others are with them", arguments: Array(FlowColumn.allCases.dropFirst(43)))
  func grouped(column: FlowColumn) throws {
    let folder = try Self.store()
    let answer = try #require(try Self.scan(folder).top(10, by: [GroupKey(parsing: column.name)]).first)
    #expect(answer.totals.octets == 120)
    let absent = answer.rows.filter { $0.key == [column.isNullable ? nil : "0"] }.map(\.sums.octets).reduce(0, +)
    // The newer file also contains a number of 0.
    let isAlsoNew: Set<FlowColumn> = [.natEvent, .layer2Segment]
    #expect(absent == (isAlsoNew.contains(column) ? 60 : 30))
    let values: [String] =
      switch column {
      case .natEvent: ["2", "4"]
      case .firewallEvent: ["1", "2", "3"]
      case .forwardingStatus: ["64", "65", "66"]
      case .layer2Segment: ["5000", "10000"]
      case .portBlockStart: ["1024"]
      case .portBlockEnd: ["2047"]
      case .mplsTopLabelAddress: ["192.0.2.99"]
      case .reverseOctets: ["70"]
      case .reversePackets: ["7"]
      default: ["known"]
      }
    let found = answer.rows.filter { $0.key[0] != nil && $0.key[0] != "0" }.compactMap { $0.key[0] }
    #expect(Set(found) == Set(values))
  }

  @Test(
    "are selected by their words",
    arguments: [
      ("nat event create", 30), ("event denied", 30), ("forwarding status forwarded", 90), ("port block 2000", 90),
      ("port block 2048", 0), ("pblock start 1024", 90), ("vni 5000", 30), ("vni 0", 60),
      ("mpls top ip 192.0.2.99", 90), ("not mpls top ip 192.0.2.99", 30), ("event 0", 30),
      ("reverse bytes 70", 90), ("reverse packets > 7", 0), ("reverse packets < 8", 90), ("not reverse bytes > 0", 30),
    ])
  func filtered(filter: String, octets: UInt64) throws {
    let folder = try Self.store()
    #expect(try Self.scan(folder, filter).series(bin: nil).totals.octets == octets)
  }

  @Test("are rows of either file")
  func rows() throws {
    let folder = try Self.store()
    let columns: [FlowColumn] = [.octets, .firewallEvent, .mplsTopLabelAddress]
    func lines(_ format: RowFormat, names: Bool = false) throws -> [String] {
      var text: [UInt8] = []
      var scan = try Self.scan(folder, "bytes 10 or event 3")
      scan.style.hasNames = names
      _ = try scan.rows(columns, format: format) { lines in
        text += copy lines
        return true
      }
      return Set(String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)).sorted()
    }
    #expect(try lines(.csv) == ["10,0,", "30,3,192.0.2.99"])
    #expect(try lines(.csv, names: true) == ["10,0,", "30,denied,192.0.2.99"])
    #expect(
      try lines(.json) == [
        #"{"bytes":10,"firewall_event":0}"#,
        #"{"bytes":30,"firewall_event":3,"mpls_top_label_addr":"192.0.2.99"}"#,
      ])
    let table = try lines(.table).map { $0.split(separator: "  ").map { $0.trimmingPrefix(" ") } }
    #expect(table.contains { $0.contains("3 (denied)") })
  }

  @Test(
    "with counts of the other direction, which sampling multiplies like others and which are left out where there are none"
  )
  func scaled() throws {
    let folder = try TemporaryFolder()
    var writer = try FlowStoreWriter(FlowStoreOptions(path: folder.path, host: "h"))
    var batch = FlowBatch()
    for packets in UInt64(0)...2 {
      var record = FlowRecord()
      record.octets = packets
      record.samplingRate = 100
      var rare = FlowExtension()
      rare.reversePackets = packets
      batch.extensions.append(rare)
      record.extensionNumber = UInt32(batch.extensions.count)
      batch.records.append(record)
    }
    writer.append(batch, at: 1_767_225_600_000, origins: [FlowOrigin(exporter: .unspecified, domain: 0, version: 10)])
    writer.commit()
    for isScaled in [true, false] {
      var scan = Scan(try StoreFiles.find([folder.path]).files)
      scan.isScaled = isScaled
      var text: [UInt8] = []
      _ = try scan.rows([.octets, .reverseOctets, .reversePackets], format: .json) { lines in
        text += copy lines
        return true
      }
      let expected = [
        #"{"bytes":0}"#, #"{"bytes":1,"reverse_packets":1}"#, #"{"bytes":2,"reverse_packets":2}"#,
      ].map { isScaled ? $0.replacing(/([12])(?=[,}])/) { "\($0.1)00" } : $0 }
      #expect(String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init).sorted() == expected)
    }
  }

  @Test("a table of sums has the names of events behind their numbers")
  func tables() throws {
    let key = try GroupKey(parsing: "firewall_event,proto,forwarding_status")
    #expect(key.tableTexts(["5", "6", "129"]) == ["5 (update)", "6", "129 (dropped ACL deny)"])
    #expect(key.tableTexts(["77", nil, "update"]) == ["77", "-", "update"])
  }
}
