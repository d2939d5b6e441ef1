import FlowQuery
import FlowText
import Foundation
import TestSupport
import Testing

@Suite("Series against a model")
struct SeriesModelTests {
  /// Returns the bin of a time in the model: clocks with a constant offset from UTC.
  private static func bin(_ time: Int64, _ width: Int64, _ ahead: Int64) -> Int64 {
    let rest = (time + ahead) % width
    return time - (rest < 0 ? rest + width : rest)
  }

  @Test(
    "bins have what is theirs by each rule, those between are empty, and all add up to the totals",
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
    let width = seconds * 1000
    let ahead = Int64(offset) * 1000
    for rule in BinRule.allCases {
      for isWindowed in [false, true] {
        let lower = FlowTable.newYear + Int64(random.below(400_000))
        let window = lower..<(lower + 1 + Int64(random.below(400_000)))
        scan.window = isWindowed ? TimeWindow(window) : nil
        let note: Comment = "seed \(seed), \(rule), \(isWindowed ? "\(window)" : "no window")"
        let all = isWindowed ? window : .min ..< .max
        let rows = table.rows.filter { $0.start < all.upperBound && $0.end >= all.lowerBound }
        var wanted: [Int64: [UInt64]] = [:]
        for row in rows {
          let part = max(row.start, all.lowerBound)..<min(row.start + row.length, all.upperBound)
          let first = Self.bin(part.lowerBound, width, ahead)
          let last = Self.bin(max(part.lowerBound, part.upperBound - 1), width, ahead)
          wanted[rule == .end ? last : first, default: [0, 0, 0]][0] += 1
          for start in stride(from: first, through: last, by: Int(width)) {
            let bin = (start..<(start + width)).clamped(to: part)
            let place = rule == .spread ? start : rule == .start ? first : last
            wanted[place, default: [0, 0, 0]][1] += row.share(of: row.packets, in: bin)
            wanted[place, default: [0, 0, 0]][2] += row.share(of: row.octets, in: bin)
          }
        }
        guard let first = wanted.keys.min(), let last = wanted.keys.max() else { continue }
        let answer = try scan.series(bin: width, by: rule)
        #expect(answer.bins.map(\.start) == Array(stride(from: first, through: last, by: Int(width))), note)
        for bin in answer.bins {
          #expect(bin.end == bin.start + width, note)
          #expect([bin.sums.flows, bin.sums.packets, bin.sums.octets] == wanted[bin.start] ?? [0, 0, 0], note)
        }
        let totals = try scan.series(bin: nil).totals
        #expect(answer.totals == totals, note)
        #expect(totals.flows == UInt64(rows.count), note)
        #expect(answer.bins.reduce(0) { $0 + $1.sums.octets } == totals.octets, note)
        #expect(answer.bins.reduce(0) { $0 + $1.sums.packets } == totals.packets, note)
      }
    }
  }

