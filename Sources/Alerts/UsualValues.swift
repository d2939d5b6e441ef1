/// What a value usually is: the median of what it was at the same hour of the days before.
public enum UsualValues {
  /// Days that are looked at.
  public static let days = 7
  /// Windows of each day's hour at most.
  public static let windowsPerHour = 12
  /// Values at least, else nothing is usual yet: half of them could be an exception.
  public static let minimumCount = 3

  private static let hour: Int64 = 3_600_000
  private static let day: Int64 = 86_400_000

  /// The hour of UTC that a time is in, milliseconds since 1970 UTC.
  public static func hour(of time: Int64) -> Int64 { time - (time % hour + hour) % hour }

  /// Windows whose values say what is usual in an hour, the newest day first: a few of each day's same hour, one after another; longer
  /// ones than an hour begin with it.
  ///
  /// - Parameters:
  ///   - hour: when it begins.
  ///   - window: milliseconds.
  public static func windows(at hour: Int64, window: Int64) -> [[Range<Int64>]] {
    guard window > 0 else { return [] }
    let fitting = max(1, Int(Self.hour / window))
    let count = min(fitting, windowsPerHour)
    // Spread over the hour if there are more than are looked at.
    let step = fitting > count ? Self.hour / Int64(count) : window
    return (1...days).map { back in
      let start = hour - Int64(back) * day
      return (0..<count).map { index in
        let first = start + Int64(index) * step
        return first..<(first + window)
      }
    }
  }

  /// The median; nil if there are too few values.
  public static func median(_ values: [Double]) -> Double? {
    guard values.count >= minimumCount else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
