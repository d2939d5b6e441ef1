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
  /// Of the time asked for last: through which the offset is one.
  private var period: Range<Int64> = 0..<0
  private var offset: Int64 = 0

  package init(width: Int64, zone: LocalZone?) {
    self.width = width
    self.zone = zone
  }

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
    let rest = time % width
    return time - (rest < 0 ? rest + width : rest)
  }
}
