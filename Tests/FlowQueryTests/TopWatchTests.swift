import FlowQuery
import TestSupport
import Testing

@Suite("Watching who has most, against a model")
struct TopWatchTests {
  private typealias Sums = [UInt64]

  /// The growing flows of an exporter.
  private struct Network {
    var table = FlowTable(rows: [])
    /// Indices of flows that grow.
    var live: [Int] = []

    /// Reports flows through `now`: new ones, which began shortly before, and growth of live ones.
    mutating func advance(to now: Int64, _ random: inout SeededGenerator) {
      for index in live {
        table.rows[index]["time_end"] = .number(UInt64(now - Int64(random.below(3000))))
        table.rows[index]["bytes"] = .number(table.rows[index]["bytes"].number + UInt64(random.below(5000)))
        table.rows[index]["packets"] = .number(table.rows[index]["packets"].number + UInt64(random.below(5)))
      }
      live.removeAll { _ in random.below(4) == 0 }
      for var row in FlowTable.random(1 + random.below(12), &random).rows {
        let end = now - Int64(random.below(20_000))
        row["time_start"] = .number(UInt64(end - Int64(random.below(60_000))))
        row["time_end"] = .number(UInt64(end))
        if random.below(2) == 0 { live.append(table.rows.count) }
        table.rows.append(row)
      }
    }

    /// Returns, for each key, the sum of everything ever reported.
    func sums(_ keys: (FlowTable.Row) -> Set<[String?]>) -> [[String?]: Sums] {
      var sums: [[String?]: Sums] = [:]
      for row in table.rows {
        for key in keys(row) { sums[key] = zip(sums[key] ?? [0, 0, 0], [1, row.packets, row.octets]).map { $0 + $1 } }
      }
      return sums
    }
  }

