/// A file's failed attempts.
struct FileTrouble: Sendable {
  var backOff = BackOff()
  var failures = 0
  /// Consecutive permanent refusals.
  var refusals = 0
}

/// The schedule of probes: while it is unknown whether the destination accepts any file, another file is tried at once,
/// then after one second, doubling up to a minute. However many files wait, a failing server is not asked more often.
struct ProbePauses: Sendable {
  /// Current interval, seconds.
  private var length = 0
  /// Seconds until the next probe.
  private var left = 0

  private static let longest = 60
  /// Interval from which the destination counts as down, seconds.
  private static let outage = 8

  var isDue: Bool { left == 0 }
  /// Whether so many consecutive probes failed that the destination is at fault.
  var isOutage: Bool { length >= Self.outage }

  /// Records the start of a probe.
  mutating func begin() {
    length = min(max(1, length * 2), Self.longest)
    left = length
  }

  /// Uses the longest interval, because someone has to fix the cause.
  mutating func slowDown() { (length, left) = (Self.longest, Self.longest) }

  /// Call once a second.
  mutating func tick() { left = max(0, left - 1) }
}
