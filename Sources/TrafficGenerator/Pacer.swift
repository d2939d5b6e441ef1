/// Schedules sending at a constant rate: the schedule is absolute, so that a late wake-up does not reduce the rate, and
/// without bursts, so that delays of the sender do not overload the collector.
///
/// A sender that is late catches up at twice the rate. Has no clock: all times are nanoseconds since the start.
public struct Pacer: Sendable {
  /// Units per second; 0 or less for unlimited.
  public let rate: Double
  /// The longest stretch of the schedule that may be sent at once, nanoseconds.
  public static let burst: UInt64 = 500_000

  private var windowStart: UInt64 = 0
  private var sentInWindow = 0.0

  public init(rate: Double) {
    self.rate = rate
  }

  /// Returns when a unit, counted from 0, is due.
  public func due(_ unit: UInt64) -> UInt64 {
    guard rate > 0 else { return 0 }
    let due = Double(unit) / rate * 1e9
    return due < 0x1p63 ? UInt64(due) : 1 << 63
  }

  /// Returns how long to wait before sending `count` units, the first with the number `unit`; 0 to send now.
  ///
  /// Counts them as sent after the wait: call once, wait, send.
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
    // Late by more than a burst: send up to twice this window's share, then begin the next window.
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
