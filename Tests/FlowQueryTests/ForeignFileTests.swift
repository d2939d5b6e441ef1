import FlowFilter
import FlowQuery
import FlowStore
import Parquet
import TestSupport
import Testing

@Suite("Flow files with fewer columns or wider numbers")
struct ForeignFileTests {
  private static func tops(_ path: String) throws -> [[String]] {
    let keys = try ["src_port,proto", "in_if", "next_hop", "port"].map { try GroupKey(parsing: $0) }
    return try Scan([path]).top(1000, by: keys).map { answer in
      answer.rows.map { "\($0.key) \($0.sums)" }.sorted()
    }
  }

  @Test(
    "numbers of wider types, or of optional columns, give the same answers",
    arguments: [false, true])
  func wider(isOptional: Bool) throws {
    var random = SeededGenerator(seed: 6)
    let folder = try TemporaryFolder()
    var table = FlowTable.random(200, &random)
    try table.write(to: folder.file("narrow.parquet"))
    for index in table.columns.indices
    where [.uint8, .uint16, .uint32].contains(table.columns[index].type) {
      table.columns[index].type = isOptional ? .uint32 : .uint64
      table.columns[index].isOptional = isOptional
    }
    try table.write(to: folder.file("wide.parquet"))
    #expect(try Self.tops(folder.file("wide.parquet")) == Self.tops(folder.file("narrow.parquet")))
  }

  @Test("an IPv4 address is in its network, in whatever form it is written")
  func mappedIPv4() throws {
    var random = SeededGenerator(seed: 9)
    let folder = try TemporaryFolder()
    var table = FlowTable.random(6, &random)
    let texts = [
      "10.0.0.1", "::ffff:10.0.0.1", "::FFFF:a00:1", "0:0:0:0:0:ffff:10.0.0.1", "2001:db8:0:0:0:ffff:a00:1", "nonsense",
    ]
    for (row, text) in texts.enumerated() {
      table.rows[row]["src_addr"] = .text(text)
      table.rows[row]["dst_addr"] = .text("192.0.2.1")
    }
    try table.write(to: folder.file("a.parquet"))
    var scan = Scan([folder.file("a.parquet")])
    scan.filter = try FlowFilter(parsing: "net 10.0.0.0/8")
    let answer = try #require(try scan.top(10, by: [GroupKey(parsing: "src_addr")]).first)
    #expect(answer.rows.map(\.key) == [["10.0.0.1"]])
    #expect(answer.totals.flows == 4)
  }

  @Test(
    "a number that no flow can have is named with its file, and the file's flows are not counted")
  func tooLarge() throws {
    var random = SeededGenerator(seed: 7)
    let folder = try TemporaryFolder()
    var table = FlowTable.random(20, &random)
    for index in table.columns.indices where table.columns[index].name == "proto" {
      table.columns[index].type = .uint32
    }
    table.rows[11]["proto"] = .number(256)
    let path = folder.file("a.parquet")
    try table.write(to: path)
    let answer = try #require(try Scan([path]).top(10, by: [GroupKey(parsing: "proto")]).first)
    #expect(answer.rows.isEmpty)
    #expect(answer.report.failures.unread.map(\.description).count == 1)
    #expect(answer.report.failures.unread.first?.description.contains("a proto above 255") == true)
    var strict = Scan([path])
    strict.isStrict = true
    #expect(throws: ParquetReadError.self) { try strict.top(10, by: [GroupKey(parsing: "proto")]) }
  }

  @Test("null numbers count as 0, and null text is no value")
  func nulls() throws {
    var random = SeededGenerator(seed: 8)
    let folder = try TemporaryFolder()
    var table = FlowTable.random(40, &random)
    for index in table.columns.indices where table.columns[index].name == "in_if" {
      table.columns[index].isOptional = true
    }
    for index in table.rows.indices {
      table.rows[index]["app_name"] = nil
      if index % 2 == 0 { table.rows[index]["in_if"] = nil }
    }
    try table.write(to: folder.file("a.parquet"))
    let keys = try ["in_if", "app_name"].map { try GroupKey(parsing: $0) }
    let answers = try Scan([folder.file("a.parquet")]).top(100, by: keys)
    #expect(answers[0].rows.first { $0.key == ["0"] }?.sums.flows == 20)
    #expect(answers[1].rows.map(\.key) == [[nil]])
    #expect(answers[1].rows.map(\.sums.flows) == [40])
  }

  @Test(
    "columns that a file lacks are 0, 1 or nothing; a file without what every flow has is named")
  func fewer() throws {
    var random = SeededGenerator(seed: 9)
    let folder = try TemporaryFolder()
    var table = FlowTable.random(30, &random)
    table.columns = FlowTable.required
    try table.write(to: folder.file("few.parquet"))
    let keys = try ["src_port,proto", "next_hop,app_name"].map { try GroupKey(parsing: $0) }
    let answers = try Scan([folder.file("few.parquet")]).top(10, by: keys)
    #expect(answers[0].rows.map(\.key) == [["0", "0"]])
    #expect(answers[1].rows.map(\.key) == [[nil, nil]])
    #expect(answers[0].totals.octets == table.rows.reduce(0) { $0 + $1["bytes"].number })
    table.columns.removeAll { $0.name == "packets" }
    try table.write(to: folder.file("fewer.parquet"))
    let report = try Scan([folder.file("fewer.parquet")]).series(bin: nil).report
    #expect(report.failures.unread.map(\.path) == [folder.file("fewer.parquet")])
    #expect(report.rowsScanned == 0)
  }
}
