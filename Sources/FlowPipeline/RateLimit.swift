import NetworkBytes

/// Holds each address to a number of datagrams a second, with a burst of one second's worth.
///
/// A token bucket as the virtual scheduling algorithm keeps it (GCRA, ITU-T I.371): one time for each address, at which its
/// bucket is full again. An address whose time has passed needs no entry, so memory is bounded by forgetting these.
struct RateLimit: Sendable {
  /// Between two datagrams at the full rate.
  private let interval: UnixNanoseconds
  /// When the bucket of each address is full again.
  private var full: [IPAddress: UnixNanoseconds] = [:]
  /// The newest arrival.
  private var latest = UnixNanoseconds.min
  /// When entries were looked through last.
  private var swept = UnixNanoseconds.min

  private static let burst: UnixNanoseconds = 1_000_000_000
  /// Sockets and interfaces deliver out of order by less than this; a larger step back is a clock that was set.
  private static let tolerance: UnixNanoseconds = 100_000_000
  /// Addresses with an entry at a time. When all of them are busy, others are not limited.
  static let maximumAddresses = 65_536

  /// - Parameter rate: datagrams a second, at least 1.
  init(_ rate: Int) {
    interval = max(Self.burst / UnixNanoseconds(max(rate, 1)), 1)
  }

  /// Whether a datagram is within the rate of its sender; it then counts.
  mutating func takes(_ address: IPAddress, at arrival: UnixNanoseconds) -> Bool {
    let now = advance(to: arrival)
    guard let known = full[address] else {
      if full.count >= Self.maximumAddresses { sweep(at: now) }
      if full.count < Self.maximumAddresses { full[address] = now &+ interval }
      return true
    }
    let wait = max(known, now)
    if wait - now > Self.burst - interval { return false }
    full[address] = wait &+ interval
    return true
  }

  private mutating func advance(to arrival: UnixNanoseconds) -> UnixNanoseconds {
    if arrival < latest {
      if latest &- arrival <= Self.tolerance { return latest }
      full.removeAll(keepingCapacity: true)
      swept = .min
    }
    latest = arrival
    return arrival
  }

  /// Forgets addresses whose bucket is full. That takes about a millisecond, so not at each datagram when all are busy.
  private mutating func sweep(at now: UnixNanoseconds) {
    if swept != .min, now &- swept < Self.tolerance { return }
    swept = now
    full = full.filter { $0.value > now }
  }
}
