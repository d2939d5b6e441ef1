public import NetworkBytes

/// Counters for one target: each datagram is in one of them, or waits.
public struct RelayReport: Equatable, Sendable {
  public var target: Endpoint
  /// Accepted by the kernel; delivery is not confirmed.
  public var sent: UInt64 = 0
  /// Refused by the kernel or, as reported by other hosts, by the target.
  public var failed: UInt64 = 0
  /// Dropped because the queue was full.
  public var dropped: UInt64 = 0
  /// Octets waiting, including those to be skipped.
  public var waiting: UInt64 = 0
  /// Why datagrams fail; nil if they do not.
  public var failure: String?

  public init(target: Endpoint) {
    self.target = target
  }

  /// Adds the counters of another worker for the same target.
  public static func += (sum: inout Self, other: Self) {
    sum.sent &+= other.sent
    sum.failed &+= other.failed
    sum.dropped &+= other.dropped
    sum.waiting &+= other.waiting
    sum.failure = sum.failure ?? other.failure
  }
}
