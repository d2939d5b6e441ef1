import Foundation
import Synchronization

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

    /// - Parameter bound: the last value of interest; nil for any.
    func best(of grouping: Grouping, until bound: UInt64? = nil) -> [Int] {
      grouping.best(count, statistic, ranking, until: bound)
    }

    /// Returns the value of the last of the wanted groups; nil if there are fewer.
    func last(of grouping: Grouping) -> UInt64? {
      guard grouping.count >= count else { return nil }
      return best(of: grouping).last.map { statistic.value(grouping.sums($0)) }
    }
  }

  /// What was found for one key: all groups, or at least the largest ones.
  fileprivate struct Found {
    var grouping: Grouping
    var count = 0
    var totals = FlowSums()
  }

  fileprivate init(_ wanted: Wanted, _ found: [Found], _ report: Scan.Report) {
    self.report = report
    groupings = found.map(\.grouping)
    counts = found.map(\.count)
    totals = found.map(\.totals)
    numbers = groupings.map { wanted.best(of: $0) }
  }

  /// The largest of what several passes over the same flows found, each of which has other groups; without the memory of the
  /// others.
  ///
  /// - Parameter limit: maximum number of groups per key.
  fileprivate init(
    _ wanted: Wanted, of passes: [LargestGroups], limit: Int
  ) throws(ScanFailure) {
    var found: [Found] = []
    for index in wanted.keys.indices {
      let kept = Grouping(like: passes[0].groupings[index], limit: limit)
      for pass in passes where !kept.add(pass.numbers[index], of: pass.groupings[index]) {
        throw .query(.tooManyGroups(limit))
      }
      // Each pass counts all flows.
      let count = passes.reduce(0) { $0 + $1.counts[index] }
      found.append(Found(grouping: kept, count: count, totals: passes[0].totals[index]))
    }
    // What is read again is no more than was read at first, but may fail.
    var report = passes[0].report
    for pass in passes.dropFirst() { report.failures.merge(pass.report.failures) }
    self.init(wanted, found, report)
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
      kept.append(try largest(wanted, texts: texts, limit: limit, share: share))
      if passes > 1 { kept = [try LargestGroups(wanted, of: kept, limit: limit)] }
    }
    return kept[0]
  }

  /// Returns the largest of a share of all groups, in one pass.
  private func largest(
    _ wanted: LargestGroups.Wanted, texts: TextNumbers, limit: Int, share: GroupShare
  ) throws(ScanFailure) -> LargestGroups {
    let mayPartition = wanted.count <= Self.mostOfPartition
    var (parts, report) = try partial(wanted.keys, texts, limit: limit, share, mayPartition: mayPartition)
    var found: [LargestGroups.Found] = []
    for index in wanted.keys.indices {
      if parts[index].contains(where: \.isPartitioned) {
        found.append(try largest(wanted, ofPartitions: parts[index], limit: limit))
        parts[index] = []
      } else {
        let grouping = try merged(&parts[index], limit: limit)
        found.append(LargestGroups.Found(grouping: grouping, count: grouping.count, totals: grouping.totals))
      }
    }
    return LargestGroups(wanted, found, report)
  }

  /// Returns all groups of each key, in one pass.
  func groupings(
    _ keys: [GroupKey], texts: TextNumbers = TextNumbers(), limit: Int? = nil
  ) throws(ScanFailure) -> ([Grouping], Report) {
    let limit = limit ?? groupLimit / max(1, keys.count)
    var (parts, report) = try partial(keys, texts, limit: limit, .all, mayPartition: false)
    var groupings: [Grouping] = []
    for index in keys.indices { groupings.append(try merged(&parts[index], limit: limit)) }
    return (groupings, report)
  }

  /// Returns, by key, the groupings of all workers.
  private func partial(
    _ keys: [GroupKey], _ texts: TextNumbers, limit: Int, _ share: GroupShare, mayPartition: Bool
  ) throws(ScanFailure) -> (byKey: [[Grouping]], report: Report) {
    let (workers, report) = try run {
      Groupings(all: keys.map { Grouping($0, texts: texts, limit: limit, share: share, mayPartition: mayPartition) })
    }
    return (keys.indices.map { key in workers.map { $0.all[key] } }, report)
  }

  /// Merges the groupings of all workers.
  private func merged(_ parts: inout [Grouping], limit: Int) throws(ScanFailure) -> Grouping {
    var grouping = parts.removeFirst()
    while let part = parts.popLast() {
      guard grouping.merge(part) else { throw .query(.tooManyGroups(limit)) }
    }
    return grouping
  }

  // MARK: Partitions

  /// For more groups than these, flows are not partitioned: the largest of all partitions would be many.
  private static var mostOfPartition: Int { 1000 }

  /// Returns the largest groups of what workers have partitioned: of one partition after the other, which have no group in
  /// common.
  private func largest(
    _ wanted: LargestGroups.Wanted, ofPartitions parts: [Grouping], limit: Int
  ) throws(ScanFailure) -> LargestGroups.Found {
    for part in parts { part.divide() }
    let next = Atomic(0)
    let outcomes = Mutex<[(LargestGroups.Found, ScanFailure?)]>([])
    ScanThreads.perform(max(1, workers), niceness: niceness) { _, throttle in
      var found = LargestGroups.Found(grouping: Grouping(like: parts[0], limit: limit))
      let failure = addPartitions(of: parts, from: next, wanted, to: &found, limit: limit, &throttle)
      outcomes.withLock { $0.append((found, failure)) }
    }
    var all = LargestGroups.Found(grouping: Grouping(like: parts[0], limit: limit))
    for part in parts { all.totals += part.totals }
    for (found, failure) in outcomes.withLock({ $0 }) {
      if let failure { throw failure }
      all.count += found.count
      guard all.grouping.merge(found.grouping) else { throw .query(.tooManyGroups(limit)) }
    }
    return all
  }

  /// Adds the largest groups of one partition after the other.
  private func addPartitions(
    of parts: [Grouping], from next: borrowing Atomic<Int>, _ wanted: LargestGroups.Wanted,
    to found: inout LargestGroups.Found, limit: Int, _ throttle: inout ContentionThrottle
  ) -> ScanFailure? {
    // For one partition at a time.
    let groups = Grouping(like: parts[0], limit: limit)
    // Of the groups kept so far, and how many they were: it gets closer with each time that they are twice as many.
    var (bound, boundedCount) = (UInt64?.none, 0)
    while true {
      let partition = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard partition < PartitionedFlows.partitionCount else { return nil }
      do throws(ScanFailure) { try checkCancelled() } catch { return error }
      groups.removeAll()
      guard parts.allSatisfy({ groups.add(partition: partition, of: $0) }) else { return .query(.tooManyGroups(limit)) }
      found.count += groups.count
      let best = wanted.best(of: groups, until: bound)
      guard found.grouping.add(best, of: groups) else { return .query(.tooManyGroups(limit)) }
      if found.grouping.count >= boundedCount * 2 {
        bound = wanted.last(of: found.grouping)
        boundedCount = found.grouping.count
      }
      throttle.giveWay { isCancelled?() ?? false }
    }
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

  mutating func take(_ view: RowGroupView, rows: [UInt32]?) throws(ScanFailure) {
    for index in all.indices { try all[index].take(view, rows: rows) }
  }
}
