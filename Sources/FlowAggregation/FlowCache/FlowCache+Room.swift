import FlowModel
import NetworkBytes

/// The flows that were seen longest ago, in that order: what a full cache evicts next.
///
/// A table of places by the number of the flow's last record, for a range of numbers from the least one on. It is made by looking at
/// all flows once; from then on each eviction takes the next one. A flow that was seen since, or has left, has another number.
struct EvictionOrder {
  /// For each number from `first` on, one more than the place of the flow; 0 if there is none.
  private var places: [UInt32] = []
  private var first: UInt64 = 0
  private var next = 0

  /// Makes the table anew, for at most `length` numbers.
  ///
  /// - Parameter ages: at least one of them live.
  mutating func fill(from ages: [FlowAge], length: Int) {
    var (least, greatest) = (UInt64.max, UInt64.min)
    for place in ages.indices where ages[place].isLive {
      least = min(least, ages[place].recency)
      greatest = max(greatest, ages[place].recency)
    }
    first = least
    next = 0
    // No longer: numbers that come later are not in it.
    let count = Int(min(UInt64(length), greatest &- least &+ 1))
    places.removeAll(keepingCapacity: true)
    places.append(contentsOf: repeatElement(0, count: count))
    var places = places.mutableSpan
    for place in ages.indices where ages[place].isLive {
      let index = ages[place].recency &- least
      if index < UInt64(count) { places[Int(index)] = UInt32(truncatingIfNeeded: place &+ 1) }
    }
  }

  /// Takes up to `count` flows; fewer only if the table has no more.
  mutating func take(_ count: Int, of ages: [FlowAge], into group: inout PlaceGroup) {
    let ahead = 32
    while next < places.count, group.count < count {
      if next < places.count &- ahead {
        let later = Int(places[next &+ ahead]) &- 1
        if later >= 0 { ages.span.prefetch(later) }
      }
      let place = Int(places[next]) &- 1
      if place >= 0, ages[place].isLive, ages[place].recency == first &+ UInt64(next) { group.append(place) }
      next &+= 1
    }
  }
}

extension FlowCache {
  /// Number of flows evicted at once when the cache is full: one in a small cache, so that exactly the least recently
  /// seen flow leaves; 1/64 in a large one, but no more than overlap well, and fit into a batch.
  private var evictionCount: Int { min(max(1, aging.maximumFlows / 64), 1024) }

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

  /// Emits `count` flows, each with the reason of its timeout if that has passed: the least recently seen ones, but from a small
  /// cache those first whose timeout has passed. A large one has few of these, which the wheel reaches within a second.
  private mutating func evict(_ count: Int, into emitted: inout FlowBatch) {
    var left = min(count, liveCount)
    if evictionCount == 1 { left &-= closeExpired(left, into: &emitted) }
    while left > 0 {
      var group = PlaceGroup()
      evictionOrder.take(min(left, Self.groupSize), of: ages, into: &group)
      if group.count == 0 {
        evictionOrder.fill(from: ages, length: max(aging.maximumFlows, 1 << 16))
      } else {
        left &-= group.count
        close(group, .noRoom, into: &emitted)
      }
    }
  }

  /// Emits up to `count` flows whose timeout has passed and that the wheel has not reached yet, and returns their number.
  private mutating func closeExpired(_ count: Int, into emitted: inout FlowBatch) -> Int {
    let now = now
    var group = PlaceGroup()
    for place in ages.indices where ages[place].isLive && timers.isOver(ages[place], at: now) {
      if group.count == min(count, Self.groupSize) { break }
      group.append(place)
    }
    let closed = group.count
    close(group, .noRoom, into: &emitted)
    return closed
  }
}
