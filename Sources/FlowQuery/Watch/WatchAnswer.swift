public import NetworkBytes

/// What a watch saw at one look: what came since the last one.
public struct WatchAnswer: Sendable {
  public struct Row: Sendable {
    /// A value for each part of the key; nil where flows have none.
    public var key: [String?]
    /// Of the interval.
    public var sums: FlowSums
    /// What rows are ranked by (bits, packets or flows) per second, of the last intervals, the oldest first.
    public var history: [UInt64]
  }

  public struct Table: Sendable {
    /// Those with most in the interval first; among those with as much, those with more in the intervals before.
    public var rows: [Row]
    /// Groups of which something came in the interval.
    public var groupCount: Int
  }

  /// Milliseconds since 1970 UTC.
  public var time: UnixMilliseconds
  /// What rates are over.
  public var seconds: Double
  /// Whether there was no look before: then the interval is `TopWatch.firstInterval`.
  public var isFirst: Bool
  /// Of all flows of the interval.
  public var totals: FlowSums
  /// The end of the latest flow that the store has, milliseconds since 1970 UTC; nil: it has none.
  public var until: UnixMilliseconds?
  /// One for each key.
  public var tables: [Table]
  public var report: Scan.Report
}
