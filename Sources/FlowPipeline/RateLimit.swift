import NetworkBytes

/// Limits the datagrams per second from each address, with a burst of one second's worth.
///
/// A token bucket in the form of the virtual scheduling algorithm (GCRA, ITU-T I.371): one time per address, at which
/// its bucket is full again. An address whose time has passed needs no entry, so removing these bounds memory.
struct RateLimit: Sendable {
  /// Interval between two datagrams at the full rate.
  private let interval: UnixNanoseconds
  /// When the bucket of each address is full again.
  private var full: [IPAddress: UnixNanoseconds] = [:]
  /// The latest arrival.
  private var latest = UnixNanoseconds.min
  /// When entries were last swept.
  private var swept = UnixNanoseconds.min

  private static let burst: UnixNanoseconds = 1_000_000_000
  /// Sockets and interfaces deliver out of order by less than this; a larger step back means that the clock was set.
  private static let tolerance: UnixNanoseconds = 100_000_000
  /// Maximum number of entries. If all are busy, further addresses are not limited.
  static let maximumAddresses = 65_536

  /// - Parameter rate: datagrams per second, at least 1.
  init(_ rate: Int) {
    interval = max(Self.burst / UnixNanoseconds(max(rate, 1)), 1)
  }

  /// Returns whether a datagram is within the sender's rate, and counts it if so.
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

  /// Removes addresses whose bucket is full. Takes about a millisecond, so it does not run for each datagram when all
  /// are busy.
  private mutating func sweep(at now: UnixNanoseconds) {
    if swept != .min, now &- swept < Self.tolerance { return }
    swept = now
    full = full.filter { $0.value > now }
  }
}
