/// The usual value: the median at the same hour of previous days.
public enum UsualValues {
  /// Number of previous days.
  public static let days = 7
  /// Maximum number of windows in each day's hour.
  public static let windowsPerHour = 12
  /// Minimum number of values; with fewer, half of them could be exceptions.
  public static let minimumCount = 3

  private static let hour: Int64 = 3_600_000
  private static let day: Int64 = 86_400_000

  /// The start of the UTC hour that contains `time`, milliseconds since 1970 UTC.
  public static func hour(of time: Int64) -> Int64 { time - (time % hour + hour) % hour }

  /// Returns the windows that define the usual value of an hour, newest day first: several windows within the same hour
  /// of each day, or one that begins with the hour if it is longer.
  ///
  /// - Parameters:
  ///   - hour: start of the hour.
  ///   - window: milliseconds.
  public static func windows(at hour: Int64, window: Int64) -> [[Range<Int64>]] {
    guard window > 0 else { return [] }
    let fitting = max(1, Int(Self.hour / window))
    let count = min(fitting, windowsPerHour)
    // If more windows fit than are used, spread them over the hour.
    let step = fitting > count ? Self.hour / Int64(count) : window
    return (1...days).map { back in
      let start = hour - Int64(back) * day
      return (0..<count).map { index in
        let first = start + Int64(index) * step
        return first..<(first + window)
      }
    }
  }

  /// Returns the median; nil if there are too few values.
  public static func median(_ values: [Double]) -> Double? {
    guard values.count >= minimumCount else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
