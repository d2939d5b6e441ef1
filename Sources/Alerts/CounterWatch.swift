/// Growth of a counter over a window. Times are milliseconds since 1970 UTC.
public struct CounterWatch: Sendable {
  private var last: UInt64?
  private var steps: [(time: Int64, growth: UInt64)] = []

  public init() {}

  /// Records the counter's value.
  ///
  /// - Returns: its growth over the window; the initial value does not count.
  public mutating func growth(_ count: UInt64, at now: Int64) -> Double {
    let window = Int64(BuiltInAlerts.window) * 1000
    steps.removeAll { $0.time <= now - window || $0.time > now }
    if let last, count > last { steps.append((now, count - last)) }
    last = count
    return steps.reduce(0) { $0 + Double($1.growth) }
  }
}
