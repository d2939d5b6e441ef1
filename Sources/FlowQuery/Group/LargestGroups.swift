import Foundation

/// The largest or smallest groups of several keys, and how many there are.
struct LargestGroups {
  /// By key; they may have more groups than the largest ones, but not all.
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
    counts = groupings.map(\.table.count)
    totals = groupings.map(\.totals)
    numbers = groupings.map { wanted.best(of: $0) }
  }

  /// Adds what another pass over the same flows found, which has other groups.
  ///
  /// - Parameter limit: maximum number of groups per key.
  fileprivate init(
    _ wanted: Wanted, of one: LargestGroups, and other: LargestGroups, limit: Int
  ) throws(ScanFailure) {
    var groupings: [Grouping] = []
    for index in wanted.keys.indices {
      let (a, b) = (one.groupings[index], other.groupings[index])
      let both = Grouping(a.key, texts: a.texts, limit: limit)
      guard both.add(one.numbers[index], of: a), both.add(other.numbers[index], of: b) else {
        throw .query(.tooManyGroups(limit))
      }
      groupings.append(both)
    }
    self.groupings = groupings
    numbers = groupings.map { wanted.best(of: $0) }
    counts = zip(one.counts, other.counts).map(+)
    // Each pass counts all flows. What is read again is no more than was read at first, but may fail.
    totals = one.totals
    var report = one.report
    report.failures.merge(other.report.failures)
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
    func pass(_ number: Int) throws(ScanFailure) -> LargestGroups {
      let share = GroupShare(number, of: passes)
      let (groupings, report) = try groupings(wanted.keys, texts: texts, limit: limit, share: share)
      return LargestGroups(wanted, of: groupings, report)
    }
    var largest = try pass(0)
    for number in 1..<passes {
      largest = try LargestGroups(wanted, of: largest, and: pass(number), limit: limit)
    }
    return largest
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
