/// Which flows to look at in which second.
///
/// A ring of buckets, one a second. A place of the pool is in one bucket at most, at or before the second in which its
/// flow's timer runs out. An update does not move it: when its second has come, it is looked at and moved on if the flow
/// was seen since. So a look costs in proportion to the flows that come due, and the wheel never holds more than the pool.
struct AgingWheel: ~Copyable {
  private var buckets: [[UInt32]]
  private let mask: UInt64
  /// The places of the bucket being emptied.
  private var pending: [UInt32] = []
  /// The next second to look at; all before are done, but for `pending`.
  private(set) var second: UInt64

  private static let maximumSeconds = 4096

  /// For timers of which the shortest is `timeout` milliseconds; flows due beyond the ring are looked at once a turn.
  init(timeout: UInt32, from second: UInt64) {
    var size = 64
    while size < Self.maximumSeconds, size < Int(timeout / 1000) + 3 { size *= 2 }
    buckets = Array(repeating: [], count: size)
    mask = UInt64(size - 1)
    self.second = second
  }

  /// Adds a place, to be looked at once `second` is over, or before if that is further than one turn away.
  @inline(__always)
  mutating func add(_ place: UInt32, at second: UInt64) {
    buckets[Int(truncatingIfNeeded: max(second, self.second) & mask)].append(place)
  }

  /// Whether a place is left to take of the bucket being emptied.
  var hasPending: Bool { !pending.isEmpty }

  mutating func takePending() -> UInt32? { pending.popLast() }

  /// Turns to the next bucket that is not empty and whose second is before `end`; false if there is none.
  mutating func turn(before end: UInt64) -> Bool {
    // After a long pause one turn of the ring sees every place.
    if end > second &+ mask &+ 1 { second = end &- mask &- 1 }
    while second < end {
      let bucket = Int(truncatingIfNeeded: second & mask)
      second &+= 1
      guard !buckets[bucket].isEmpty else { continue }
      pending = []
      swap(&pending, &buckets[bucket])
      return true
    }
    return false
  }

  /// Every place in the wheel, as often as it is there.
  var places: [UInt32] { pending + buckets.joined() }
}
