public import NetworkBytes

/// The state of a file output. Counters begin at the start.
public struct ShippingReport: Hashable, Sendable {
  public var name: String
  /// Server and location.
  public var place: String
  public var shippedFiles: UInt64 = 0
  public var shippedOctets: UInt64 = 0
  /// Including those in transit.
  public var waitingFiles = 0
  public var waitingOctets: UInt64 = 0
  /// When the oldest waiting file was written; nil if none waits.
  public var waitingSince: UnixSeconds?
  /// Failed attempts that were or will be retried.
  public var retries: UInt64 = 0
  /// Files that the destination will never accept.
  public var setAsideFiles: UInt64 = 0
  /// Files that retention removed before they were shipped.
  public var removedFiles: UInt64 = 0
  /// Rows sent before their file was committed; nil if the destination accepts only files.
  public var live: LiveRowCounts?
  /// Since when it has been failing; nil if it is not.
  public var failingSince: UnixSeconds?
  /// The last error, past or present, and its time.
  public var lastError: String?
  public var lastErrorTime: UnixSeconds?

  public init(name: String, place: String) {
    self.name = name
    self.place = place
  }

  /// Seconds that the oldest waiting file has waited; 0 if none waits.
  public func age(at now: UnixSeconds) -> Int64 { waitingSince.map { max(0, now - $0) } ?? 0 }
}
