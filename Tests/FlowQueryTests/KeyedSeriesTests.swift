import FlowQuery
import FlowText
import TestSupport
import Testing

@Suite("Series of groups, and the course of top rows, against a model")
struct KeyedSeriesTests {
  private typealias Sums = [UInt64]

  private static func sums(_ sums: FlowSums) -> Sums { [sums.flows, sums.packets, sums.octets] }

  /// Returns a flow's contribution to a bin, counting only `window`.
  private static func part(_ row: FlowTable.Row, _ bin: Range<Int64>, _ window: Range<Int64>) -> Sums {
    let shown = bin.clamped(to: window)
    let isFirst = bin.contains(max(row.start, window.lowerBound))
    return [isFirst ? 1 : 0, row.share(of: row.packets, in: shown), row.share(of: row.octets, in: shown)]
  }

  private static func keys(_ name: String, _ row: FlowTable.Row) -> Set<[String?]> {
    switch name {
    case "addr": Set([[row["src_addr"].text], [row["dst_addr"].text]])
    case "next_hop,proto": [[row["next_hop"].text, String(row["proto"].number)]]
    default: [[row[name].text ?? String(row[name].number)]]
    }
  }

  @Test(
    "the groups with most and all others have in each bin what the model says",
    arguments: ["src_addr", "addr", "dst_port", "next_hop,proto"], [1, 3, 1000])
  func model(name: String, count: Int) throws {
    let seed = runSeed("FLOWQUERY_KEYED_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let table = FlowTable.random(150, &random)
    try table.write(to: folder.file("a.parquet"), groupRows: 16)
    var scan = Scan([folder.file("a.parquet")])
    let lower = FlowTable.newYear + Int64(random.below(300_000))
    let window = lower..<(lower + 200_000 + Int64(random.below(400_000)))
    scan.window = TimeWindow(window)
    scan.workers = 1 + random.below(3)
    let width: Int64 = [7000, 60_000, 3_600_000][random.below(3)]
    let answer = try scan.series(bin: width, by: GroupKey(parsing: name), count: count)
    let note: Comment = "seed \(seed)"
    let first = lower / width * width
    let bins = stride(from: first, to: window.upperBound, by: Int(width)).map { $0..<($0 + width) }
    #expect(answer.bins == bins, note)

    let rows = table.rows.filter { $0.start < window.upperBound && $0.end >= window.lowerBound }
    let whole = try #require(try scan.top(10_000, by: [GroupKey(parsing: name)]).first)
    #expect(answer.groupCount == whole.groupCount, note)
    #expect(answer.groups.map(\.key) == whole.rows.prefix(count).map(\.key), note)
    #expect(answer.groups.map(\.totals) == whole.rows.prefix(count).map(\.sums), note)
    #expect(answer.totals == whole.totals, note)
    func expect(_ found: [FlowSums], _ rows: [FlowTable.Row]) {
      for (bin, sums) in zip(bins, found) {
        let wanted = rows.map { Self.part($0, bin, window) }.reduce([0, 0, 0]) { zip($0, $1).map { $0 + $1 } }
        #expect(Self.sums(sums) == wanted, "seed \(seed), \(bin)")
      }
    }
    for group in answer.groups {
      expect(group.bins, rows.filter { Self.keys(name, $0).contains(group.key) })
      // Of the rates in ascending order, the first that at least 95 % do not exceed.
      let rates = zip(bins, group.bins).map { $1.rates(over: answer.seconds(of: $0)).bits }.sorted()
      let least = rates.first { rate in rates.filter { $0 <= rate }.count * 100 >= rates.count * 95 }
      #expect(group.percentile95 == least, note)
    }
    let shown = Set(answer.groups.map(\.key))
    expect(answer.others, rows.filter { Self.keys(name, $0).isDisjoint(with: shown) })
  }

  @Test("without a key all flows are others, in every bin of the window, also those without flows")
  func unkeyed() throws {
    let folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 9)
    let table = FlowTable.random(40, &random)
    try table.write(to: folder.file("a.parquet"))
    var scan = Scan([folder.file("a.parquet")])
    let window = (FlowTable.newYear - 600_000)..<(FlowTable.newYear + 900_000)
    scan.window = TimeWindow(window)
    scan.now = FlowTable.newYear + 500_000
    let answer = try scan.series(bin: 60_000, by: nil, count: 8)
    let plain = try scan.series(bin: 60_000)
    #expect(answer.groups.isEmpty)
    #expect(answer.groupCount == 0)
    // Up to now, unless flows are later than that.
    #expect(
      answer.bins.map(\.lowerBound)
        == stride(from: window.lowerBound, to: FlowTable.newYear + 500_000, by: 60_000).map { $0 })
    #expect(answer.totals == plain.totals)
    let sums = Dictionary(uniqueKeysWithValues: plain.bins.map { ($0.start, $0.sums) })
    for (bin, others) in zip(answer.bins, answer.others) { #expect(others == sums[bin.lowerBound] ?? FlowSums()) }
  }

