import FlowModel
import FlowText
public import NetworkBytes
import Parquet

/// Sums over time.
public struct SeriesAnswer: Sendable {
  /// By the start of each bin, milliseconds since 1970 UTC, with where it ends; bins without flows between others are there,
  /// empty.
  public var bins: [(start: UnixMilliseconds, end: UnixMilliseconds, sums: FlowSums)]
  public var totals: FlowSums
  /// What rates are over, seconds.
  public var seconds: Double
  public var report: Scan.Report
}

extension Scan {
  /// More bins than anybody looks at.
  public static let maximumBins = 100_000

  /// The sums of all flows selected, and those of each span of time in which flows began.
  ///
  /// - Parameter bin: milliseconds; nil: only the sums of all. Bins follow the clocks of the style's zone.
  /// - Throws: `QueryError`, or `ParquetReadError` if the scan is strict.
  public func series(bin: Int64?) throws -> SeriesAnswer {
    do throws(ScanFailure) {
      var (parts, report) = try run { SeriesConsumer(bins: bin.map { TimeBins(width: $0, zone: style.zone) }) }
      try requireFlows(report)
      var sum = parts.removeFirst()
      for part in parts { sum.merge(part) }
      guard sum.sums.count <= Self.maximumBins else { throw .query(.tooManyGroups(Self.maximumBins)) }
      return SeriesAnswer(bins: sum.all, totals: sum.totals, seconds: seconds(report), report: report)
    } catch {
      throw error.cause
    }
  }
}

private struct SeriesConsumer: RowConsumer {
  /// Nil: only the sums of all are wanted.
  var bins: TimeBins?
  /// By the start of their bin.
  var sums: [Int64: FlowSums] = [:]
  var totals = FlowSums()

  init(bins: TimeBins?) {
    self.bins = bins
  }

  /// All bins in order.
  var all: [(start: UnixMilliseconds, end: UnixMilliseconds, sums: FlowSums)] {
    guard var bins, let first = sums.keys.min(), let last = sums.keys.max() else { return [] }
    // Times far off, of exporters with wrong clocks, would make endless empty bins: then only those with flows are told.
    guard (last - first) / bins.width < Int64(Scan.maximumBins) else {
      return sums.keys.sorted().map { ($0, bins.next(after: $0), sums[$0] ?? FlowSums()) }
    }
    var all: [(start: UnixMilliseconds, end: UnixMilliseconds, sums: FlowSums)] = []
    var start = first
    while start <= last {
      let end = bins.next(after: start)
      all.append((start, end, sums[start] ?? FlowSums()))
      start = end
    }
    return all
  }

  mutating func take(_ view: RowGroupView, rows: [UInt32]?) throws(ScanFailure) {
    do throws(ParquetReadError) {
      let flows = try SelectedFlows(view, rows)
      guard var bins else {
        totals += flows.totals
        return
      }
      let starts = try view.integers(.timeStart)
      // Neighbours are often of one bin.
      var current: (start: Int64, sums: FlowSums)?
      var block = FlowBlock()
      while block.advance(in: flows) {
        for index in 0..<block.count {
          let time = Int64(bitPattern: starts[Int(block.rows[index])])
          let start = bins.start(of: time)
          if current?.start != start {
            if let current { sums[current.start, default: FlowSums()] += current.sums }
            current = (start, FlowSums())
          }
          let flow = FlowSums(flows: 1, packets: block.packets[index], octets: block.octets[index])
          current?.sums += flow
          totals += flow
        }
      }
      if let current { sums[current.start, default: FlowSums()] += current.sums }
      self.bins = bins
    } catch {
      throw .file(error)
    }
  }

  mutating func merge(_ other: SeriesConsumer) {
    totals += other.totals
    for (start, more) in other.sums { sums[start, default: FlowSums()] += more }
  }
}
