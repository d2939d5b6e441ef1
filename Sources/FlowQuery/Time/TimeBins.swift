import FlowModel
package import FlowText
package import NetworkBytes

/// Consecutive bins of equal length aligned to local time: hours begin on the hour, days at midnight. Where clocks
/// change, some are longer or shorter; repeated ones become two bins, skipped ones none.
package struct TimeBins {
  /// Milliseconds.
  let width: Int64
  /// The time zone; nil for UTC.
  let zone: LocalZone?
  /// Start of one bin, in local time.
  private let origin: Int64
  /// The period around the last time, with a constant offset.
  private var period: Range<Int64> = 0..<0
  private var offset: Int64 = 0

  package init(width: Int64, zone: LocalZone?) {
    self.width = width
    self.zone = zone
    origin = 0
  }

  /// Divides a time span into at most `count` bins, of equal length except the last.
  init(dividing span: Range<UnixMilliseconds>, into count: Int) {
    let (length, count) = (max(1, span.upperBound - span.lowerBound), Int64(max(1, count)))
    width = (length + count - 1) / count
    zone = nil
    origin = span.lowerBound
  }

  /// Returns a common length (of seconds, minutes, hours or days) that divides a span into about, and at most, `points`
  /// bins; milliseconds.
  package static func usualWidth(for span: Range<UnixMilliseconds>, points: Int) -> Int64 {
    let length = span.upperBound - span.lowerBound
    return usualWidths.first { length / $0 <= Int64(points) } ?? 30 * LocalZone.day
  }

  private static let usualWidths: [Int64] =
    [1, 2, 5, 10, 15, 30].map { $0 * 1000 } + [1, 2, 5, 10, 15, 30].map { $0 * 60_000 }
    + [1, 2, 3, 6, 12].map { $0 * 3_600_000 } + [1, 7, 30].map { $0 * LocalZone.day }

  /// Returns the start of the bin of a time, milliseconds since 1970 UTC. Times outside the years 1 to 9999 are
  /// clamped.
  package mutating func start(of time: UnixMilliseconds) -> UnixMilliseconds {
    var time = time.storable
    guard let zone else { return aligned(time) }
    while true {
      if !period.contains(time) {
        period = zone.period(around: time, reach: max(width, 32 * LocalZone.day))
        offset = zone.offset(at: time)
      }
      let shown = aligned(time + offset)
      let start = shown - offset
      let change = period.lowerBound
      if start > change { return start }
      // Clocks changed within the bin; or its start is beyond the known period, where the same applies.
      let before = zone.offset(at: change - 1)
      if aligned(change - 1 + before) != shown { return change }
      // Whole bins that occur twice are two bins.
      if start == change, before != offset, (before - offset) % width == 0 { return change }
      time = change - 1
    }
  }

  /// Returns the start of the bin after the one that begins at `start`.
  package mutating func next(after start: UnixMilliseconds) -> UnixMilliseconds {
    let usual = start + width
    if zone == nil { return usual }
    if self.start(of: usual) == usual, self.start(of: usual - 1) == start { return usual }
    // Clocks change by at most a day.
    var (low, high) = (start, usual + 2 * LocalZone.day)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if self.start(of: middle) > start { high = middle } else { low = middle }
    }
    return high
  }

  private func aligned(_ time: Int64) -> Int64 {
    let rest = (time - origin) % width
    return time - (rest < 0 ? rest + width : rest)
  }
}
