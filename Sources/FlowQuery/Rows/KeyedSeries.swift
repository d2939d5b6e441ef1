import FlowModel
import FlowText
public import NetworkBytes

/// Time series of the top groups, and of all others together.
public struct KeyedSeries: Sendable {
  public struct Group: Sendable {
    /// A value per part of the key; nil if absent.
    public var key: [String?]
    /// Sums per bin.
    public var bins: [FlowSums]
    public var totals: FlowSums
    /// 95th percentile of the bits per second of all bins (nearest rank).
    public var percentile95: UInt64
  }

  /// Start and end of each bin, milliseconds since 1970 UTC: all bins of the window up to now, including empty ones.
  /// The first may begin before the window.
  public var bins: [Range<UnixMilliseconds>]
  /// In descending order.
  public var groups: [Group]
  /// Sums per bin of flows in none of these groups.
  public var others: [FlowSums]
  /// Number of all groups, including those not returned.
  public var groupCount: Int
  /// Totals of all selected flows, each counted once.
  public var totals: FlowSums
  /// Duration for rates of the totals, seconds.
  public var seconds: Double
  /// As in `SeriesAnswer`.
  public var span: Range<UnixMilliseconds>?
  public var report: Scan.Report

  /// Returns the duration for rates of a bin, seconds.
  public func seconds(of bin: Range<UnixMilliseconds>) -> Double { Scan.seconds(bin, in: span) }
}

extension Scan {
  /// Returns time series of the top groups, at most `count`, and of all others together.
  ///
  /// Makes two passes over the files: the first finds the groups. With a key of either end, a flow counts in both
  /// groups.
  ///
  /// - Parameters:
  ///   - bin: milliseconds. Bins follow the local time of the style's zone.
  ///   - key: nil for no groups: all flows are others, in one pass.
  ///   - rule: how octets and packets are assigned to bins.
  ///   - limit: maximum number of groups in the first pass.
  /// - Throws: `QueryError`, or `ParquetReadError` if the scan is strict.
  public func series(
    bin: Int64, by key: GroupKey?, count: Int, sortedBy statistic: Statistic = .octets, rule: BinRule = .spread,
    limit: Int? = nil
  ) throws -> KeyedSeries {
    do throws(ScanFailure) {
      // Fails early, before anything is read.
      if let window, !window.isOpenAtStart { try requireRoom(window.range, bin, count) }
      var found: (grouping: Grouping, numbers: [Int])?
      if let key {
        let (groupings, report) = try groupings([key], limit: limit)
        try requireFlows(report)
        if let span = span(report) { try requireRoom(span, bin, count) }
        found = groupings.first.map { ($0, $0.best(count, statistic)) }
      }
      let bins = BinnedSums(TimeBins(width: bin, zone: style.zone), rule, columns: (found?.numbers.count ?? 0) + 1)
      let (sums, report) = try summed([SeriesSums(bins, found.map { ShownGroups($0.grouping, $0.numbers) })])
      try requireFlows(report)
      return keyed(sums[0], found?.grouping, found?.numbers ?? [], report)
    } catch {
      throw error.cause
    }
  }

  private func keyed(_ sums: SeriesSums, _ grouping: Grouping?, _ numbers: [Int], _ report: Report) -> KeyedSeries {
    let binSpan = binSpan(report)
    let ordered = sums.ordered(covering: span(report))
    let lengths = ordered.map { Scan.seconds($0.start..<$0.end, in: binSpan) }
    func column(_ index: Int) -> [FlowSums] { ordered.map { $0.sums[$0.sums.startIndex + index] } }
    let groups = numbers.enumerated().map { index, number in
      let bins = column(index)
      return KeyedSeries.Group(
        key: grouping?.text(number, style) ?? [], bins: bins, totals: bins.reduce(into: FlowSums()) { $0 += $1 },
        percentile95: Self.percentile95(zip(bins, lengths).map { $0.rates(over: $1).bits }))
    }
    return KeyedSeries(
      bins: ordered.map { $0.start..<$0.end }, groups: groups, others: column(numbers.count),
      groupCount: grouping?.count ?? 0, totals: sums.totals, seconds: seconds(report), span: binSpan,
      report: report)
  }

  /// - Throws: `tooManyGroups` if the number of bins exceeds the limit for so many groups.
  private func requireRoom(_ span: Range<Int64>, _ bin: Int64, _ count: Int) throws(ScanFailure) {
    let bins = (span.upperBound - span.lowerBound) / bin
    let room = Int64(Self.maximumBins) * 16
    if bins > Self.maximumBins || bins > room / Int64(max(1, count)) { throw .query(.tooManyGroups(Self.maximumBins)) }
  }

  /// Returns the 95th percentile (nearest rank); 0 for no values.
  static func percentile95(_ values: [UInt64]) -> UInt64 {
    guard !values.isEmpty else { return 0 }
    return values.sorted()[(values.count * 95 + 99) / 100 - 1]
  }
}
