/// Keys from one on, to the next interval's first, and their value.
struct Interval<Key: Sendable, Value: Sendable>: Sendable {
  var start: Key
  var value: Value
}

/// Places of intervals among which a key is.
struct PlaceRange: Sendable {
  var first: UInt32 = 0
  var count: UInt32 = 0
}

/// Values of intervals that cover all keys.
///
/// A search has three parts, each of which waits for memory once, so that many searches can wait side by side. A directory leads to at
/// most 16 intervals, most often to about four (`Directory`). A first halving comes near the interval, and three more find it, all of them
/// without a branch that depends on the data. The value is beside the interval's first key, in the cache line that the search ends in.
struct IntervalTable<Key: FixedWidthInteger & UnsignedInteger & Sendable, Value: Sendable>: Sendable {
  private let intervals: [Interval<Key, Value>]
  private let directory: Directory<Key>

  /// - Parameter intervals: in ascending order, of which the first begins at 0.
  init(_ intervals: [Interval<Key, Value>]) {
    directory = Directory(intervals, limit: 16)
    self.intervals = intervals.trimmed
  }

  var count: Int { intervals.count }

  /// Octets of memory.
  var memory: Int { intervals.capacity * MemoryLayout<Interval<Key, Value>>.stride + directory.memory }

  /// The interval of a number, in ascending order.
  subscript(place: Int) -> Interval<Key, Value> { intervals[place] }

  /// Goes through all intervals in ascending order.
  func makeIterator() -> some IteratorProtocol<Interval<Key, Value>> { intervals.makeIterator() }
}

// MARK: The parts of a search

extension IntervalTable {
  /// The intervals among which a key is.
  @inline(__always)
  func range(of key: Key) -> PlaceRange { directory[key] }

  /// The half of a range in which a key is.
  @inline(__always)
  func halved(_ range: PlaceRange, by key: Key) -> PlaceRange { Self.halved(range, by: key, intervals.span) }

  /// The value of a key.
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

  /// Of a single interval that is itself: the first one of a range never begins behind the key.
  @inline(__always)
  private static func halved(
    _ range: PlaceRange, by key: Key, _ intervals: Span<Interval<Key, Value>>
  ) -> PlaceRange {
    let half = range.count / 2
    // A half is at most 8: shifted by 4, nothing is left of it. As a choice it would be a branch, and guessed wrong each other time.
    let shift: UInt32 = intervals[Int(range.first &+ half)].start <= key ? 0 : 4
    return PlaceRange(first: range.first &+ half &>> shift, count: range.count &- half)
  }
}
