import Foundation

/// The largest or smallest groups of several keys, and how many there are.
struct LargestGroups {
  /// By key; with all groups if one pass found them, otherwise with the largest ones.
  let groupings: [Grouping]
  /// By key, the numbers of its largest groups, in order.
  let numbers: [[Int]]
  /// By key, the number of all groups.
  let counts: [Int]
  /// By key, the totals of all selected flows.
  let totals: [FlowSums]
  let report: Scan.Report

  /// What to look for.
  struct Wanted {
    /// Groups of each key.
    var count: Int
    var keys: [GroupKey]
    var statistic = Statistic.octets
    var ranking = Ranking.most

    func best(of grouping: Grouping) -> [Int] { grouping.best(count, statistic, ranking) }
  }

  fileprivate init(_ wanted: Wanted, of groupings: [Grouping], _ report: Scan.Report) {
    self.groupings = groupings
    self.report = report
    counts = groupings.map(\.count)
    totals = groupings.map(\.totals)
    numbers = groupings.map { wanted.best(of: $0) }
  }

  /// The largest of what several passes over the same flows found, each of which has other groups; without the memory of the
  /// others.
  ///
  /// - Parameter limit: maximum number of groups per key.
  fileprivate init(
    _ wanted: Wanted, of passes: [LargestGroups], limit: Int
  ) throws(ScanFailure) {
    var groupings: [Grouping] = []
    for index in wanted.keys.indices {
      let first = passes[0].groupings[index]
      let kept = Grouping(first.key, texts: first.texts, limit: limit)
      for pass in passes where !kept.add(pass.numbers[index], of: pass.groupings[index]) {
        throw .query(.tooManyGroups(limit))
      }
      groupings.append(kept)
    }
    self.groupings = groupings
    numbers = groupings.map { wanted.best(of: $0) }
    counts = wanted.keys.indices.map { index in passes.reduce(0) { $0 + $1.counts[index] } }
    // Each pass counts all flows. What is read again is no more than was read at first, but may fail.
    totals = passes[0].totals
    var report = passes[0].report
    for pass in passes.dropFirst() { report.failures.merge(pass.report.failures) }
    self.report = report
  }
}

extension Scan {
  /// How often the flows may be read to find the largest of more groups than fit into memory.
  public static let mostPasses = 256

  /// Returns the largest groups of each key, in one pass over the flows if all groups fit into memory.
  ///
  /// - Parameters:
  ///   - limit: maximum number of groups per key in memory; nil for `groupLimit`.
  ///   - mostPasses: maximum number of passes, each of which takes the groups of a share of all hashes.
  func largest(
    _ wanted: LargestGroups.Wanted, limit: Int?, mostPasses: Int
  ) throws(ScanFailure) -> LargestGroups {
    var passes = 1
    while true {
      do throws(ScanFailure) {
        return try largest(wanted, limit: limit, passes: passes)
      } catch {
        guard case .query(.tooManyGroups) = error, passes * 4 <= mostPasses else { throw error }
        passes *= 4
      }
    }
  }

  private func largest(
    _ wanted: LargestGroups.Wanted, limit: Int?, passes: Int
  ) throws(ScanFailure) -> LargestGroups {
    let limit = limit ?? groupLimit / max(1, wanted.keys.count)
    let texts = TextNumbers()
    var kept: [LargestGroups] = []
    for pass in 0..<passes {
      let share = GroupShare(pass, of: passes)
      let (groupings, report) = try groupings(wanted.keys, texts: texts, limit: limit, share: share)
      kept.append(LargestGroups(wanted, of: groupings, report))
      if passes > 1 { kept = [try LargestGroups(wanted, of: kept, limit: limit)] }
    }
    return kept[0]
  }

  /// Returns all groups of each key, in one pass.
  ///
  /// - Parameter share: groups of other shares are left out; totals count all flows.
  func groupings(
    _ keys: [GroupKey], texts: TextNumbers = TextNumbers(), limit: Int? = nil, share: GroupShare = .all
  ) throws(ScanFailure) -> ([Grouping], Report) {
    let limit = limit ?? groupLimit / max(1, keys.count)
    var (parts, report) = try run { Groupings(keys, texts: texts, limit: limit, share) }
    var groupings = parts.removeFirst().all
    while let part = parts.popLast() {
      for index in groupings.indices where !groupings[index].merge(part.all[index]) {
        throw .query(.tooManyGroups(limit))
      }
    }
    return (groupings, report)
  }

  /// The number of groups that fit into a quarter of this machine's memory, at about a hundred octets each and with a
  /// copy per worker; at least a million.
  public var groupLimit: Int {
    max(1_000_000, Int(ProcessInfo.processInfo.physicalMemory / 4 / 100) / max(1, workers))
  }
}

/// Several groupings of the same flows.
private struct Groupings: RowConsumer {
  var all: [Grouping]

  init(_ keys: [GroupKey], texts: TextNumbers, limit: Int, _ share: GroupShare) {
    all = keys.map { Grouping($0, texts: texts, limit: limit, share: share) }
  }

  mutating func take(_ view: RowGroupView, rows: [UInt32]?) throws(ScanFailure) {
    for index in all.indices { try all[index].take(view, rows: rows) }
  }
}
