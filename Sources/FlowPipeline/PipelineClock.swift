/// The pipeline's time, and the windows of a whole number of seconds that it falls into.
///
/// Datagrams of several sockets or interfaces arrive a little out of order: a step back of up to five seconds counts as
/// no time passed. After a larger one, as when a wall clock is set or the next capture is an older one, time goes on
/// from there.
struct PipelineClock {
  /// Milliseconds since 1970 UTC; meaningless until first set.
  private(set) var time = Int64.min
  /// Windows that have ended so far.
  private(set) var endedWindows = 0
  private let windowMilliseconds: Int64
  private static let tolerance: Int64 = 5000

  init(window seconds: Int64) {
    windowMilliseconds = max(seconds, 1) * 1000
  }

  @inline(__always)
  func isSameSecond(_ other: Int64) -> Bool {
    // Equal quotients of times that are not negative; others are looked at more closely by `set`.
    other &- time < 1000 && other >= time &- time % 1000 && other / 1000 == time / 1000
  }

  /// Goes on to `other`, which lies in the same second; never back.
  @inline(__always)
  mutating func step(to other: Int64) {
    if other > time { time = other }
  }

  /// Goes to `other`.
  ///
  /// - Returns: whether that is in another window.
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

  /// The end of the current window, if `other` lies beyond it.
  func nextWindowEnd(before other: Int64) -> Int64? {
    guard time != .min else { return nil }
    let end = (window(of: time) + 1) * windowMilliseconds
    return other >= end ? end : nil
  }

  private func window(of time: Int64) -> Int64 {
    time >= 0 ? time / windowMilliseconds : (time - windowMilliseconds + 1) / windowMilliseconds
  }
}
