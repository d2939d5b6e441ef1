public import NetworkBytes

/// Repeatedly ranks groups by recent traffic: each look sums the flows that ended since some time, the base, and
/// reports the increase since the previous look.
///
/// Flows count whole, so that nothing of a growing flow is missed or counted twice. The base follows the present at
/// some distance, so that each look reads a bounded part of the store however long the watch lasts; the look that moves
/// it sums flows from both bases. The distance is much longer than inactive timeouts: a flow that ended before the base
/// no longer grows. Late reports of flows that ended before it are not seen.
public struct TopWatch {
  /// Interval of the first look, which has no predecessor; milliseconds.
  public static let firstInterval: Int64 = 300_000
  /// Distance of a new base from the present, and the maximum before it moves; milliseconds.
  static let distance: Int64 = 600_000
  static let greatestDistance: Int64 = 1_200_000
  /// Number of groups with history beyond those shown.
  static let rememberedGroups = 1000

  public let keys: [GroupKey]
  private let count: Int
  private let statistic: Statistic
  private let ranking: Ranking
  private let intervals: Int
  /// The sums of the last look.
  private var last: Sums?
  /// For each key: the top groups of the last intervals, oldest first.
  private var histories: [[[[String?]: UInt64]]]
  /// For each key: the top groups of the first look, shown until there is enough history.
  private var opening: [[[String?]: UInt64]]

  private struct Sums {
    var base: UnixMilliseconds
    var time: UnixMilliseconds
    var groupings: [Grouping]
    /// Texts of the keys in `groupings`; replaced when the base moves, so that they are not kept forever.
    var texts: TextNumbers
  }

  /// - Parameters:
  ///   - count: maximum rows of each table.
  ///   - intervals: number of intervals in a row's history.
  ///   - ranking: for the bottom groups, only those with traffic in the interval are shown.
  public init(
    _ count: Int, by keys: [GroupKey], sortedBy statistic: Statistic = .octets, ranking: Ranking = .most,
    intervals: Int = 20
  ) {
    self.keys = keys
    self.count = count
    self.statistic = statistic
    self.ranking = ranking
    self.intervals = max(1, intervals)
    histories = keys.map { _ in [] }
    opening = keys.map { _ in [:] }
  }

  /// Takes a look.
  ///
  /// - Parameters:
  ///   - scan: the present store. Its window is ignored.
  ///   - now: milliseconds since 1970 UTC.
  /// - Throws: `QueryError`, or `ParquetReadError` if the scan is strict.
  public mutating func look(_ scan: Scan, at now: UnixMilliseconds) throws -> WatchAnswer {
    do throws(ScanFailure) {
      // After a clock was set back, earlier sums are meaningless.
      guard let last, now > last.time else { return try first(scan, now) }
      var (current, report) = try Self.sums(scan, keys, from: last.base, at: now, last.texts)
      let answer = answer(current.groupings, since: last, Double(now - last.time) / 1000, now, report, scan)
      if now - last.base > Self.greatestDistance {
        (current, report) = try Self.sums(scan, keys, from: now - Self.distance, at: now, TextNumbers())
      }
      self.last = current
      return answer
    } catch {
      throw error.cause
    }
  }

  /// Computes the rates of a fixed interval, and the baseline of the next look.
  private mutating func first(_ scan: Scan, _ now: UnixMilliseconds) throws(ScanFailure) -> WatchAnswer {
    var recent = scan
    recent.window = TimeWindow((now - Self.firstInterval)..<(now + 1))
    recent.countsWhole = false
    let (groupings, report) = try recent.groupings(keys)
    last = try Self.sums(scan, keys, from: now - Self.distance, at: now, TextNumbers()).0
    histories = keys.map { _ in [] }
    return answer(groupings, since: nil, Double(Self.firstInterval) / 1000, now, report, scan)
  }

  private static func sums(
    _ scan: Scan, _ keys: [GroupKey], from base: UnixMilliseconds, at now: UnixMilliseconds, _ texts: TextNumbers
  ) throws(ScanFailure) -> (Sums, Scan.Report) {
    var scan = scan
    scan.window = TimeWindow(base..<(.max))
    scan.countsWhole = true
    let (groupings, report) = try scan.groupings(keys, texts: texts)
    return (Sums(base: base, time: now, groupings: groupings, texts: texts), report)
  }

