import FlowQuery
import FlowText
import Foundation
import TestSupport
import Testing

@Suite("Series against a model")
struct SeriesModelTests {
  @Test(
    "bins have the flows that began in them, and those between are empty",
    arguments: [1, 7, 60, 3600, 86_400], [0, 19_800, -12_600])
  func model(seconds: Int64, offset: Int) throws {
    let seed = runSeed("FLOWQUERY_SERIES_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    var table = FlowTable.random(100, &random)
    table.rows.removeSubrange(30..<60)
    try table.write(to: folder.file("a.parquet"), groupRows: 16)
    var scan = Scan([folder.file("a.parquet")])
    if offset != 0 { scan.style.zone = LocalZone(try #require(TimeZone(secondsFromGMT: offset))) }
    let answer = try scan.series(bin: seconds * 1000)
    let width = seconds * 1000
    let ahead = Int64(offset) * 1000
    let groups = Dictionary(grouping: table.rows) { ($0.start + ahead) / width * width - ahead }
    let first = try #require(groups.keys.min())
    let last = try #require(groups.keys.max())
    #expect(
      answer.bins.map(\.start) == Array(stride(from: first, through: last, by: Int(width))),
      "seed \(seed)")
    for bin in answer.bins {
      let rows = groups[bin.start] ?? []
      #expect(bin.end == bin.start + width, "seed \(seed)")
      #expect(bin.sums.flows == UInt64(rows.count), "seed \(seed)")
      #expect(bin.sums.octets == rows.reduce(0) { $0 + $1.octets }, "seed \(seed)")
      #expect(bin.sums.packets == rows.reduce(0) { $0 + $1.packets }, "seed \(seed)")
    }
    #expect(answer.totals.flows == 70)
  }

  @Test("a day on which clocks go on by an hour has 23")
  func shortDay() throws {
    let folder = try TemporaryFolder()
    let noon = 1_774_774_800_000 as Int64  // 2026-03-29T09:00:00Z
    var random = SeededGenerator(seed: 5)
    var table = FlowTable.random(3, &random)
    for number in 0..<3 {
      let time = UInt64(noon + Int64(number - 1) * 86_400_000)
      table.rows[number]["time_start"] = .number(time)
      table.rows[number]["time_end"] = .number(time)
    }
    try table.write(to: folder.file("a.parquet"))
    var scan = Scan([folder.file("a.parquet")])
    scan.style.zone = LocalZone(try #require(TimeZone(identifier: "Europe/Berlin")))
    let bins = try scan.series(bin: 86_400_000).bins
    #expect(bins.map { ($0.end - $0.start) / 3_600_000 } == [24, 23, 24])
    #expect(bins.map(\.sums.flows) == [1, 1, 1])
  }
}
