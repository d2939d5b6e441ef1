/// Values of intervals that cover all keys, each from its first key to the next interval's.
///
/// A search has two parts. A directory leads to at most 64 intervals: it divides the keys into slices of the same width, and where keys
/// are dense a slice has a directory of its own (`Directory`). Six halvings then find the interval, without a branch that depends on the
/// data. A directory has a slice for each 8 to 32 intervals, so that it stays in a near cache.
struct IntervalTable<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  private let starts: [Key]
  private let values: [UInt32]
  private let directory: Directory<Key>

  /// Intervals that may be left when a search leaves the directory.
  private static var limit: Int { 64 }

  /// - Parameters:
  ///   - starts: first keys in ascending order, of which the first is 0.
  ///   - values: as many.
  init(starts: [Key], values: [UInt32]) {
    directory = Directory(starts, limit: Self.limit)
    // A search looks so far whatever is there.
    self.starts = starts + repeatElement(.max, count: Self.limit)
    self.values = values
  }

  var count: Int { values.count }

  /// Octets of memory.
  var memory: Int { starts.capacity * MemoryLayout<Key>.stride + values.capacity * 4 + directory.memory }

  subscript(key: Key) -> UInt32 { values[place(of: key, among: directory[key], starts.span)] }

  /// The values of many keys, one part of the search after the other: the searches wait for memory side by side.
  func values(of searched: [Key]) -> [UInt32] {
    let (starts, values) = (starts.span, values.span)
    var found: [UInt32] = []
    found.reserveCapacity(searched.count)
    var ranges: [Directory<Key>.Range] = []
    ranges.reserveCapacity(searched.count)
    for key in searched { ranges.append(directory[key]) }
    for index in ranges.indices {
      let place = place(of: searched[index], among: ranges[index], starts)
      ranges[index].first = UInt32(truncatingIfNeeded: place)
    }
    for range in ranges { found.append(values[Int(range.first)]) }
    return found
  }

  /// The last interval of a range that does not begin behind a key; the first one never does.
  @inline(__always)
  private func place(of key: Key, among range: Directory<Key>.Range, _ starts: Span<Key>) -> Int {
    var place = Int(range.first)
    // Few ranges are that long. Those behind a range begin behind the key, too.
    if range.last &- range.first >= 32 { place &+= starts[place &+ 32] <= key ? 32 : 0 }
    place &+= starts[place &+ 16] <= key ? 16 : 0
    place &+= starts[place &+ 8] <= key ? 8 : 0
    place &+= starts[place &+ 4] <= key ? 4 : 0
    place &+= starts[place &+ 2] <= key ? 2 : 0
    place &+= starts[place &+ 1] <= key ? 1 : 0
    // What fills the keys up is not greater than the greatest key.
    return min(place, Int(range.last))
  }
}
