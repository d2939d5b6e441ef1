import FlowModel
package import FlowText
package import NetworkBytes

/// Spans of one length that follow one another, aligned to what clocks show: hours begin on the hour, days at midnight. In a
/// zone whose clocks change, some are longer or shorter; those that clocks show twice are two, those left out are none.
package struct TimeBins {
  /// Milliseconds.
  let width: Int64
  /// Whose clocks; nil: UTC.
  let zone: LocalZone?
  /// Where one of them begins, as clocks show it.
  private let origin: Int64
  /// Of the time asked for last: through which the offset is one.
  private var period: Range<Int64> = 0..<0
  private var offset: Int64 = 0

  package init(width: Int64, zone: LocalZone?) {
    self.width = width
    self.zone = zone
    origin = 0
  }

  /// At most so many bins, all as long but for the last one, from the beginning of a span of time to its end.
  init(dividing span: Range<UnixMilliseconds>, into count: Int) {
    let (length, count) = (max(1, span.upperBound - span.lowerBound), Int64(max(1, count)))
    width = (length + count - 1) / count
    zone = nil
    origin = span.lowerBound
  }

  /// A length that people use (seconds, minutes, hours, days) of which a span of time has about `points`, at most as many;
  /// milliseconds.
  package static func usualWidth(for span: Range<UnixMilliseconds>, points: Int) -> Int64 {
    let length = span.upperBound - span.lowerBound
    return usualWidths.first { length / $0 <= Int64(points) } ?? 30 * LocalZone.day
  }

  private static let usualWidths: [Int64] =
    [1, 2, 5, 10, 15, 30].map { $0 * 1000 } + [1, 2, 5, 10, 15, 30].map { $0 * 60_000 }
    + [1, 2, 3, 6, 12].map { $0 * 3_600_000 } + [1, 7, 30].map { $0 * LocalZone.day }

  /// When the bin of a time begins, milliseconds since 1970 UTC. Times outside of the years 1 to 9999 count as the nearest.
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
      // Clocks changed within what would be the bin; or its beginning is out of sight, and the same holds there.
      let before = zone.offset(at: change - 1)
      if aligned(change - 1 + before) != shown { return change }
      // Whole bins that are shown twice are two.
      if start == change, before != offset, (before - offset) % width == 0 { return change }
      time = change - 1
    }
  }

  /// When the bin behind the one that begins at `start` begins.
  package mutating func next(after start: UnixMilliseconds) -> UnixMilliseconds {
    let usual = start + width
    if zone == nil { return usual }
    if self.start(of: usual) == usual, self.start(of: usual - 1) == start { return usual }
    // Clocks may jump by a day at most.
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
