/// What became of a file's attempts so far, none of which succeeded.
struct FileTrouble: Sendable {
  var backOff = BackOff()
  var failures = 0
  /// Times in a row, up to now, that it was refused for good.
  var refusals = 0
}

/// When a file is tried in place of one that has given way, as long as nobody knows whether the destination takes any: at once, then after a
/// second, and each time after twice as long, up to a minute. However many files wait, a server that is down is asked no more often for it.
struct ProbePauses: Sendable {
  /// Seconds from one to the next.
  private var length = 0
  /// Seconds until the next one.
  private var left = 0

  private static let longest = 60
  /// Of a destination that has taken nothing for about as many seconds.
  private static let outage = 8

  var isDue: Bool { left == 0 }
  /// Whether so many failed one after the other that it was the destination which did.
  var isOutage: Bool { length >= Self.outage }

  /// A file is tried.
  mutating func begin() {
    length = min(max(1, length * 2), Self.longest)
    left = length
  }

  /// It is for somebody to mend what it failed with.
  mutating func slowDown() { (length, left) = (Self.longest, Self.longest) }

  /// A second has passed.
  mutating func tick() { left = max(0, left - 1) }
}
