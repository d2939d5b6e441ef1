import FlowModel
import FlowText
public import NetworkBytes
import Parquet

/// A time span and its sums.
public struct SeriesBin: Sendable {
  /// Milliseconds since 1970 UTC; the end is exclusive.
  public var start: UnixMilliseconds
  public var end: UnixMilliseconds
  public var sums: FlowSums
}

/// A time series.
public struct SeriesAnswer: Sendable {
  /// In order, including empty bins between others.
  public var bins: [SeriesBin]
  public var totals: FlowSums
  /// Duration for rates of the totals, seconds.
  public var seconds: Double
  /// The time that rates refer to; nil if bins count with their full length.
  public var span: Range<UnixMilliseconds>?
  public var report: Scan.Report

  /// Returns the duration for rates of a bin, seconds: only its part inside the window, because a bin may extend beyond
  /// the window or beyond now. Days of a zone vary in length.
  public func seconds(of bin: SeriesBin) -> Double { Scan.seconds(bin.start..<bin.end, in: span) }
}

extension Scan {
  /// Maximum number of bins.
  public static let maximumBins = 100_000

  /// Returns the totals of all selected flows, and the sums per bin.
  ///
  /// - Parameters:
  ///   - bin: milliseconds; nil for totals only. Bins follow the local time of the style's zone.
  ///   - rule: how octets and packets are assigned to bins. With any rule, the bins add up to the totals.
  /// - Throws: `QueryError`, or `ParquetReadError` if the scan is strict.
  public func series(bin: Int64?, by rule: BinRule = .spread) throws -> SeriesAnswer {
    do throws(ScanFailure) {
      let bins = bin.map { BinnedSums(TimeBins(width: $0, zone: style.zone), rule, columns: 1) }
      var (sums, report) = try summed([SeriesSums(bins)])
      try requireFlows(report)
      let sum = sums.removeFirst()
      let ordered = sum.ordered(covering: nil)
      return SeriesAnswer(
        bins: ordered.map { SeriesBin(start: $0.start, end: $0.end, sums: $0.sums.first ?? FlowSums()) },
        totals: sum.totals, seconds: seconds(report), span: binSpan(report), report: report)
    } catch {
      throw error.cause
    }
  }

  /// Sums flows in one pass: each of `sums` receives all of them.
  func summed(_ sums: [SeriesSums]) throws(ScanFailure) -> ([SeriesSums], Report) {
    var (parts, report) = try run { SeveralSums(all: sums) }
    var all = parts.removeFirst().all
    while let part = parts.popLast() {
      for index in all.indices where !all[index].merge(part.all[index]) {
        throw .query(.tooManyGroups(Self.maximumBins))
      }
    }
    return (all, report)
  }

  /// Returns the time that rates of bins refer to, if restricted.
  func binSpan(_ report: Report) -> Range<UnixMilliseconds>? { isShared ? span(report) : nil }

  static func seconds(_ bin: Range<UnixMilliseconds>, in span: Range<UnixMilliseconds>?) -> Double {
    let part = span.map { bin.clamped(to: $0) } ?? bin
    // Exporters whose clocks are ahead send flows later than the present.
    return TimeWindow(part.isEmpty ? bin : part).duration
  }
}

/// Sums of the flows of a scan: totals, and per time bin, optionally with separate groups.
struct SeriesSums: RowConsumer {
  /// Nil for totals only.
  private var bins: BinnedSums?
  /// Groups with their own columns in `bins`; the last column is for all others. Nil for a single column.
  private let groups: ShownGroups?
  /// Totals of all selected flows, each counted once.
  private(set) var totals = FlowSums()

  init(_ bins: BinnedSums?, _ groups: ShownGroups? = nil) {
    self.bins = bins
    self.groups = groups
  }

  /// Returns the bins in order, with the sums of their columns.
  func ordered(
    covering span: Range<UnixMilliseconds>?
  ) -> [(start: UnixMilliseconds, end: UnixMilliseconds, sums: ArraySlice<FlowSums>)] {
    var bins = bins
    return bins?.ordered(covering: span) ?? []
  }

  mutating func take(_ view: RowGroupView, rows: [UInt32]?) throws(ScanFailure) {
    let hasRoom: Bool
    do throws(ParquetReadError) { hasRoom = try add(view, rows) } catch { throw .file(error) }
    if !hasRoom { throw .query(.tooManyGroups(Scan.maximumBins)) }
  }

  /// - Returns: whether there was room for all bins.
  private mutating func add(_ view: RowGroupView, _ rows: [UInt32]?) throws(ParquetReadError) -> Bool {
    guard var bins else {
      totals += try SelectedFlows(view, rows).totals
      return true
    }
    // Avoids a second reference to the storage.
    self.bins = nil
    defer { self.bins = bins }
    let flows = try SelectedFlows(view, rows, hasTimes: true, isShared: false)
    var finder = try groups.map { groups throws(ParquetReadError) in try ShownGroups.Finder(groups, view) }
    let others = groups?.count ?? 0
    var block = FlowBlock()
    while block.advance(in: flows) {
      finder?.take(block)
      for index in 0..<block.count {
        let (start, end) = (block.start(index), block.end(index))
        let whole = FlowSums(flows: 1, packets: block.packets[index], octets: block.octets[index])
        var flow = whole
        let column = finder?.numbers[index] ?? 0
        guard bins.add(start: start, end: end, &flow, to: column, window: view.window) else { return false }
        totals += flow
        guard let second = finder?.secondNumbers[index], second < others else { continue }
        flow = whole
        guard bins.add(start: start, end: end, &flow, to: second, window: view.window) else { return false }
      }
    }
    return true
  }

  mutating func merge(_ other: SeriesSums) -> Bool {
    totals += other.totals
    guard var bins, let others = other.bins else { return true }
    self.bins = nil
    defer { self.bins = bins }
    return bins.merge(others)
  }
}

/// Several sums of the same flows.
private struct SeveralSums: RowConsumer {
  var all: [SeriesSums]

  mutating func take(_ view: RowGroupView, rows: [UInt32]?) throws(ScanFailure) {
    for index in all.indices { try all[index].take(view, rows: rows) }
  }
}
