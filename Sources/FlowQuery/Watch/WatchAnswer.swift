public import NetworkBytes

/// The result of one look: the traffic since the last one.
public struct WatchAnswer: Sendable {
  public struct Row: Sendable {
    /// A value per part of the key; nil if absent.
    public var key: [String?]
    /// Sums of the interval.
    public var sums: FlowSums
    /// The ranked statistic (bits, packets or flows) per second in the last intervals, oldest first.
    public var history: [UInt64]
  }

  public struct Table: Sendable {
    /// By traffic in the interval, then by that of earlier intervals.
    public var rows: [Row]
    /// Number of groups with traffic in the interval.
    public var groupCount: Int
  }

  /// Milliseconds since 1970 UTC.
  public var time: UnixMilliseconds
  /// Duration for rates.
  public var seconds: Double
  /// Whether this is the first look, whose interval is `TopWatch.firstInterval`.
  public var isFirst: Bool
  /// Totals of all flows of the interval.
  public var totals: FlowSums
  /// The latest end of a flow in the store, milliseconds since 1970 UTC; nil if there are none.
  public var until: UnixMilliseconds?
  /// One per key.
  public var tables: [Table]
  public var report: Scan.Report
}
