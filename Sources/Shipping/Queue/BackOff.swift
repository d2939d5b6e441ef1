/// Delay between attempts: 100 ms at first, doubling up to 30 s, with random jitter, so that collectors that failed
/// together do not retry together.
struct BackOff {
  private var longest: Duration = .milliseconds(100)

  /// - Parameter part: at least 0 and less than 1.
  mutating func next(_ part: Double) -> Duration {
    defer { longest = min(longest * 2, .seconds(30)) }
    return longest * part
  }
}