  @Test("each look has what was reported since the last one, also where the base moves", arguments: Statistic.allCases)
  func model(statistic: Statistic) throws {
    let seed = runSeed("FLOWQUERY_WATCH_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    var network = Network()
    var now = FlowTable.newYear
    var watch = TopWatch(
      10_000, by: [try GroupKey(parsing: "src_addr"), try GroupKey(parsing: "addr")], sortedBy: statistic)
    let keys: [@Sendable (FlowTable.Row) -> Set<[String?]>] = [
      { [[$0["src_addr"].text]] }, { Set([[$0["src_addr"].text], [$0["dst_addr"].text]]) },
    ]
    let place = ["flows": 0, "packets": 1, "pps": 1][statistic.rawValue] ?? 2
    network.advance(to: now, &random)
    var last: [[[String?]: Sums]] = []
    var greatest = 0
    // More than two hours.
    for look in 0..<80 {
      let path = folder.file("\(look).parquet")
      try network.table.write(to: path, groupRows: 8)
      let answer = try watch.look(Scan([path]), at: now)
      let sums = keys.map { network.sums($0) }
      #expect(answer.isFirst == (look == 0))
      if look > 0 {
        for (index, table) in answer.tables.enumerated() {
          var wanted: [[String?]: Sums] = [:]
          for (key, more) in sums[index] {
            let change = zip(more, last[index][key] ?? [0, 0, 0]).map { $0 - $1 }
            if change != [0, 0, 0] { wanted[key] = change }
          }
          let found = table.rows.filter { $0.sums != FlowSums() }
          let note: Comment = "seed \(seed), look \(look)"
          #expect(table.groupCount == wanted.count, note)
          #expect(found.count == wanted.count, note)
          for row in found { #expect([row.sums.flows, row.sums.packets, row.sums.octets] == wanted[row.key], note) }
          #expect(
            found.map { [$0.sums.flows, $0.sums.packets, $0.sums.octets][place] }
              == wanted.values.map { $0[place] }.sorted(by: >), note)
          #expect(table.rows.allSatisfy { $0.history.count == min(look, 20) }, note)
          for row in found {
            let value = [row.sums.flows, row.sums.packets, row.sums.octets][place]
            let rate = Double(value) * (place == 2 ? 8 : 1) / answer.seconds
            #expect(row.history.last == UInt64(rate.rounded()), note)
          }
        }
        greatest = max(greatest, answer.report.rowsScanned)
      }
      last = sums
      let pause = 1000 + Int64(random.below(200_000))
      now += pause
      network.advance(to: now, &random)
    }
    // The amount of the store read per look does not grow: twenty minutes and a pause of more than three, with at most
    // a dozen flows per advance, and some row groups at the edge.
    #expect(network.table.rows.count > greatest * 2, "seed \(seed): \(greatest) of \(network.table.rows.count) rows")
  }

  @Test("the first look has the rates of the last five minutes")
  func first() throws {
    let seed = runSeed("FLOWQUERY_FIRST_LOOK_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let table = FlowTable.random(200, &random)
    try table.write(to: folder.file("a.parquet"), groupRows: 16)
    let now = FlowTable.newYear + 1_000_000
    var watch = TopWatch(1000, by: [try GroupKey(parsing: "src_addr")])
    let answer = try watch.look(Scan([folder.file("a.parquet")]), at: now)
    let wanted = table.rows.reduce(0) { $0 + $1.share(of: $1.octets, in: (now - 300_000)..<(now + 1)) }
    #expect(answer.totals.octets == wanted, "seed \(seed)")
    #expect(answer.seconds == 300)
    #expect(answer.isFirst)
    #expect(answer.until == table.rows.map(\.end).max())
    #expect(answer.tables[0].rows.reduce(0) { $0 + $1.sums.octets } == wanted)
    // Nothing has arrived since.
    let next = try watch.look(Scan([folder.file("a.parquet")]), at: now + 2000)
    #expect(next.totals == FlowSums())
    #expect(next.seconds == 2)
    #expect(next.tables[0].groupCount == 0)
    // Restarts if the clock is set back.
    #expect(try watch.look(Scan([folder.file("a.parquet")]), at: now - 5000).isFirst)
  }

  @Test("the least are those with least of what came, and nothing that did not come")
  func least() throws {
    let seed = runSeed("FLOWQUERY_LEAST_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    var network = Network()
    var now = FlowTable.newYear
    var watches = try [Ranking.most, .least].map {
      TopWatch(10_000, by: [try GroupKey(parsing: "src_addr")], ranking: $0)
    }
    var short = TopWatch(2, by: [try GroupKey(parsing: "src_addr")], ranking: .least)
    for look in 0..<30 {
      network.advance(to: now, &random)
      let path = folder.file("\(look).parquet")
      try network.table.write(to: path, groupRows: 8)
      let answers = try watches.indices.map { try watches[$0].look(Scan([path]), at: now).tables[0] }
      func octets(_ rows: [WatchAnswer.Row]) -> [UInt64] { rows.map(\.sums.octets) }
      let most = answers[0].rows.filter { $0.sums != FlowSums() }
      let note: Comment = "seed \(seed), look \(look)"
      #expect(octets(answers[1].rows) == octets(most).reversed(), note)
      #expect(Set(answers[1].rows.map(\.key)) == Set(most.map(\.key)), note)
      let few = try short.look(Scan([path]), at: now).tables[0]
      #expect(octets(few.rows) == Array(octets(answers[1].rows).prefix(2)), note)
      now += 1000 + Int64(random.below(100_000))
    }
  }

  @Test("a store without flows in reach is no error")
  func nothing() throws {
    let folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 6)
    try FlowTable.random(5, &random).write(to: folder.file("a.parquet"))
    var watch = TopWatch(10, by: [try GroupKey(parsing: "proto")])
    let later = FlowTable.newYear + 86_400_000
    for look in 0..<3 {
      let answer = try watch.look(Scan([folder.file("a.parquet")]), at: later + Int64(look) * 2000)
      #expect(answer.totals == FlowSums())
      #expect(answer.tables[0].rows.isEmpty)
    }
  }
}
