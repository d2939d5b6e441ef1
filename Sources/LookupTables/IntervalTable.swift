/// The keys from `start` up to the start of the next interval, and their value.
struct Interval<Key: Sendable, Value: Sendable>: Sendable {
  var start: Key
  var value: Value
}

/// A range of intervals, one of which contains the key.
struct PlaceRange: Sendable {
  var first: UInt32 = 0
  var count: UInt32 = 0
}

/// Values of intervals that cover the whole key space.
///
/// A search has three steps, each with one memory access that may miss the cache, so that many searches can overlap.
/// The directory narrows it down to at most 16 intervals, usually about four (`Directory`). One halving approaches the
/// interval, and three more find it, all without data-dependent branches. The value is next to the interval's first
/// key, in the cache line where the search ends.
struct IntervalTable<Key: FixedWidthInteger & UnsignedInteger & Sendable, Value: Sendable>: Sendable {
  private let intervals: [Interval<Key, Value>]
  private let directory: Directory<Key>

  /// - Parameter intervals: in ascending order; the first begins at 0.
  init(_ intervals: [Interval<Key, Value>]) {
    directory = Directory(intervals, limit: 16)
    self.intervals = intervals.trimmed
  }

  var count: Int { intervals.count }

  /// Octets of memory.
  var memory: Int { intervals.capacity * MemoryLayout<Interval<Key, Value>>.stride + directory.memory }

  /// The interval at an index, in ascending order.
  subscript(place: Int) -> Interval<Key, Value> { intervals[place] }

  /// Iterates over all intervals in ascending order.
  func makeIterator() -> some IteratorProtocol<Interval<Key, Value>> { intervals.makeIterator() }
}

// MARK: The parts of a search

extension IntervalTable {
  /// Returns the intervals among which a key is.
  @inline(__always)
  func range(of key: Key) -> PlaceRange { directory[key] }

  /// Returns the half of a range that contains a key.
  @inline(__always)
  func halved(_ range: PlaceRange, by key: Key) -> PlaceRange { Self.halved(range, by: key, intervals.span) }

  /// Returns the value of a key.
  ///
  /// - Parameter range: its range, halved once.
  @inline(__always)
  func value(of key: Key, in range: PlaceRange) -> Value {
    let intervals = intervals.span
    var range = Self.halved(range, by: key, intervals)
    range = Self.halved(range, by: key, intervals)
    range = Self.halved(range, by: key, intervals)
    return intervals[Int(range.first)].value
  }

  /// Halves a range; a single interval is returned unchanged, because the first one of a range never begins after the
  /// key.
  @inline(__always)
  private static func halved(
    _ range: PlaceRange, by key: Key, _ intervals: Span<Interval<Key, Value>>
  ) -> PlaceRange {
    let half = range.count / 2
    // A half is at most 8, so shifting by 4 gives 0. A conditional would be a branch, mispredicted half of the time.
    let shift: UInt32 = intervals[Int(range.first &+ half)].start <= key ? 0 : 4
    return PlaceRange(first: range.first &+ half &>> shift, count: range.count &- half)
  }
}
