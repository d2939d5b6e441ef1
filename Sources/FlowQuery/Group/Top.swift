import FlowModel
import FlowText
import Foundation
public import NetworkBytes

/// The statistic by which groups are ordered.
public enum Statistic: String, CaseIterable, Sendable {
  case octets = "bytes"
  case packets
  case flows
  /// Per second of the window: same order as octets and packets.
  case bitsPerSecond = "bps"
  case packetsPerSecond = "pps"

  func value(_ sums: FlowSums) -> UInt64 {
    switch self {
    case .octets, .bitsPerSecond: sums.octets
    case .packets, .packetsPerSecond: sums.packets
    case .flows: sums.flows
    }
  }
}

/// Which end of the ranking to return.
public enum Ranking: Hashable, Sendable {
  case most
  case least

  /// Returns whether a value precedes another.
  func isBefore(_ a: UInt64, _ b: UInt64) -> Bool { self == .most ? a > b : a < b }
}

/// The top or bottom groups.
public struct TopAnswer: Sendable {
  public struct Row: Sendable {
    /// A value per part of the key; nil if absent.
    public var key: [String?]
    public var sums: FlowSums
    /// Octets in equal spans of the window, in order; empty if not requested.
    public var history: [UInt64] = []
    /// 95th percentile of bits per second over the spans (nearest rank); nil if not requested.
    public var percentile95: UInt64?
  }

  /// In the order of the ranking; equal ones by key.
  public var rows: [Row]
  public var groupCount: Int
  /// Totals of all selected flows.
  public var totals: FlowSums
  /// Duration for rates: the window up to now, or without one, the time covered by the flows.
  public var seconds: Double
  public var report: Scan.Report
}

/// The history to compute for each row.
public struct TopHistory: Hashable, Sendable {
  /// Number of spans in `TopAnswer.Row.history`.
  public var spans: Int
  /// Minimum number of spans for the percentile, rounded up to a multiple of `spans`.
  public var percentileSpans: Int

  public init(spans: Int = 20, percentileSpans: Int = 120) {
    self.spans = max(1, spans)
    self.percentileSpans = max(1, percentileSpans)
  }

  /// Number of percentile spans in one of `spans`.
  var spansInSpan: Int { max(1, (percentileSpans + spans - 1) / spans) }
}

extension Scan {
  /// Returns the top or bottom groups, at most `count`, for each key.
  ///
  /// - Parameters:
  ///   - limit: maximum number of groups per key in memory; nil for `groupLimit`.
  ///   - passes: how often the flows may be read if there are more.
  ///   - history: the history to compute, which takes another pass.
  /// - Throws: `QueryError`, or `ParquetReadError` if the scan is strict.
  public func top(
    _ count: Int, by keys: [GroupKey], sortedBy statistic: Statistic = .octets, ranking: Ranking = .most,
    limit: Int? = nil, passes: Int = 1, history: TopHistory? = nil
  ) throws -> [TopAnswer] {
    do throws(ScanFailure) {
      let wanted = LargestGroups.Wanted(count: count, keys: keys, statistic: statistic, ranking: ranking)
      let largest = try largest(wanted, limit: limit, mostPasses: passes)
      let report = largest.report
      try requireFlows(report)
      var answers = keys.indices.map { index in
        let grouping = largest.groupings[index]
        return TopAnswer(
          rows: largest.numbers[index].map {
            TopAnswer.Row(key: grouping.text($0, style), sums: grouping.sums($0))
          }, groupCount: largest.counts[index], totals: largest.totals[index], seconds: seconds(report), report: report)
      }
      if let history { try add(history, to: &answers, largest.groupings, largest.numbers, report) }
      return answers
    } catch {
      throw error.cause
    }
  }

  /// Adds the history to the rows of results.
  private func add(
    _ history: TopHistory, to answers: inout [TopAnswer], _ groupings: [Grouping], _ numbers: [[Int]], _ report: Report
  ) throws(ScanFailure) {
    guard let span = span(report), !span.isEmpty else { return }
    let parts = history.spansInSpan
    let bins = TimeBins(dividing: span, into: history.spans * parts)
    let (sums, _) = try summed(
      zip(groupings, numbers).map { grouping, numbers in
        SeriesSums(BinnedSums(bins, .spread, columns: numbers.count + 1), ShownGroups(grouping, numbers))
      })
    for (index, sum) in sums.enumerated() {
      let ordered = sum.ordered(covering: span)
      for row in answers[index].rows.indices {
        var octets = [UInt64](repeating: 0, count: history.spans)
        var rates: [UInt64] = []
        for bin in ordered {
          let sums = bin.sums[bin.sums.startIndex + row]
          // Flows later than the present are counted in the last span.
          let place = min(max(0, Int((bin.start - span.lowerBound) / bins.width) / parts), history.spans - 1)
          octets[place] = octets[place].plus(sums.octets)
          if bin.start < span.upperBound {
            rates.append(sums.rates(over: Self.seconds(bin.start..<bin.end, in: span)).bits)
          }
        }
        answers[index].rows[row].history = octets
        answers[index].rows[row].percentile95 = Self.percentile95(rates)
      }
    }
  }

