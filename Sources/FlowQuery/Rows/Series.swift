import FlowStore
import Parquet

/// Sums over time.
public struct SeriesAnswer: Sendable {
  /// By the start of each bin, milliseconds since 1970 UTC; bins without flows between others are there, empty.
  public var bins: [(start: Int64, sums: FlowSums)]
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
  /// - Parameter bin: milliseconds; nil: only the sums of all.
  /// - Throws: `QueryError`, or `ParquetReadError` if the scan is strict.
  public func series(bin: Int64?) throws -> SeriesAnswer {
    do throws(ScanFailure) {
      var (parts, report) = try run { SeriesConsumer(bin: bin) }
      try requireFlows(report)
      var sum = parts.removeFirst()
      for part in parts { sum.merge(part) }
      guard sum.bins.count <= Self.maximumBins else { throw .query(.tooManyGroups(Self.maximumBins)) }
      var bins: [(start: Int64, sums: FlowSums)] = []
      if let bin, let first = sum.bins.keys.min(), let last = sum.bins.keys.max() {
        // Times far off, of exporters with wrong clocks, would make endless empty bins: then only those with flows are told.
        let isDense = (last - first) / bin < Int64(Self.maximumBins)
        let starts = isDense ? Array(stride(from: first, through: last, by: Int64.Stride(bin))) : sum.bins.keys.sorted()
        bins = starts.map { ($0, sum.bins[$0] ?? FlowSums()) }
      }
      return SeriesAnswer(bins: bins, totals: sum.totals, seconds: seconds(report), report: report)
    } catch {
      throw error.cause
    }
  }
}

private struct SeriesConsumer: RowConsumer {
  let bin: Int64?
  var bins: [Int64: FlowSums] = [:]
  var totals = FlowSums()

  init(bin: Int64?) {
    self.bin = bin
  }

  mutating func take(_ view: RowGroupView, rows: [UInt32]?) throws(ScanFailure) {
    do throws(ParquetReadError) {
      let flows = try SelectedFlows(view, rows)
      guard let bin else {
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
          let rest = time % bin
          let start = time - (rest < 0 ? rest + bin : rest)
          if current?.start != start {
            if let current { bins[current.start, default: FlowSums()] += current.sums }
            current = (start, FlowSums())
          }
          let sums = FlowSums(flows: 1, packets: block.packets[index], octets: block.octets[index])
          current?.sums += sums
          totals += sums
        }
      }
      if let current { bins[current.start, default: FlowSums()] += current.sums }
    } catch {
      throw .file(error)
    }
  }

  mutating func merge(_ other: SeriesConsumer) {
    totals += other.totals
    for (start, sums) in other.bins { bins[start, default: FlowSums()] += sums }
  }
}
