import FlowModel
import FlowText
public import NetworkBytes
import Parquet

/// A span of time and the sums of what is in it.
public struct SeriesBin: Sendable {
  /// Milliseconds since 1970 UTC; without the end.
  public var start: UnixMilliseconds
  public var end: UnixMilliseconds
  public var sums: FlowSums
}

/// Sums over time.
public struct SeriesAnswer: Sendable {
  /// In order; bins without flows between others are there, empty.
  public var bins: [SeriesBin]
  public var totals: FlowSums
  /// What the rates of the totals are over, seconds.
  public var seconds: Double
  /// The part of time that rates are over; nil: bins are counted as long as they are.
  public var span: Range<UnixMilliseconds>?
  public var report: Scan.Report

  /// What a bin's rates are over, seconds: only its part in the window, for a bin may reach beyond the window, or beyond now. Days
  /// of a zone are not all as long.
  public func seconds(of bin: SeriesBin) -> Double { Scan.seconds(bin.start..<bin.end, in: span) }
}

extension Scan {
  /// More bins than anybody looks at.
  public static let maximumBins = 100_000

  /// The sums of all flows selected, and those of each span of time.
  ///
  /// - Parameters:
  ///   - bin: milliseconds; nil: only the sums of all. Bins follow the clocks of the style's zone.
  ///   - rule: in which bins a flow's octets and packets are. Whatever it is, all bins add up to the totals.
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

  /// Adds flows up in one reading: each of `sums` takes all of them.
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

  /// What of bins rates are over, if not all.
  func binSpan(_ report: Report) -> Range<UnixMilliseconds>? { isShared ? span(report) : nil }

  static func seconds(_ bin: Range<UnixMilliseconds>, in span: Range<UnixMilliseconds>?) -> Double {
    let part = span.map { bin.clamped(to: $0) } ?? bin
    // Flows of exporters whose clocks are ahead come from behind the present time.
    return TimeWindow(part.isEmpty ? bin : part).duration
  }
}

/// Sums of the flows of a scan: of all, and of each bin of time, perhaps for some groups apart from the others.
struct SeriesSums: RowConsumer {
  /// Nil: only the sums of all are wanted.
  private var bins: BinnedSums?
  /// Which have columns of their own in `bins`, the last column being of all others; nil: there is one column.
  private let groups: ShownGroups?
  /// Of all flows selected, each once.
  private(set) var totals = FlowSums()

  init(_ bins: BinnedSums?, _ groups: ShownGroups? = nil) {
    self.bins = bins
    self.groups = groups
  }

  /// Bins in order, with the sums of their columns.
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
    // Not two owners of one storage.
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
