/// A timer wheel: which flows to check in which second.
///
/// A ring of buckets, one per second. A place of the pool is in at most one bucket, at or before the second in which
/// its flow expires. Updates do not move it: when its second comes, it is checked, and moved if the flow was seen
/// since. Checks thus cost in proportion to the flows due, and the wheel never exceeds the pool.
struct AgingWheel: ~Copyable {
  private var buckets: [[UInt32]]
  private let mask: UInt64
  /// The places of the bucket being emptied.
  private var pending: [UInt32] = []
  /// The next second to check; earlier ones are done, except for `pending`.
  private(set) var second: UInt64

  private static let maximumSeconds = 4096

  /// Creates a wheel for a shortest timeout in milliseconds; flows due beyond the ring are checked once per turn.
  init(timeout: UInt32, from second: UInt64) {
    var size = 64
    while size < Self.maximumSeconds, size < Int(timeout / 1000) + 3 { size *= 2 }
    buckets = Array(repeating: [], count: size)
    mask = UInt64(size - 1)
    self.second = second
  }

  /// Adds a place, to be checked after `second`, or earlier if that is more than one turn away.
  @inline(__always)
  mutating func add(_ place: UInt32, at second: UInt64) {
    buckets[Int(truncatingIfNeeded: max(second, self.second) & mask)].append(place)
  }

  /// Whether the bucket being emptied has places left.
  var hasPending: Bool { !pending.isEmpty }

  /// Takes up to `count` of the bucket being emptied, the last first.
  mutating func takePending(_ count: Int, into group: inout PlaceGroup) {
    let taken = min(count, pending.count)
    for index in 0..<taken { group.append(Int(pending[pending.count &- 1 &- index])) }
    pending.removeLast(taken)
  }

  /// Turns to the next non-empty bucket before `end`; returns false if there is none.
  mutating func turn(before end: UInt64) -> Bool {
    // After a long pause, one turn of the ring covers every place.
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

  /// Every place in the wheel, with duplicates.
  var places: [UInt32] { pending + buckets.joined() }
}