  @Test("the course of top rows adds up to their sums, and its percentile is over finer spans")
  func history() throws {
    let seed = runSeed("FLOWQUERY_HISTORY_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let table = FlowTable.random(150, &random)
    try table.write(to: folder.file("a.parquet"), groupRows: 16)
    var scan = Scan([folder.file("a.parquet")])
    let window = FlowTable.newYear..<(FlowTable.newYear + 600_000)
    let keys = try ["src_addr", "addr"].map { try GroupKey(parsing: $0) }
    let history = TopHistory(spans: 20, percentileSpans: 60)
    for range in [window, nil] {
      scan.window = range.map { TimeWindow($0) }
      let plain = try scan.top(5, by: keys)
      let answers = try scan.top(5, by: keys, history: history)
      for (answer, plain) in zip(answers, plain) {
        #expect(answer.rows.map(\.key) == plain.rows.map(\.key))
        #expect(plain.rows.allSatisfy { $0.history.isEmpty && $0.percentile95 == nil })
        for row in answer.rows {
          #expect(row.history.count == 20, "seed \(seed)")
          #expect(row.history.reduce(0, +) == row.sums.octets, "seed \(seed)")
        }
      }
      guard let range else { continue }
      let series = try scan.series(bin: 10_000, by: keys[0], count: 5)
      for (row, group) in zip(answers[0].rows, series.groups) {
        #expect(row.percentile95 == group.percentile95, "seed \(seed)")
        for (place, octets) in row.history.enumerated() {
          let start = range.lowerBound + Int64(place) * 30_000
          let wanted = table.rows.filter { $0["src_addr"].text == row.key[0] }
            .reduce(0) { $0 + $1.share(of: $1.octets, in: start..<(start + 30_000)) }
          #expect(octets == wanted, "seed \(seed), span \(place)")
        }
      }
    }
  }

  @Test("bins whose number is out of reason are refused before anything is read")
  func limit() throws {
    let folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 3)
    try FlowTable.random(10, &random).write(to: folder.file("a.parquet"))
    var scan = Scan([folder.file("a.parquet")])
    scan.window = TimeWindow((FlowTable.newYear - 10_000_000_000)..<(FlowTable.newYear + 60_000))
    // The client has gone: nothing is opened.
    scan.isCancelled = { true }
    #expect(throws: QueryError.tooManyGroups(Scan.maximumBins)) {
      try scan.series(bin: 1000, by: GroupKey(parsing: "proto"), count: 8)
    }
  }

  @Test(
    "a usual length of bins gives about as many as are wanted",
    arguments: [
      (3_600_000, 120, 30_000), (86_400_000, 120, 900_000), (300_000, 120, 5000), (60_000, 120, 1000),
      (7 * 86_400_000, 120, 7_200_000), (3650 * 86_400_000, 120, 30 * 86_400_000),
    ] as [(Int64, Int, Int64)])
  func usual(length: Int64, points: Int, width: Int64) {
    #expect(TimeBins.usualWidth(for: 1000..<(1000 + length), points: points) == width)
  }
}