  @Test("windows that follow one another add up to all, to the last octet, for sums and for groups")
  func adjacent() throws {
    let seed = runSeed("FLOWQUERY_ADJACENT_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let table = FlowTable.random(120, &random)
    try table.write(to: folder.file("a.parquet"), groupRows: 16)
    var scan = Scan([folder.file("a.parquet")])
    let key = try GroupKey(parsing: "src_addr")
    let all = try #require(try scan.top(1000, by: [key]).first)
    let first = try #require(table.rows.map(\.start).min())
    let behind = try #require(table.rows.map(\.end).max()) + 1
    var edges = Set((0..<40).map { _ in first + 1 + Int64(random.below(Int(behind - first) - 1)) })
    edges.formUnion([first, behind])
    let ordered = edges.sorted()
    var octets: [[String?]: UInt64] = [:]
    var packets: UInt64 = 0
    for (lower, upper) in zip(ordered, ordered.dropFirst()) {
      scan.window = TimeWindow(lower..<upper)
      let answer = try #require(try scan.top(1000, by: [key]).first)
      for row in answer.rows { octets[row.key, default: 0] += row.sums.octets }
      packets += answer.totals.packets
      let wanted = table.rows.reduce(0) { $0 + $1.share(of: $1.octets, in: lower..<upper) }
      #expect(answer.totals.octets == wanted, "seed \(seed), \(lower)..<\(upper)")
    }
    #expect(packets == all.totals.packets, "seed \(seed)")
    for row in all.rows { #expect(octets[row.key] == row.sums.octets, "seed \(seed), \(row.key)") }
  }

  @Test(
    "bins and windows are the sums of their milliseconds, each of which has what is rounded down before its end and not before it"
  )
  func milliseconds() throws {
    let seed = runSeed("FLOWQUERY_MILLISECOND_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    var table = FlowTable.random(40, &random)
    let start = FlowTable.newYear
    for index in table.rows.indices {
      let first = start + Int64(random.below(300))
      table.rows[index]["time_start"] = .number(UInt64(first))
      // Some end before they begin, as from faulty exporters.
      table.rows[index]["time_end"] = .number(UInt64(first + Int64(random.below(120)) - 10))
    }
    try table.write(to: folder.file("a.parquet"), groupRows: 16)
    var milliseconds: [Int64: UInt64] = [:]
    for row in table.rows {
      var before: UInt64 = 0
      for passed in 1...row.length {
        let octets = row.octets * UInt64(passed) / UInt64(row.length)
        milliseconds[row.start + passed - 1, default: 0] += octets - before
        before = octets
      }
    }
    func sum(_ range: Range<Int64>) -> UInt64 { range.reduce(0) { $0 + (milliseconds[$1] ?? 0) } }
    var scan = Scan([folder.file("a.parquet")])
    for width in [1, 7, 50, 1000] as [Int64] {
      for bin in try scan.series(bin: width).bins {
        #expect(bin.sums.octets == sum(bin.start..<bin.end), "seed \(seed), \(width) ms")
      }
    }
    for _ in 0..<20 {
      let lower = start + Int64(random.below(300))
      let window = lower..<(lower + 1 + Int64(random.below(200)))
      scan.window = TimeWindow(window)
      var octets: UInt64 = 0
      // For a window before all flows, the answer is that it is empty.
      do { octets = try scan.series(bin: nil).totals.octets } catch QueryError.emptyWindow {}
      #expect(octets == sum(window), "seed \(seed), \(window)")
    }
  }

  @Test(
    "where clocks change, each bin of a place has what is in it, and bins follow one another without gaps",
    arguments: ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca"],
    ["2026-03-29T01", "2026-10-25T01", "2026-04-04T15"])
  func zones(name: String, around: String) throws {
    let seed = runSeed("FLOWQUERY_ZONE_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let middle = try TimeWindow(parsing: around, now: 0).range.lowerBound
    var table = FlowTable.random(60, &random)
    for index in table.rows.indices {
      let first = middle + Int64(random.below(172_800_000)) - 86_400_000
      table.rows[index]["time_start"] = .number(UInt64(first))
      table.rows[index]["time_end"] = .number(UInt64(first + Int64(random.below(14_400_000))))
    }
    try table.write(to: folder.file("a.parquet"), groupRows: 16)
    var scan = Scan([folder.file("a.parquet")])
    scan.style.zone = LocalZone(try #require(TimeZone(identifier: name)))
    for seconds in [900, 3600, 7200, 86_400] as [Int64] {
      let answer = try scan.series(bin: seconds * 1000)
      let note: Comment = "seed \(seed), \(seconds) s"
      for (bin, next) in zip(answer.bins, answer.bins.dropFirst()) { #expect(bin.end == next.start, note) }
      for bin in answer.bins {
        let wanted = table.rows.reduce(0) { $0 + $1.share(of: $1.octets, in: bin.start..<bin.end) }
        #expect(bin.sums.octets == wanted, note)
        #expect(bin.sums.flows == UInt64(table.rows.filter { (bin.start..<bin.end).contains($0.start) }.count), note)
      }
      #expect(answer.bins.reduce(0) { $0 + $1.sums.octets } == answer.totals.octets, note)
    }
  }

  @Test("a day on which clocks go on by an hour has 23, and a flow of days has less in it")
  func shortDay() throws {
    let folder = try TemporaryFolder()
    // 2026-03-28T23:00:00Z, the start of 29 March in Berlin, minus an hour or more.
    let midnight = 1_774_738_800_000 as Int64
    var random = SeededGenerator(seed: 5)
    var table = FlowTable.random(1, &random)
    table.rows[0]["time_start"] = .number(UInt64(midnight - 3_600_000))
    table.rows[0]["time_end"] = .number(UInt64(midnight + 47 * 3_600_000 - 1))
    table.rows[0]["bytes"] = .number(48_000)
    table.rows[0]["sampling_rate"] = .number(1)
    try table.write(to: folder.file("a.parquet"))
    var scan = Scan([folder.file("a.parquet")])
    scan.style.zone = LocalZone(try #require(TimeZone(identifier: "Europe/Berlin")))
    let answer = try scan.series(bin: 86_400_000)
    #expect(answer.bins.map { ($0.end - $0.start) / 3_600_000 } == [24, 23, 24])
    #expect(answer.bins.map(\.sums.octets) == [1000, 23_000, 24_000])
    #expect(answer.bins.map(\.sums.flows) == [1, 0, 0])
    #expect(answer.bins.map { answer.seconds(of: $0) } == [86_400, 82_800, 86_400])
  }

  @Test(
    "a flow of years is refused in bins of a second, whatever the window leaves of it is not, nor are times far off")
  func years() throws {
    let folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 7)
    var table = FlowTable.random(3, &random)
    let year: Int64 = 365 * 86_400_000
    table.rows[1]["time_start"] = .number(UInt64(FlowTable.newYear - 3 * year))
    table.rows[1]["time_end"] = .number(UInt64(FlowTable.newYear + year))
    try table.write(to: folder.file("a.parquet"))
    var scan = Scan([folder.file("a.parquet")])
    #expect(throws: QueryError.tooManyGroups(Scan.maximumBins)) { try scan.series(bin: 1000) }
    #expect(try scan.series(bin: 30 * 86_400_000).bins.count > 40)
    // A flow assigned to one bin is unaffected by distant ones.
    let bins = try scan.series(bin: 1000, by: .start).bins
    #expect(bins.reduce(0) { $0 + $1.sums.flows } == 3)
    scan.window = TimeWindow(FlowTable.newYear..<(FlowTable.newYear + 60_000))
    let answer = try scan.series(bin: 1000)
    #expect(answer.bins.count == 60)
    #expect(answer.bins.reduce(0) { $0 + $1.sums.octets } == answer.totals.octets)
  }

  @Test("counters of all 64 bits are spread without overflow")
  func greatest() throws {
    let folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 8)
    var table = FlowTable.random(1, &random)
    table.rows[0]["time_end"] = .number(UInt64(table.rows[0].start + 9_999_990))
    table.rows[0]["bytes"] = .number(.max)
    table.rows[0]["sampling_rate"] = .number(1)
    try table.write(to: folder.file("a.parquet"))
    let row = table.rows[0]
    for bin in try Scan([folder.file("a.parquet")]).series(bin: 7000).bins {
      #expect(bin.sums.octets == row.share(of: row.octets, in: bin.start..<bin.end))
    }
  }
}
