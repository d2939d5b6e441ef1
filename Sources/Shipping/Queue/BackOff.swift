/// How long to wait between attempts: 100 ms at first, then twice as long each time, up to 30 s; each a random part of it, so that collectors
/// that failed together do not come again together.
struct BackOff {
  private var longest: Duration = .milliseconds(100)

  /// - Parameter part: at least 0 and below 1.
  mutating func next(_ part: Double) -> Duration {
    defer { longest = min(longest * 2, .seconds(30)) }
    return longest * part
  }
}
