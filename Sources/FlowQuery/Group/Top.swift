import FlowModel
import FlowText
import Foundation
import NetworkBytes

/// What a group's value is ordered by.
public enum Statistic: String, CaseIterable, Sendable {
  case octets = "bytes"
  case packets
  case flows
  /// Per second of the window: in the order of octets and packets.
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

/// The groups with most of something.
public struct TopAnswer: Sendable {
  public struct Row: Sendable {
    /// A value for each part of the key; nil where flows have none.
    public var key: [String?]
    public var sums: FlowSums
  }

  /// Most first; those with as much, by their key.
  public var rows: [Row]
  public var groupCount: Int
  /// Of all flows that were selected.
  public var totals: FlowSums
  /// What rates are over: the window asked for, within what the files have.
  public var seconds: Double
  public var report: Scan.Report
}

extension Scan {
  /// The groups with most, at most `count`, for each of some keys, in one reading.
  ///
  /// - Throws: `QueryError`, or `ParquetReadError` if the scan is strict.
  public func top(
    _ count: Int, by keys: [GroupKey], sortedBy statistic: Statistic = .octets, limit: Int? = nil
  ) throws -> [TopAnswer] {
    let texts = TextNumbers()
    let limit = limit ?? groupLimit / max(1, keys.count)
    do throws(ScanFailure) {
      var (parts, report) = try run { Groupings(keys, texts: texts, limit: limit) }
      try requireFlows(report)
      var groupings = parts.removeFirst().all
      while let part = parts.popLast() {
        for index in groupings.indices where !groupings[index].merge(part.all[index]) {
          throw .query(.tooManyGroups(limit))
        }
      }
      return groupings.map { grouping in
        TopAnswer(
          rows: grouping.top(count, statistic, style), groupCount: grouping.table.count, totals: grouping.totals,
          seconds: seconds(report), report: report)
      }
    } catch {
      throw error.cause
    }
  }

  /// Groups that a quarter of this machine's memory holds, at about a hundred octets each and where every worker has all of
  /// them; a million at least.
  public var groupLimit: Int {
    max(1_000_000, Int(ProcessInfo.processInfo.physicalMemory / 4 / 100) / max(1, workers))
  }

  /// Seconds of the window asked for, within what the files have; of all they have where none was.
  func seconds(_ report: Report) -> Double {
    guard let times = report.times else { return 0 }
    let all = TimeWindow(times)
    return (window.map { TimeWindow($0.range.clamped(to: all.range)) } ?? all).duration
  }

  /// - Throws: `emptyWindow` if there are flows, all of them could be read, and none is in the window asked for.
  func requireFlows(_ report: Report) throws(ScanFailure) {
    guard let window, report.failures.unread.isEmpty, report.filesRead == 0, report.liveGroups == 0,
      report.filesSkipped > 0,
      let times = report.times
    else { return }
    throw .query(.emptyWindow(window, times))
  }
}

/// Several groupings of the same flows.
private struct Groupings: RowConsumer {
  var all: [Grouping]

  init(_ keys: [GroupKey], texts: TextNumbers, limit: Int) {
    all = keys.map { Grouping($0, texts: texts, limit: limit) }
  }

  mutating func take(_ view: RowGroupView, rows: [UInt32]?) throws(ScanFailure) {
    for index in all.indices { try all[index].take(view, rows: rows) }
  }
}

extension ScanFailure {
  /// As it is told outside.
  var cause: any Error {
    switch self {
    case .file(let error): error
    case .query(let error): error
    }
  }
}

extension Grouping {
  /// The `count` groups with most.
  func top(_ count: Int, _ statistic: Statistic, _ style: AnswerStyle) -> [TopAnswer.Row] {
    // A few more than are wanted are kept, and cut off when there are twice as many.
    var best: [Int] = []
    var least: UInt64 = 0
    let room = max(count, 1) * 2
    func isBefore(_ a: Int, _ b: Int) -> Bool {
      let (x, y) = (statistic.value(table.sums(a)), statistic.value(table.sums(b)))
      return x != y ? x > y : table.key(a).lexicographicallyPrecedes(table.key(b))
    }
    for number in 0..<table.count {
      if best.count >= count, statistic.value(table.sums(number)) < least { continue }
      best.append(number)
      if best.count == room {
        best.sort(by: isBefore)
        best.removeLast(room - count)
        if let last = best.last { least = statistic.value(table.sums(last)) }
      }
    }
    return best.sorted(by: isBefore).prefix(count).map { TopAnswer.Row(key: text($0, style), sums: table.sums($0)) }
  }

  /// The values of a group's key.
  private func text(_ number: Int, _ style: AnswerStyle) -> [String?] {
    let words = table.key(number)
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
      case .counter, .number: return style.naming(part.column)?.name(number()) ?? String(number())
      }
    }
  }
}
