import FlowModel

extension FlowCache {
  /// Number of flows evicted at once when the cache is full: one in a small cache, so that exactly the least recently
  /// seen flow leaves; 1/64 in a large one, to amortize the search.
  private var evictionCount: Int { max(1, aging.maximumFlows / 64) }

  /// Makes room for a flow in a full cache.
  mutating func makeRoom(into emitted: inout FlowBatch) {
    evict(evictionCount, into: &emitted)
  }

  /// Emits flows in excess of `maximumFlows` after it was reduced.
  mutating func trim(into emitted: inout FlowBatch, limit: Int) -> Bool {
    while liveCount > aging.maximumFlows {
      let room = limit &- emitted.records.count
      guard room > 0 else { return false }
      evict(min(room, liveCount &- aging.maximumFlows), into: &emitted)
    }
    return true
  }

  /// Emits `count` flows: first expired ones, with their own reason, then others; each least recently seen first.
  private mutating func evict(_ count: Int, into emitted: inout FlowBatch) {
    let over = overCount
    if over > 0 { evict(min(count, over), of: over, over: true, into: &emitted) }
    if count > over { evict(min(count &- over, liveCount), of: liveCount, over: false, into: &emitted) }
  }

  /// Emits the `count` least recently seen of the `total` expired flows (`over`), or of all.
  private mutating func evict(_ count: Int, of total: Int, over: Bool, into emitted: inout FlowBatch) {
    guard count > 0 else { return }
    let newest = count == total ? recordNumber : recency(ofOldest: count, over: over)
    let now = now
    var group = PlaceGroup()
    for place in ages.indices where ages[place].isLive && ages[place].recency <= newest {
      if over, !timers.isOver(ages[place], at: now) { continue }
      if group.count == Self.groupSize {
        close(group, .noRoom, into: &emitted)
        group = PlaceGroup()
      }
      group.append(place)
    }
    close(group, .noRoom, into: &emitted)
    // The record that needs room already has a number, but no flow yet.
    if !over { oldestRecency = min(newest &+ 1, recordNumber) }
  }

  /// Number of expired flows that the wheel has not reached yet.
  private var overCount: Int {
    let now = now
    var count = 0
    for age in ages where age.isLive && timers.isOver(age, at: now) { count &+= 1 }
    return count
  }

  /// Returns the recency that exactly `count` of the live flows (expired ones, or all) do not exceed; there are more
  /// than `count`.
  ///
  /// Recencies are distinct. The range is narrowed by histograms, with a pass over the ages per eleven bits.
  private func recency(ofOldest count: Int, over: Bool) -> UInt64 {
    if count == 1 { return oldest(over: over) }
    let now = now
    var low = oldestRecency
    var high = recordNumber
    var left = count
    while low < high {
      let shift = UInt64(max(0, 53 - (high &- low).leadingZeroBitCount))
      var storage = InlineArray<2048, UInt32>(repeating: 0)
      var histogram = storage.mutableSpan
      for age in ages where age.isLive && age.recency >= low && age.recency <= high {
        if over, !timers.isOver(age, at: now) { continue }
        histogram[Int(truncatingIfNeeded: (age.recency &- low) &>> shift)] &+= 1
      }
      var bin = 0
      while bin < 2047, histogram[bin] < left {
        left &-= Int(histogram[bin])
        bin &+= 1
      }
      low = low &+ UInt64(bin) &<< shift
      high = min(high, low &+ (1 &<< shift &- 1))
      if histogram[bin] == left { return high }
    }
    return high
  }

  /// Returns the lowest recency of the live flows, or of the expired ones.
  private func oldest(over: Bool) -> UInt64 {
    let now = now
    var least = UInt64.max
    for age in ages where age.isLive && (!over || timers.isOver(age, at: now)) { least = min(least, age.recency) }
    return least
  }
}
