import FlowModel
import FlowText
public import NetworkBytes

/// Sums over time of the groups with most, and of all others together.
public struct KeyedSeries: Sendable {
  public struct Group: Sendable {
    /// A value for each part of the key; nil where flows have none.
    public var key: [String?]
    /// Of each bin.
    public var bins: [FlowSums]
    public var totals: FlowSums
    /// The 95th percentile of the bits per second of all bins (nearest rank).
    public var percentile95: UInt64
  }

  /// Where each bin begins and ends, milliseconds since 1970 UTC: all that the window touches until now, those without flows too. The
  /// first may begin before the window.
  public var bins: [Range<UnixMilliseconds>]
  /// Most first.
  public var groups: [Group]
  /// Of flows that are in none of these groups, for each bin.
  public var others: [FlowSums]
  /// All groups, also those that are not shown.
  public var groupCount: Int
  /// Of all flows that were selected, each once.
  public var totals: FlowSums
  /// What the rates of the totals are over, seconds.
  public var seconds: Double
  /// As in `SeriesAnswer`.
  public var span: Range<UnixMilliseconds>?
  public var report: Scan.Report

  /// What a bin's rates are over, seconds.
  public func seconds(of bin: Range<UnixMilliseconds>) -> Double { Scan.seconds(bin, in: span) }
}

extension Scan {
  /// The sums of each span of time for the groups with most, at most `count`, and for all others together.
  ///
  /// The files are read twice: the first reading finds the groups. Of a key of either end a flow counts in both of its groups.
  ///
  /// - Parameters:
  ///   - bin: milliseconds. Bins follow the clocks of the style's zone.
  ///   - key: nil: there are no groups, all flows are others, and the files are read once.
  ///   - rule: in which bins a flow's octets and packets are.
  ///   - limit: groups at most that the first reading may hold.
  /// - Throws: `QueryError`, or `ParquetReadError` if the scan is strict.
  public func series(
    bin: Int64, by key: GroupKey?, count: Int, sortedBy statistic: Statistic = .octets, rule: BinRule = .spread,
    limit: Int? = nil
  ) throws -> KeyedSeries {
    do throws(ScanFailure) {
      // What cannot be answered is known before anything is read.
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
      groupCount: grouping?.table.count ?? 0, totals: sums.totals, seconds: seconds(report), span: binSpan,
      report: report)
  }

  /// - Throws: `tooManyGroups` if a span of time has more bins than are held for so many groups.
  private func requireRoom(_ span: Range<Int64>, _ bin: Int64, _ count: Int) throws(ScanFailure) {
    let bins = (span.upperBound - span.lowerBound) / bin
    let room = Int64(Self.maximumBins) * 16
    if bins > Self.maximumBins || bins > room / Int64(max(1, count)) { throw .query(.tooManyGroups(Self.maximumBins)) }
  }

  /// The least value that 95 of 100 do not exceed (nearest rank); 0 if there are none.
  static func percentile95(_ values: [UInt64]) -> UInt64 {
    guard !values.isEmpty else { return 0 }
    return values.sorted()[(values.count * 95 + 99) / 100 - 1]
  }
}
