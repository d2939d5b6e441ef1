import FlowFilter
import FlowQuery
import Parquet
import TestSupport
import Testing

@Suite("Groups against a model")
struct GroupModelTests {
  private struct Sums: Equatable {
    var flows: UInt64 = 0
    var packets: UInt64 = 0
    var octets: UInt64 = 0

    mutating func add(_ row: FlowTable.Row) {
      flows += 1
      packets += row.packets
      octets += row.octets
    }

    init() {}

    init(_ sums: FlowSums) { (flows, packets, octets) = (sums.flows, sums.packets, sums.octets) }
  }

  /// Random flows in a file.
  private struct Sample {
    private let folder: TemporaryFolder
    var table: FlowTable
    let scan: Scan
    let note: Comment

    /// - Parameter variable: repeats a run's seed.
    init(_ variable: String) throws {
      let seed = runSeed(variable)
      var random = SeededGenerator(seed: seed)
      folder = try TemporaryFolder()
      table = FlowTable.random(250, &random)
      try table.write(to: folder.file("a.parquet"))
      scan = Scan([folder.file("a.parquet")])
      note = "seed \(seed)"
    }
  }

  private typealias Key = [String?]

  private static func text(_ column: String, _ row: FlowTable.Row) -> String? {
    let name = column.split(separator: "/")[0]
    guard let value = row[String(name)] else { return nil }
    guard case .text(let text) = value else { return String(value.unwrapped) }
    guard column.contains("/") else { return text }
    let lengths = column.split(separator: "/").dropFirst()
    let isV6 = text.contains(":")
    switch isV6 ? lengths.last : lengths.first {
    case "0": return isV6 ? "::/0" : "0.0.0.0/0"
    case "24": return text.split(separator: ".").prefix(3).joined(separator: ".") + ".0/24"
    case "48": return text.split(separator: ":").prefix(3).joined(separator: ":") + "::/48"
    default: return "\(text)/\(isV6 ? 128 : 32)"
    }
  }

  private static func groups(_ table: FlowTable, _ keys: (FlowTable.Row) -> Set<Key>) -> [Key: Sums] {
    var groups: [Key: Sums] = [:]
    for row in table.rows {
      for key in keys(row) { groups[key, default: Sums()].add(row) }
    }
    return groups
  }

