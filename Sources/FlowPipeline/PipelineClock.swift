/// The pipeline's time, and its windows of a whole number of seconds.
///
/// Datagrams of several sockets or interfaces arrive slightly out of order: a step back of up to five seconds counts as
/// no progress. After a larger one, as when a clock is set or the next capture is older, time continues from there.
struct PipelineClock {
  /// Milliseconds since 1970 UTC; meaningless until first set.
  private(set) var time = Int64.min
  /// Number of windows that have ended.
  private(set) var endedWindows = 0
  private let windowMilliseconds: Int64
  private static let tolerance: Int64 = 5000

  init(window seconds: Int64) {
    windowMilliseconds = max(seconds, 1) * 1000
  }

  @inline(__always)
  func isSameSecond(_ other: Int64) -> Bool {
    // Compares quotients of non-negative times; `set` handles others.
    other &- time < 1000 && other >= time &- time % 1000 && other / 1000 == time / 1000
  }

  /// Advances to `other` within the same second; never back.
  @inline(__always)
  mutating func step(to other: Int64) {
    if other > time { time = other }
  }

  /// Sets the time.
  ///
  /// - Returns: whether it is in another window.
  @discardableResult
  mutating func set(_ other: Int64) -> Bool {
    if time == .min {
      time = other
      return false
    }
    if other < time, time - other <= Self.tolerance { return false }
    let before = window(of: time)
    time = other
    if window(of: other) == before { return false }
    endedWindows += 1
    return true
  }

  /// Returns the end of the current window if `other` is beyond it.
  func nextWindowEnd(before other: Int64) -> Int64? {
    guard time != .min else { return nil }
    let end = (window(of: time) + 1) * windowMilliseconds
    return other >= end ? end : nil
  }

  private func window(of time: Int64) -> Int64 {
    time >= 0 ? time / windowMilliseconds : (time - windowMilliseconds + 1) / windowMilliseconds
  }
}
