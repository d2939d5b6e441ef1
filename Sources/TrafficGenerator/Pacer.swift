/// Decides when to send so that a rate is kept: an absolute schedule, so that one late wake-up does not lower the rate
/// for good, and no bursts, so that a collector is not blamed for what the sender's scheduler did.
///
/// A sender that fell behind catches up at twice the pace. Knows no clock: all times are nanoseconds since the start.
public struct Pacer: Sendable {
  /// Units a second; 0 or below: as fast as possible.
  public let rate: Double
  /// The longest stretch of the schedule, in nanoseconds, that may go out at once.
  public static let burst: UInt64 = 500_000

  private var windowStart: UInt64 = 0
  private var sentInWindow = 0.0

  public init(rate: Double) {
    self.rate = rate
  }

  /// When the unit with this number, counted from 0, is due.
  public func due(_ unit: UInt64) -> UInt64 {
    guard rate > 0 else { return 0 }
    let due = Double(unit) / rate * 1e9
    return due < 0x1p63 ? UInt64(due) : 1 << 63
  }

  /// How long to wait before sending `count` units of which the first has the number `unit`; 0: send now.
  ///
  /// Notes them as sent once the wait is over: ask once, wait, send.
  public mutating func wait(before unit: UInt64, count: Int, elapsed: UInt64) -> UInt64 {
    guard rate > 0 else { return 0 }
    let due = due(unit)
    guard due < elapsed else {
      begin(window: due, with: count)
      return due - elapsed
    }
    guard elapsed < windowStart &+ Self.burst else {
      begin(window: elapsed, with: count)
      return 0
    }
    sentInWindow += Double(count)
    // Behind by more than a burst: twice this window's share may go, then the next window begins.
    guard elapsed - due > Self.burst, sentInWindow > 2 * rate * Double(Self.burst) / 1e9 else { return 0 }
    let next = windowStart &+ Self.burst
    begin(window: next, with: count)
    return next - elapsed
  }

  private mutating func begin(window: UInt64, with count: Int) {
    windowStart = window
    sentInWindow = Double(count)
  }
}
