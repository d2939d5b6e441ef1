public import NetworkBytes

/// What became of the datagrams that were to go to one target: each is in one of the counters, or waits.
public struct RelayReport: Equatable, Sendable {
  public var target: Endpoint
  /// Taken by the kernel: nobody says whether they arrived.
  public var sent: UInt64 = 0
  /// Refused by the kernel or, as far as other hosts reported it, by the target.
  public var failed: UInt64 = 0
  /// Dropped because the queue was full.
  public var dropped: UInt64 = 0
  /// Octets that wait, with what is left out among them.
  public var waiting: UInt64 = 0
  /// Why datagrams fail, while they do.
  public var failure: String?

  public init(target: Endpoint) {
    self.target = target
  }

  /// Adds what another worker has relayed to the same target.
  public static func += (sum: inout Self, other: Self) {
    sum.sent &+= other.sent
    sum.failed &+= other.failed
    sum.dropped &+= other.dropped
    sum.waiting &+= other.waiting
    sum.failure = sum.failure ?? other.failure
  }
}
