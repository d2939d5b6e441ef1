/// Narrows a key down to a few intervals.
///
/// Each node divides the keys between its first and last boundary into slices of equal width, one per about four
/// boundaries. A slice with too many boundaries has its own node, which spans just these: prefixes of one organization
/// are dense in a small part of the address space. No slice contains all boundaries of its node, so the tree is finite.
/// A node gets few slices if one of them has most of the boundaries, so that nested nodes never take more memory than
/// the intervals.
///
/// A slice is four octets, so that a directory of a million intervals fits into a near cache.
struct Directory<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  private struct Node: Sendable {
    /// The interval that contains the key before the node's first boundary.
    var first: UInt32
    /// Width of a slice, as a power of two.
    var shift: UInt32
    /// The first boundary; smaller keys are in the first slice.
    var begin: Key
    /// Index of its first slice in `slices`, and the number of the last one.
    var slices: Int
    var last: Key
  }

  private var nodes: [Node] = []
  /// Slices of all nodes: the interval that contains the key before a slice, or, with the highest bit set, the node
  /// that divides it. After each node's slices, one more marks the end of the last.
  private var slices: [UInt32] = []

  private static var nodeBit: UInt32 { 1 << 31 }

  /// - Parameters:
  ///   - intervals: less than 2^31; the first begins at 0.
  ///   - limit: the number of intervals to narrow a search down to.
  init<Value>(_ intervals: [Interval<Key, Value>], limit: Int) {
    var waiting = [(first: 0, last: intervals.count - 1, parent: 0)]
    while let (first, last, parent) = waiting.popLast() {
      let node = divide(first, last, intervals)
      if !nodes.isEmpty { slices[parent] = Self.nodeBit | UInt32(nodes.count) }
      nodes.append(node)
      for slice in node.slices...node.slices + Int(node.last) {
        // The next slice has not been divided yet.
        let (first, last) = (Int(slices[slice]), Int(slices[slice + 1]))
        if last - first >= limit { waiting.append((first, last, slice)) }
      }
    }
    (nodes, slices) = (nodes.trimmed, slices.trimmed)
  }

  /// Appends the slices for a range of intervals; the first interval begins before them.
  private mutating func divide<Value>(_ first: Int, _ last: Int, _ intervals: [Interval<Key, Value>]) -> Node {
    let begin = intervals[min(first + 1, last)].start
    let width = intervals[last].start - begin
    let widthBits = Key.bitWidth - width.leadingZeroBitCount
    var countBits = 1
    while (last - first) >> (countBits + 2) > 0 { countBits += 1 }
    var shift = max(0, widthBits - countBits)
    if countBits > 4, Self.greatestSlice(intervals[first + 1...last], begin, shift) > (last - first) / 2 {
      shift = max(0, widthBits - 4)
    }
    let node = Node(
      first: UInt32(first), shift: UInt32(shift), begin: begin, slices: slices.count, last: width >> Key(shift))
    slices.append(UInt32(first))
    for place in first..<last {
      // Slices that begin after this boundary, up to and including the next one.
      let slice = Int((intervals[place + 1].start - begin) >> Key(shift))
      while slices.count - node.slices <= slice { slices.append(UInt32(place)) }
    }
    slices.append(UInt32(last))
    return node
  }

  /// Returns the boundaries of the slice with the most boundaries.
  private static func greatestSlice<Value>(
    _ intervals: ArraySlice<Interval<Key, Value>>, _ begin: Key, _ shift: Int
  ) -> Int {
    var (greatest, count, present) = (0, 0, Key(0))
    for interval in intervals {
      let slice = (interval.start - begin) >> Key(shift)
      count = slice == present ? count + 1 : 1
      present = slice
      greatest = max(greatest, count)
    }
    return greatest
  }

  @inline(__always)
  subscript(key: Key) -> PlaceRange {
    let (nodes, slices) = (nodes.span, slices.span)
    var node = 0
    while true {
      let begin = max(nodes[node].begin, key)
      let number = min((begin &- nodes[node].begin) &>> Key(truncatingIfNeeded: nodes[node].shift), nodes[node].last)
      let slice = nodes[node].slices &+ Int(truncatingIfNeeded: number)
      let (first, next) = (slices[slice], slices[slice &+ 1])
      if first & Self.nodeBit == 0 {
        let last = next & Self.nodeBit == 0 ? next : nodes[Int(next & ~Self.nodeBit)].first
        return PlaceRange(first: first, count: last &- first &+ 1)
      }
      node = Int(first & ~Self.nodeBit)
    }
  }

  /// Octets of memory.
  var memory: Int { slices.capacity * 4 + nodes.capacity * MemoryLayout<Node>.stride }
}

extension Array {
  /// The same elements without unused capacity.
  var trimmed: [Element] {
    var trimmed: [Element] = []
    trimmed.reserveCapacity(count)
    trimmed += self
    return trimmed
  }
}
