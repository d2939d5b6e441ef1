/// Values of intervals that cover all keys, each from its first key to the next interval's.
///
/// The first keys are the lowest level of a static search tree whose nodes are of 64 octets, as cache lines are: a level has the first key
/// of each node below. A search halves one node of each level, without a branch that depends on the data, and of millions of intervals
/// all but the last two levels stay in a near cache.
struct IntervalTable<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  private static var fanOut: Int { 512 / Key.bitWidth }

  /// The levels' keys, the highest level's first; each level is filled up to whole nodes.
  private var keys: [Key]
  /// Where each level begins in `keys`, and the place of its last key, the highest level first.
  private var levels: [Level]
  private var values: [UInt32]

  private struct Level: Sendable {
    var begin: Int
    var last: Int
  }

  /// - Parameters:
  ///   - starts: first keys in ascending order, of which the first is 0.
  ///   - values: as many.
  init(starts: [Key], values: [UInt32]) {
    var strides = [1]
    while let stride = strides.last, Self.count(of: starts, each: stride) > Self.fanOut {
      strides.append(stride * Self.fanOut)
    }
    let sizes = strides.map { (Self.count(of: starts, each: $0) + Self.fanOut - 1) / Self.fanOut * Self.fanOut }
    keys = []
    keys.reserveCapacity(sizes.reduce(0, +))
    levels = []
    for (stride, size) in zip(strides, sizes).reversed() {
      let begin = keys.count
      for place in Swift.stride(from: 0, to: starts.count, by: stride) { keys.append(starts[place]) }
      levels.append(Level(begin: begin, last: keys.count - begin - 1))
      keys.append(contentsOf: repeatElement(.max, count: begin + size - keys.count))
    }
    self.values = values
  }

  private static func count(of starts: [Key], each stride: Int) -> Int { (starts.count + stride - 1) / stride }

  var count: Int { values.count }

  /// Octets of memory.
  var memory: Int { keys.capacity * MemoryLayout<Key>.stride + values.capacity * 4 }

  subscript(key: Key) -> UInt32 {
    var place = 0
    for level in levels { descend(level, key, &place) }
    return values[place]
  }

  /// The values of many keys, level by level: the searches wait for memory side by side.
  func values(of searched: [Key]) -> [UInt32] {
    var places = [Int](repeating: 0, count: searched.count)
    for level in levels {
      for index in places.indices { descend(level, searched[index], &places[index]) }
    }
    return places.map { values[$0] }
  }

  /// Goes on from a key's place in a level to that in the level below.
  @inline(__always)
  private func descend(_ level: Level, _ key: Key, _ place: inout Int) {
    // The last key of the node that is not greater; the first one never is.
    var found = level.begin &+ place &* Self.fanOut
    if Self.fanOut > 8 { found &+= keys[found &+ 8] <= key ? 8 : 0 }
    found &+= keys[found &+ 4] <= key ? 4 : 0
    found &+= keys[found &+ 2] <= key ? 2 : 0
    found &+= keys[found &+ 1] <= key ? 1 : 0
    // What fills the last node up is not greater than the greatest key.
    place = min(found &- level.begin, level.last)
  }
}