  /// Returns the duration for rates, seconds.
  func seconds(_ report: Report) -> Double { span(report).map { TimeWindow($0).duration } ?? 0 }

  /// Returns the time that rates refer to, milliseconds since 1970 UTC: the window up to now; if it has no start, from
  /// the first flow on; without a window, the time covered by the flows. Nil if there are no flows.
  func span(_ report: Report) -> Range<UnixMilliseconds>? {
    guard let window else { return report.times.map { TimeWindow($0).range } }
    let passed = now.map(window.passed(by:)) ?? window.range
    guard window.isOpenAtStart else { return passed }
    guard let times = report.times else { return nil }
    return min(times.lowerBound, passed.upperBound)..<passed.upperBound
  }

  /// Returns the time that bins cover, milliseconds since 1970 UTC: the window up to now; if it has no start, from the
  /// first flow on. Nil if there are no flows. Opens all files.
  ///
  /// - Throws: `QueryError`, or `ParquetReadError` if the scan is strict.
  public func coveredSpan() throws -> Range<UnixMilliseconds>? {
    do throws(ScanFailure) { return span(try plan().report) } catch { throw error.cause }
  }

  /// - Throws: `emptyWindow` if there are flows, all files could be read, and no flow is in the window.
  func requireFlows(_ report: Report) throws(ScanFailure) {
    guard let window, report.failures.unread.isEmpty, report.filesRead == 0, report.liveGroups == 0,
      report.filesSkipped > 0,
      let times = report.times
    else { return }
    throw .query(.emptyWindow(window, times))
  }
}

extension ScanFailure {
  /// The error for callers.
  var cause: any Error {
    switch self {
    case .file(let error): error
    case .query(let error): error
    }
  }
}

extension Grouping {
  /// Returns the numbers of the top or bottom `count` groups in order; equal ones by key.
  ///
  /// - Parameter bound: the last value of interest; nil for any.
  func best(_ count: Int, _ statistic: Statistic, _ ranking: Ranking = .most, until bound: UInt64? = nil) -> [Int] {
    // Keeps up to twice as many as needed before truncating.
    var best: [Int] = []
    // The last group that is still among the best: its value and key.
    var last: (value: UInt64, words: [UInt64])?
    let room = max(count, 1) * 2
    func isBefore(_ a: Int, _ b: Int) -> Bool {
      let (x, y) = (statistic.value(sums(a)), statistic.value(sums(b)))
      return x != y ? ranking.isBefore(x, y) : words(a).lexicographicallyPrecedes(words(b))
    }
    forEach { number, sums in
      let value = statistic.value(sums)
      if let bound, ranking.isBefore(bound, value) { return }
      if let last {
        if ranking.isBefore(last.value, value) { return }
        // Of many equal ones, few have smaller keys.
        if value == last.value, !words(number).lexicographicallyPrecedes(last.words) { return }
      }
      best.append(number)
      if best.count == room {
        best.sort(by: isBefore)
        best.removeLast(room - count)
        last = best.last.map { (statistic.value(self.sums($0)), words($0)) }
      }
    }
    return Array(best.sorted(by: isBefore).prefix(count))
  }

  /// Returns the values of a group's key.
  func text(_ number: Int, _ style: AnswerStyle) -> [String?] {
    let words = words(number)
    return key.parts.enumerated().map { index, part in
      func number() -> UInt64 { layout.number(index, of: part.column, in: words) }
      switch part.column.kind {
      case .address:
        let address = layout.address(index, in: words)
        if address == KeyColumn.absentAddress { return nil }
        guard let prefix = part.prefix else { return address.description }
        return "\(address)/\(address.isV4 ? prefix.v4 : prefix.v6)"
      case .mac, .text, .json: return texts.text(number())
      case .time: return style.text(Int64(bitPattern: number()))
      case .counter, .number:
        if part.column.isNullable, number() == 0 { return nil }
        return style.naming(part.column)?.name(number()) ?? String(number())
      }
    }
  }
}
