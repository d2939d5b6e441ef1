import FlowModel
import FlowQuery
import FlowText
import Synchronization
import TestSupport
import Testing

@Suite("What rates are over, and questions that nobody wants answered any more")
struct RateTests {
  private static let hour: Int64 = 3_600_000

  /// Returns flows in the first minutes of 2026; the first one begins in its first seconds.
  private static func scan(_ folder: borrowing TemporaryFolder) throws -> (Scan, FlowTable) {
    var random = SeededGenerator(seed: 4)
    let table = FlowTable.random(60, &random)
    try table.write(to: folder.file("a.parquet"), groupRows: 8)
    return (Scan([folder.file("a.parquet")]), table)
  }

  @Test("rates are over the window until now; open sides are those of the data, and now")
  func seconds() throws {
    let folder = try TemporaryFolder()
    var (scan, table) = try Self.scan(folder)
    let first = try #require(table.rows.map(\.start).min())
    let last = try #require(table.rows.map(\.end).max())
    let year = FlowTable.newYear
    func seconds(_ window: String?, now: Int64?) throws -> Double {
      scan.window = try window.map { try TimeWindow(parsing: $0, now: now ?? 0) }
      scan.now = now
      let answer = try scan.series(bin: nil)
      let top = try #require(try scan.top(1, by: [GroupKey(parsing: "proto")]).first)
      #expect(top.seconds == answer.seconds)
      return answer.seconds
    }
    let now = year + Self.hour
    #expect(try seconds(nil, now: now) == Double(last + 1 - first) / 1000)
    #expect(try seconds("2026-01-01T00", now: now) == 3600)
    #expect(try seconds("2026-01-01T00", now: year + 60_000) == 60)
    #expect(try seconds("2026-01-01T00", now: nil) == 3600)
    // A window that begins later contains only flows from wrong clocks.
    #expect(try seconds("2026-01-01T00", now: year - 60_000) == 3600)
    #expect(try seconds("last 1h", now: now) == 3600)
    #expect(try seconds("2026-01-01T00:00:10..", now: now) == 3590)
    #expect(try seconds("..2026-01-01T00:02", now: now) == Double(year + 120_000 - first) / 1000)
    #expect(try seconds("..2026-01-01T02", now: now) == Double(now - first) / 1000)
  }

  @Test("the rate of a bin is over what of it is in the window and has passed")
  func bins() throws {
    let folder = try TemporaryFolder()
    var (scan, _) = try Self.scan(folder)
    let year = FlowTable.newYear
    scan.window = TimeWindow((year + 30_000)..<(year + 300_000))
    scan.now = year + 135_000
    let answer = try scan.series(bin: 60_000)
    #expect(answer.bins.prefix(3).map { answer.seconds(of: $0) } == [30, 60, 15])
    // Flows of an exporter whose clock is ahead.
    #expect(answer.bins.dropFirst(3).allSatisfy { answer.seconds(of: $0) == 60 })
    scan.countsWhole = true
    let whole = try scan.series(bin: 60_000)
    #expect(whole.bins.allSatisfy { whole.seconds(of: $0) == 60 })
  }

  @Test("a question is asked before each row group whether it shall go on, and ends where not")
  func cancelled() throws {
    let folder = try TemporaryFolder()
    var (scan, _) = try Self.scan(folder)
    scan.workers = 1
    let asked = Atomic(0)
    let key = try GroupKey(parsing: "src_addr")
    func check(_ question: (Scan) throws -> Void) throws {
      asked.store(0, ordering: .relaxed)
      scan.isCancelled = {
        asked.add(1, ordering: .relaxed)
        return false
      }
      try question(scan)
      let count = asked.load(ordering: .relaxed)
      #expect(count >= 8, "eight row groups, asked \(count) times")
      for limit in 0..<count {
        asked.store(0, ordering: .relaxed)
        scan.isCancelled = { asked.add(1, ordering: .relaxed).oldValue >= limit }
        #expect(throws: QueryError.cancelled) { try question(scan) }
      }
    }
    try check { _ = try $0.top(3, by: [key], history: TopHistory()) }
    try check { _ = try $0.series(bin: 60_000) }
    try check { _ = try $0.series(bin: 60_000, by: key, count: 3) }
    try check { _ = try $0.rows([.timeStart], format: .csv) { _ in true } }
    try check { _ = try $0.rows([.timeStart], format: .csv, limit: 50, order: .octets) { _ in true } }
  }
}
