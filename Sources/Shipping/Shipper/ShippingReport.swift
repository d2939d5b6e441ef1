public import NetworkBytes

/// How an output is. What is counted is counted since it started.
public struct ShippingReport: Hashable, Sendable {
  public var name: String
  /// Which server, and what there.
  public var place: String
  public var shippedFiles: UInt64 = 0
  public var shippedOctets: UInt64 = 0
  /// Those that are on their way as well.
  public var waitingFiles = 0
  public var waitingOctets: UInt64 = 0
  /// When the oldest file that waits was written; nil: none waits.
  public var waitingSince: UnixSeconds?
  /// Attempts that failed and were, or will be, made again.
  public var retries: UInt64 = 0
  /// Files that the destination never will take.
  public var setAsideFiles: UInt64 = 0
  /// Files that retention removed before they were taken.
  public var removedFiles: UInt64 = 0
  /// Rows that were sent before their file was committed; nil: none are.
  public var live: LiveRowCounts?
  /// Since when it has failed; nil: it does not.
  public var failingSince: UnixSeconds?
  /// What it failed with last, whether or not it is over, and when.
  public var lastError: String?
  public var lastErrorTime: UnixSeconds?

  public init(name: String, place: String) {
    self.name = name
    self.place = place
  }

  /// Seconds for which the oldest file that waits has waited; 0: none waits.
  public func age(at now: UnixSeconds) -> Int64 { waitingSince.map { max(0, now - $0) } ?? 0 }
}