  private mutating func answer(
    _ groupings: [Grouping], since last: Sums?, _ seconds: Double, _ now: UnixMilliseconds, _ report: Scan.Report,
    _ scan: Scan
  ) -> WatchAnswer {
    var totals = groupings.first?.totals ?? FlowSums()
    if let before = last?.groupings.first?.totals { totals = totals.since(before) }
    var tables: [WatchAnswer.Table] = []
    for (index, grouping) in groupings.enumerated() {
      let (sums, count) = most(grouping, since: last?.groupings[index], scan)
      let rates = sums.mapValues { rate($0, seconds) }
      // The first look has a different interval.
      if last == nil { opening[index] = rates } else { remember(rates, of: index) }
      tables.append(WatchAnswer.Table(rows: rows(index, sums), groupCount: count))
    }
    return WatchAnswer(
      time: now, seconds: seconds, isFirst: last == nil, totals: totals,
      until: report.liveUntil ?? report.times?.upperBound, tables: tables, report: report)
  }

  /// Returns the top or bottom groups with their increase, and the number of groups with any increase.
  private func most(
    _ grouping: Grouping, since last: Grouping?, _ scan: Scan
  ) -> (sums: [[String?]: FlowSums], count: Int) {
    var scratch = [UInt64](repeating: 0, count: grouping.layout.wordCount)
    var changed: [(number: Int, sums: FlowSums)] = []
    let room = max(Self.rememberedGroups, count)
    var total = 0
    func isBefore(_ a: (number: Int, sums: FlowSums), _ b: (number: Int, sums: FlowSums)) -> Bool {
      ranking.isBefore(statistic.value(a.sums), statistic.value(b.sums))
    }
    for number in 0..<grouping.count {
      let sums = last.map { grouping.sums(number, since: $0, &scratch) } ?? grouping.sums(number)
      if sums == FlowSums() { continue }
      total += 1
      changed.append((number, sums))
      if changed.count == room * 2 {
        changed.sort(by: isBefore)
        changed.removeLast(room)
      }
    }
    var most: [[String?]: FlowSums] = [:]
    for (number, sums) in changed.sorted(by: isBefore).prefix(room) {
      most[grouping.text(number, scan.style), default: FlowSums()] += sums
    }
    return (most, total)
  }

  private mutating func remember(_ rates: [[String?]: UInt64], of index: Int) {
    histories[index].append(rates)
    if histories[index].count > intervals { histories[index].removeFirst() }
  }

  private func rate(_ sums: FlowSums, _ seconds: Double) -> UInt64 {
    let value = Double(statistic.value(sums)) / seconds
    let unit: Double = statistic == .octets || statistic == .bitsPerSecond ? 8 : 1
    return UInt64(exactly: (value * unit).rounded()) ?? .max
  }

  /// Returns the top groups with traffic in this or an earlier interval, or the bottom groups.
  private func rows(_ index: Int, _ sums: [[String?]: FlowSums]) -> [WatchAnswer.Row] {
    let history = histories[index]
    var past = history.count < intervals ? opening[index] : [:]
    for interval in history {
      for (key, rate) in interval { past[key] = (past[key] ?? 0).plus(rate) }
    }
    for key in sums.keys where past[key] == nil { past[key] = 0 }
    if ranking == .least { past = past.filter { sums[$0.key] != nil } }
    let ranked = past.sorted { a, b in
      let (x, y) = (statistic.value(sums[a.key] ?? FlowSums()), statistic.value(sums[b.key] ?? FlowSums()))
      if x != y { return ranking.isBefore(x, y) }
      return a.value != b.value ? ranking.isBefore(a.value, b.value) : Self.isBefore(a.key, b.key)
    }
    return ranked.prefix(count).map { key, _ in
      WatchAnswer.Row(key: key, sums: sums[key] ?? FlowSums(), history: history.map { $0[key] ?? 0 })
    }
  }

  private static func isBefore(_ a: [String?], _ b: [String?]) -> Bool {
    a.lexicographicallyPrecedes(b) { ($0 ?? "") < ($1 ?? "") }
  }
}
