/// Leads from a key to the few intervals among which it is.
///
/// Each node divides the keys between its first and its last boundary into slices of the same width, one for about sixteen boundaries. A
/// slice with too many of them has a node of its own, which begins and ends with these: prefixes of one organization are dense in a
/// small part of the address space. No slice has all boundaries of its node, so that the nodes end.
struct Directory<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  /// Places of intervals, the last one included.
  struct Range: Sendable {
    var first: UInt32
    var last: UInt32
  }

  private struct Node: Sendable {
    /// The first boundary: smaller keys are of the first slice.
    var begin: Key
    /// Bits of a slice's width.
    var shift: Key
    /// Where its slices are, and the number of the last one.
    var slices: Int
    var last: Key
  }

  private struct Slice: Sendable {
    /// The interval that holds the key before the slice.
    var first: UInt32
    /// The node that divides it; 0: none does.
    var node: UInt32 = 0
  }

  private var nodes: [Node] = []
  /// Those of all nodes; after each node's there is one for the end of the last.
  private var slices: [Slice] = []

  /// - Parameters:
  ///   - starts: first keys of all intervals, in ascending order, of which the first is 0.
  ///   - limit: intervals to which a search is narrowed down.
  init(_ starts: [Key], limit: Int) {
    var waiting = [(range: Range(first: 0, last: UInt32(starts.count - 1)), parent: 0)]
    while let (range, parent) = waiting.popLast() {
      let node = divide(range, starts)
      if !nodes.isEmpty { slices[parent].node = UInt32(nodes.count) }
      nodes.append(node)
      for slice in node.slices...node.slices + Int(node.last) {
        let range = Range(first: slices[slice].first, last: slices[slice + 1].first)
        if Int(range.last - range.first) >= limit { waiting.append((range, slice)) }
      }
    }
  }

  /// Appends the slices of a range, whose first interval begins before them.
  private mutating func divide(_ range: Range, _ starts: [Key]) -> Node {
    let (first, last) = (Int(range.first), Int(range.last))
    let begin = starts[min(first + 1, last)]
    let width = starts[last] - begin
    let widthBits = Key.bitWidth - width.leadingZeroBitCount
    var countBits = 1
    while (last - first) >> (countBits + 4) > 0 { countBits += 1 }
    let shift = Key(max(0, widthBits - countBits))
    let node = Node(begin: begin, shift: shift, slices: slices.count, last: width >> shift)
    slices.append(Slice(first: range.first))
    for place in first..<last {
      // Slices that begin behind this boundary and not behind the next one.
      let slice = Int((starts[place + 1] - begin) >> shift)
      while slices.count - node.slices <= slice { slices.append(Slice(first: UInt32(place))) }
    }
    slices.append(Slice(first: range.last))
    return node
  }

  @inline(__always)
  subscript(key: Key) -> Range {
    var node = nodes[0]
    while true {
      let begin = key < node.begin ? node.begin : key
      let slice = node.slices &+ Int(truncatingIfNeeded: min((begin &- node.begin) &>> node.shift, node.last))
      if slices[slice].node == 0 { return Range(first: slices[slice].first, last: slices[slice &+ 1].first) }
      node = nodes[Int(slices[slice].node)]
    }
  }

  /// Octets of memory.
  var memory: Int { slices.capacity * MemoryLayout<Slice>.stride + nodes.capacity * MemoryLayout<Node>.stride }
}
