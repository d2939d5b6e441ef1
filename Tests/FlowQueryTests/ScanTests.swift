import FlowFilter
import FlowModel
import FlowQuery
import FlowText
import Foundation
import Parquet
import TestSupport
import Testing

@Suite("Scans")
struct ScanTests {
  /// Writes a file with only the required columns: row `i` of `rows` has source 10.0.x.y and i octets.
  private static func write(
    rows: Int, groupRows: Int, time: ParquetColumn.ValueType = .timestampMilliseconds, to path: String
  ) throws {
    let columns: [ParquetColumn] = [
      ParquetColumn("time_start", time), ParquetColumn("time_end", time),
      ParquetColumn("src_addr", .string), ParquetColumn("dst_addr", .string), ParquetColumn("bytes", .uint64),
      ParquetColumn("packets", .uint64),
    ]
    var writer = try ParquetWriter(path: path, schema: try ParquetSchema(columns))
    for start in stride(from: 0, to: rows, by: groupRows) {
      let numbers = Array(start..<min(start + groupRows, rows))
      try writer.beginRowGroup(rowCount: numbers.count)
      let (starts, ends) = (numbers.map { Int64($0 * 1000) }, numbers.map { Int64($0 * 1000 + 500) })
      try writer.write(int64: starts.span)
      try writer.write(int64: ends.span)
      var sources = StringDictionary()
      var indices: [UInt32] = []
      for number in numbers { indices.append(sources.append("10.0.\(number >> 8).\(number & 255)")) }
      try writer.write(indices: indices.span, dictionary: sources)
      let destination = Array("2001:db8::1".utf8)
      try writer.write(repeating: destination.span)
      let octets = numbers.map { UInt64($0) }
      try writer.write(uint64: octets.span)
      try writer.write(repeating: 1)
      try writer.endRowGroup()
    }
    try writer.finish(metadata: [])
    try writer.close()
  }

  @Test("more groups than fit are told, and as many as fit are given")
  func limit() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.parquet"
    try Self.write(rows: 500, groupRows: 100, to: path)
    let scan = Scan([path])
    let key = try GroupKey(parsing: "src_addr")
    #expect(throws: QueryError.tooManyGroups(499)) { try scan.top(3, by: [key], limit: 499) }
    let answer = try #require(try scan.top(3, by: [key], limit: 500).first)
    #expect(answer.groupCount == 500)
    #expect(answer.rows.map(\.key) == [["10.0.1.243"], ["10.0.1.242"], ["10.0.1.241"]])
    #expect(answer.rows.map(\.sums.octets) == [499, 498, 497])
    #expect((answer.totals.flows, answer.totals.octets, answer.totals.packets) == (500, 124_750, 500))
  }

  @Test("the largest of more groups than fit are found in several passes", arguments: [Ranking.most, .least])
  func passes(ranking: Ranking) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.parquet"
    try Self.write(rows: 500, groupRows: 100, to: path)
    let scan = Scan([path])
    let keys = try ["src_addr", "dst_addr", "src_addr,dst_addr"].map { try GroupKey(parsing: $0) }
    let whole = try scan.top(5, by: keys, ranking: ranking, history: TopHistory())
    for limit in [499, 200, 50] {
      let answers = try scan.top(5, by: keys, ranking: ranking, limit: limit, passes: 64, history: TopHistory())
      for (answer, wanted) in zip(answers, whole) {
        #expect((answer.groupCount, answer.totals) == (wanted.groupCount, wanted.totals))
        #expect(answer.rows.map(\.key) == wanted.rows.map(\.key))
        #expect(answer.rows.map(\.sums) == wanted.rows.map(\.sums))
        #expect(answer.rows.map(\.history) == wanted.rows.map(\.history))
        #expect((answer.report.filesRead, answer.report.rowsScanned) == (1, 500))
      }
    }
    // As many as are wanted of each pass have to fit, too.
    #expect(throws: QueryError.tooManyGroups(50)) { try scan.top(500, by: keys, limit: 50, passes: 64) }
    #expect(throws: QueryError.tooManyGroups(2)) { try scan.top(1, by: keys, limit: 2, passes: 64) }
  }

  @Test("the number of workers changes no answer")
  func workers() throws {
    let folder = try TemporaryFolder()
    let paths = try (0..<3).map { number in
      let path = folder.path + "/\(number).parquet"
      try Self.write(rows: 1000 + number, groupRows: 70, to: path)
      return path
    }
    let keys = try ["src_addr", "src_addr/26,dst_addr", "addr", "src_port"].map { try GroupKey(parsing: $0) }
    var scan = Scan(paths)
    scan.filter = try FlowFilter(parsing: "bytes > 17 and not src net 10.0.1.0/25")
    var answers: [[[String]]] = []
    for workers in [1, 2, 7] {
      scan.workers = workers
      answers.append(
        try scan.top(10_000, by: keys).flatMap(\.rows).map {
          $0.key.map { $0 ?? "-" } + ["\($0.sums.flows)", "\($0.sums.octets)"]
        })
    }
    #expect(answers[0].count > 1000)
    #expect(answers[1] == answers[0])
    #expect(answers[2] == answers[0])
  }

  @Test("row groups outside of the window are not read, and rows inside are those that overlap")
  func window() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.parquet"
    try Self.write(rows: 1000, groupRows: 100, to: path)
    var scan = Scan([path])
    // Flows 250 to 260: the first ends inside the window, and the last begins inside it.
    scan.window = TimeWindow(250_400..<260_001)
    let answer = try scan.series(bin: nil)
    #expect(answer.totals.flows == 11)
    #expect(answer.report.rowsScanned == 100)
    scan.window = TimeWindow(2_000_000..<3_000_000)
    #expect(throws: QueryError.emptyWindow(TimeWindow(2_000_000..<3_000_000), 0...999_500)) {
      try scan.series(bin: nil)
    }
  }

  @Test("what a file lacks reads as what was not sent")
  func missingColumns() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.parquet"
    try Self.write(rows: 10, groupRows: 10, to: path)
    var lines: [UInt8] = []
    let report = try Scan([path]).rows(
      [.sourceAddress, .sourcePort, .samplingRate, .direction], format: .csv, limit: 1
    ) {
      lines += copy $0
      return true
    }
    #expect(String(decoding: lines, as: UTF8.self) == "10.0.0.0,0,1,\n")
    #expect(report.rowsSelected == 1)
  }

  @Test("a file whose times have no unit is named, and nothing of it is counted")
  func otherTimes() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.parquet"
    try Self.write(rows: 10, groupRows: 10, time: .int64, to: path)
    let report = try Scan([path]).series(bin: nil).report
    #expect(
      report.failures.unread.map(\.description) == ["\(path): has times without a unit, which is not supported"])
    #expect(report.rowsScanned == 0)
  }
}