  /// Checks that the answer has the model's largest groups, and no others.
  private static func compare(_ scan: Scan, _ key: GroupKey, _ groups: [Key: Sums], _ note: Comment)
    throws
  {
    for statistic in Statistic.allCases {
      func value(_ sums: Sums) -> UInt64 {
        switch statistic {
        case .octets, .bitsPerSecond: sums.octets
        case .packets, .packetsPerSecond: sums.packets
        case .flows: sums.flows
        }
      }
      for count in [3, 10_000] {
        let answer = try #require(try scan.top(count, by: [key], sortedBy: statistic).first)
        let values = groups.values.map(value).sorted(by: >)
        #expect(answer.groupCount == groups.count, note)
        #expect(answer.rows.map { value(Sums($0.sums)) } == Array(values.prefix(count)), note)
        #expect(Set(answer.rows.map(\.key)).count == answer.rows.count, note)
        for row in answer.rows { #expect(groups[row.key] == Sums(row.sums), note) }
        let least = try #require(try scan.top(count, by: [key], sortedBy: statistic, ranking: .least).first)
        #expect(least.rows.map { value(Sums($0.sums)) } == Array(values.reversed().prefix(count)), note)
        #expect(Set(least.rows.map(\.key)).count == least.rows.count, note)
        for row in least.rows { #expect(groups[row.key] == Sums(row.sums), note) }
      }
    }
  }

  @Test(
    "columns, prefixes of both families and nulls",
    arguments: [
      "src_addr", "dst_addr,dst_port", "proto", "in_if,proto", "src_addr/24/48",
      "src_addr/0/48,dst_addr/24/0",
      "dst_addr/32/128", "next_hop", "app_name,next_hop", "next_hop,src_port,app_name,proto",
      "proto,src_addr,src_port,dst_addr,dst_port", "next_hop,src_addr,proto", "src_addr/24/48,in_if",
    ])
  func columns(text: String) throws {
    let sample = try Sample("FLOWQUERY_GROUP_SEED")
    let columns = text.split(separator: ",").map(String.init)
    let groups = Self.groups(sample.table) { row in [columns.map { Self.text($0, row) }] }
    try Self.compare(
      sample.scan, GroupKey(parsing: text), groups, sample.note)
  }

  @Test("groups of both families where only networks of one were asked for", arguments: ["src_addr", "addr"])
  func filtered(text: String) throws {
    var sample = try Sample("FLOWQUERY_FAMILY_SEED")
    var scan = sample.scan
    scan.filter = try FlowFilter(parsing: "not src net 10.0.1.0/24")
    sample.table.rows.removeAll { $0["src_addr"].text?.hasPrefix("10.0.1.") == true }
    #expect(sample.table.rows.contains { $0["src_addr"].text?.contains(":") == true })
    let groups = Self.groups(sample.table) { row in
      Set((text == "addr" ? ["src_addr", "dst_addr"] : [text]).map { [Self.text($0, row)] })
    }
    try Self.compare(scan, GroupKey(parsing: text), groups, sample.note)
  }

  @Test(
    "either end: a flow counts at both, and once where they are one",
    arguments: [
      ("addr", "addr"), ("port", "port"), ("proto,port", "port"), ("addr/24/48", "addr/24/48"),
    ])
  func ends(text: String, end: String) throws {
    let sample = try Sample("FLOWQUERY_END_SEED")
    let columns = text.split(separator: ",").map(String.init)
    let groups = Self.groups(sample.table) { row in
      Set(
        ["src_", "dst_"].map { side in columns.map { Self.text($0 == end ? side + $0 : $0, row) } })
    }
    try Self.compare(
      sample.scan, GroupKey(parsing: text), groups, sample.note)
  }

  @Test("merged directions: a conversation is one group, under one of its two keys")
  func directions() throws {
    let sample = try Sample("FLOWQUERY_DIRECTION_SEED")
    var key = try GroupKey(parsing: "src_addr,src_port,dst_addr,dst_port,proto")
    try key.mergeDirections()
    func conversation(_ key: Key) -> Key {
      let (one, other) = (key[0...1].compactMap { $0 }, key[2...3].compactMap { $0 })
      let ends = one.lexicographicallyPrecedes(other) ? one + other : other + one
      return ends.map(Optional.some) + [key[4]]
    }
    let columns = ["src_addr", "src_port", "dst_addr", "dst_port", "proto"]
    let groups = Self.groups(sample.table) { row in [conversation(columns.map { Self.text($0, row) })] }
    let answer = try #require(try sample.scan.top(10_000, by: [key]).first)
    #expect(answer.groupCount == groups.count, sample.note)
    #expect(answer.totals.flows == 250)
    for row in answer.rows {
      #expect(groups[conversation(row.key)] == Sums(row.sums), sample.note)
    }
  }

  /// Numbers that a key can contain, with their types in the store's files.
  private static let numbers: [FlowTable.Column] =
    ([
      ("observation_domain_id", .uint32), ("src_port", .uint16), ("dst_port", .uint16),
      ("proto", .uint8),
      ("tcp_flags", .uint16), ("ip_tos", .uint8), ("icmp_type", .uint8), ("icmp_code", .uint8),
      ("bytes", .uint64),
      ("packets", .uint64), ("flows", .uint32), ("sampling_rate", .uint32), ("in_if", .uint32),
      ("out_if", .uint32),
      ("src_as", .uint32), ("dst_as", .uint32), ("src_mask", .uint8), ("dst_mask", .uint8),
      ("src_vlan", .uint16),
      ("dst_vlan", .uint16), ("end_reason", .uint8), ("post_nat_src_port", .uint16),
      ("post_nat_dst_port", .uint16),
      ("vrf_id", .uint32),
    ] as [(String, ParquetColumn.ValueType)]).map { FlowTable.Column(name: $0.0, type: $0.1) }

  @Test("every number has its whole width in a key, whatever stands beside it")
  func widths() throws {
    let seed = runSeed("FLOWQUERY_WIDTH_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    var table = FlowTable(
      columns: FlowTable.required.filter { $0.name != "bytes" && $0.name != "packets" }
        + Self.numbers, rows: [])
    let widths: [ParquetColumn.ValueType: UInt64] = [
      .uint8: 8, .uint16: 16, .uint32: 32, .uint64: 64,
    ]
    for number in 0..<60 {
      var row: FlowTable.Row = [
        "time_start": .number(UInt64(FlowTable.newYear) + UInt64(number)),
        "time_end": .number(UInt64(FlowTable.newYear)),
        "src_addr": .text("10.0.0.1"), "dst_addr": .text("2001:db8::1"),
      ]
      for column in Self.numbers {
        let greatest = UInt64.max >> (64 - (widths[column.type] ?? 64))
        row[column.name] = .number(
          [0, 1, greatest, greatest - 1, random.next() & greatest][random.below(5)])
      }
      table.rows.append(row)
    }
    try table.write(to: folder.file("a.parquet"))
    var scan = Scan([folder.file("a.parquet")])
    scan.isScaled = false
    scan.isStrict = true
    for round in 0..<20 {
      let names = (Self.numbers.map(\.name) + ["src_addr", "dst_addr"]).shuffled(using: &random)
        .prefix(round == 0 ? 100 : 1 + random.below(9))
      let answer = try scan.top(100, by: [GroupKey(parsing: names.joined(separator: ","))])
      let wanted = Set(table.rows.map { row in names.map { Self.text($0, row) } })
      #expect(Set(answer.flatMap(\.rows).map(\.key)) == wanted, "seed \(seed), \(names)")
    }
  }

  private static func row(_ number: Int, from source: String, to destination: String, port: Int, octets: UInt64)
    -> FlowTable.Row
  {
    [
      "time_start": .number(UInt64(FlowTable.newYear) + UInt64(number)),
      "time_end": .number(UInt64(FlowTable.newYear) + 90_000), "src_addr": .text(source),
      "dst_addr": .text(destination),
      "src_port": .number(UInt64(port)), "dst_port": .number(443), "bytes": .number(octets),
      "packets": .number(UInt64(1 + number % 7)), "proto": .number(6), "sampling_rate": .number(1), "in_if": .number(1),
    ]
  }

  @Test("more groups than a table begins with room for, in one pass and in several", arguments: [nil, 10_000])
  func many(limit: Int?) throws {
    let seed = runSeed("FLOWQUERY_MANY_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    var table = FlowTable(columns: FlowTable.usual.filter { !$0.isOptional }, rows: [])
    for number in 0..<30_000 {
      let host = random.below(20_000)
      let prefix = host % 5 == 0 ? "2001:db8::1" : "10.1.\(host >> 8)."
      table.rows.append(
        Self.row(
          number, from: "\(prefix)\(host & 0xff)", to: "192.0.2.\(1 + random.below(2))", port: random.below(3),
          octets: UInt64(1 + random.below(900))))
    }
    // Two files, so that there is something to merge.
    let names = ["a.parquet", "b.parquet"].map { folder.file($0) }
    for (index, name) in names.enumerated() {
      let part = FlowTable(
        columns: table.columns, rows: table.rows.enumerated().filter { $0.offset % 2 == index }.map(\.element))
      try part.write(to: name, groupRows: 4096)
    }
    let columns = ["src_addr", "src_port", "dst_addr"]
    let groups = Self.groups(table) { row in [columns.map { Self.text($0, row) }] }
    #expect(groups.count > 12_288)
    let key = try GroupKey(parsing: columns.joined(separator: ","))
    let answer = try #require(
      try Scan(names).top(limit.map { $0 / 2 } ?? 30_000, by: [key], limit: limit, passes: 16).first)
    #expect(answer.groupCount == groups.count, "seed \(seed)")
    #expect(answer.totals.flows == 30_000)
    for row in answer.rows { #expect(groups[row.key] == Sums(row.sums), "seed \(seed)") }
    #expect(limit != nil || answer.rows.count == groups.count)
  }

  @Test("keys that seldom repeat beside others, in one reading, by each statistic from both ends")
  func seldom() throws {
    let seed = runSeed("FLOWQUERY_SELDOM_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    var table = FlowTable(columns: FlowTable.usual.filter { !$0.isOptional }, rows: [])
    for number in 0..<60_000 {
      let host = random.below(30_000)
      let prefix = host % 20 == 0 ? "2001:db8::1:" : "10.1.\(host >> 8)."
      table.rows.append(
        Self.row(
          number, from: "\(prefix)\(host & 0xff)", to: "192.0.2.\(1 + random.below(9))", port: random.below(60),
          octets: UInt64(random.below(900)) << (random.below(50) == 0 ? 30 : 0)))
    }
    try table.write(to: folder.file("a.parquet"), groupRows: 10_000)
    var scan = Scan([folder.file("a.parquet")])
    scan.workers = 2
    let columns = ["src_addr,src_port,dst_addr", "dst_addr"]
    let keys = try columns.map { try GroupKey(parsing: $0) }
    for (statistic, value) in [
      (Statistic.octets, \Sums.octets), (.packets, \.packets), (.flows, \.flows),
    ] as [(Statistic, KeyPath<Sums, UInt64>)] {
      for ranking in [Ranking.most, .least] {
        let answers = try scan.top(20, by: keys, sortedBy: statistic, ranking: ranking)
        for (answer, columns) in zip(answers, columns) {
          let groups = Self.groups(table) { row in [columns.split(separator: ",").map { Self.text(String($0), row) }] }
          let values = groups.values.map { $0[keyPath: value] }.sorted { ranking == .most ? $0 > $1 : $0 < $1 }
          #expect(answer.groupCount == groups.count, "seed \(seed)")
          #expect(answer.totals.flows == 60_000)
          #expect(answer.rows.map { Sums($0.sums)[keyPath: value] } == Array(values.prefix(20)), "seed \(seed)")
          for row in answer.rows { #expect(groups[row.key] == Sums(row.sums), "seed \(seed)") }
        }
      }
    }
  }

  @Test("several keys are answered in one reading as each alone is")
  func several() throws {
    var random = SeededGenerator(seed: 2)
    let folder = try TemporaryFolder()
    try FlowTable.random(200, &random).write(to: folder.file("a.parquet"))
    let scan = Scan([folder.file("a.parquet")])
    let keys = try ["src_addr", "port", "proto,in_if"].map { try GroupKey(parsing: $0) }
    let together = try scan.top(5, by: keys)
    for (key, answer) in zip(keys, together) {
      let alone = try #require(try scan.top(5, by: [key]).first)
      #expect(answer.rows.map(\.sums) == alone.rows.map(\.sums))
      #expect(answer.groupCount == alone.groupCount)
    }
  }
}

extension FlowTable.Value {
  fileprivate var unwrapped: UInt64 { Optional(self).number }
}
