import FlowFilter
import FlowModel
import FlowQuery
import FlowStore
import FlowText
import Foundation
import TestSupport
import Testing

@Suite("Flow files that other programs wrote again")
struct RewrittenFileTests {
  private static let ours = (1...4).map { Fixtures.path("rewritten/ours/\($0).parquet") }

  private static func rows(_ files: [String], _ filter: String, window: TimeWindow? = nil) throws -> [String] {
    var scan = Scan(files)
    scan.filter = try FlowFilter(parsing: filter)
    scan.window = window
    scan.isStrict = true
    var lines: [UInt8] = []
    _ = try scan.rows(FlowColumn.allCases, format: .json) {
      lines += copy $0
      return true
    }
    return String(decoding: lines, as: UTF8.self).split(separator: "\n").map(String.init).sorted()
  }

  @Test(
    "answers are those of our own",
    arguments: ["duckdb", "duckdb-v2", "pyarrow", "pyarrow-v2", "pyarrow-delta", "polars", "fastparquet"])
  func answers(name: String) throws {
    let file = Fixtures.path("rewritten/\(name).parquet")
    for filter in [
      "any", "src net 10.0.0.0/8 or proto udp", "ipv6", "bytes > 500 and not port 53", "next net 0.0.0.0/0", "pps > 1",
      "mac 00:00:00:00:00:01", "duration > 100", "in if 0",
    ] {
      let (expected, found) = (try Self.rows(Self.ours, filter), try Self.rows([file], filter))
      #expect(found == expected, "\(name): \(filter)")
      if filter == "any" { #expect(expected.count > 150) }
    }
    var times: [Scan.Report] = []
    let keys = try ["src_addr,dst_port", "direction", "next_hop", "talkers", "src_mac,dst_vlan"].map {
      try GroupKey(parsing: $0)
    }
    var answers: [[String]] = []
    for files in [Self.ours, [file]] {
      let tops = try Scan(files).top(1000, by: keys)
      times += tops.prefix(1).map(\.report)
      answers.append(tops.map { "\($0.totals)" + $0.rows.map { "\($0.key) \($0.sums)" }.sorted().joined() })
    }
    #expect(answers[0] == answers[1])
    let range = try #require(times[0].times)
    if let told = times[1].times { #expect(told == range) }
    let window = TimeWindow((range.lowerBound + 1)..<(range.lowerBound + (range.upperBound - range.lowerBound) / 3))
    #expect(try Self.rows([file], "any", window: window) == Self.rows(Self.ours, "any", window: window))
  }

  @Test("a file that several paths lead to counts once")
  func repeated() throws {
    let file = Self.ours[0]
    let folder = try TemporaryFolder()
    let link = folder.path + "/link.parquet"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    let once = try Scan([file]).series(bin: nil)
    let answer = try Scan([file, link, Fixtures.path("rewritten/../rewritten/ours/1.parquet")]).series(bin: nil)
    #expect(answer.totals == once.totals)
    #expect(answer.report.failures.repeated.count == 2)
    #expect(answer.report.failures.repeated.first == link)
  }

  @Test("a key without a value is null")
  func nulls() throws {
    let answer = try #require(try Scan(Self.ours).top(1, by: [GroupKey(parsing: "next_hop,app_name,src_port")]).first)
    #expect(answer.rows.first?.key.prefix(2) == [nil, nil])
    #expect(answer.rows.first?.key.last != .some(nil))
  }
}
