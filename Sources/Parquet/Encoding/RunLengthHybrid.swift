/// RLE/bit-packing hybrid for dictionary indices and levels (Encodings.md, RLE = 3).
///
/// A run of equal values is a header `length << 1` and the value in whole octets; other values are packed in groups of
/// eight after a header `groups << 1 | 1`.
package enum RunLengthHybrid {
  /// Appends `values`, each less than 2^width, without a length prefix. `width` is 1 to 32.
  package static func append(_ values: Span<UInt32>, width: Int, to buffer: inout ByteBuffer) {
    precondition(width >= 1 && width <= 32)
    // Each header covers at least eight values, or the last few: at most 5 octets of varint and 4 of value.
    let room = (values.count / 8 + 2) * (width + 2 * 9) + 16
    buffer.append(atMost: room) { encode(values, width: width, into: &$0) }
  }

  /// Appends a single run without inspecting values.
  package static func append(repeating value: UInt32, count: Int, width: Int, to buffer: inout ByteBuffer) {
    if count == 0 { return }
    buffer.append(atMost: 32) { storeRun(of: value, count: count, width: width, into: &$0, at: 0) }
  }

  /// Length of the shortest run worth interrupting packed values for: the run and the second header for packed values
  /// take fewer octets than packing it.
  @inline(__always)
  private static func shortestRun(width: Int) -> Int {
    max(8, (40 / width + 7) & ~7)
  }

  private static func encode(_ values: Span<UInt32>, width: Int, into out: inout MutableRawSpan) -> Int {
    let shortest = shortestRun(width: width)
    var position = 0  // in values
    var offset = 0  // in octets
    while position < values.count {
      let run = nextRun(values, from: position, atLeast: shortest)
      if run.lowerBound > position {
        offset = storePacked(values, from: position, to: run.lowerBound, width: width, into: &out, at: offset)
      }
      if !run.isEmpty {
        offset = storeRun(of: values[run.lowerBound], count: run.count, width: width, into: &out, at: offset)
      }
      position = run.upperBound
    }
    return offset
  }

  /// Returns the first run of at least `shortest` equal values that begins a multiple of eight behind `start`; an empty range at the
  /// end if there is none.
  @inline(__always)
  private static func nextRun(_ values: Span<UInt32>, from start: Int, atLeast shortest: Int) -> Range<Int> {
    var position = start
    while position &+ 8 <= values.count {
      if isConstant(values, position, values[position]) {
        let end = endOfRun(values, from: position)
        if end &- position >= shortest { return position..<end }
        position &+= (end &- position) & ~7
      } else {
        position &+= 8
      }
    }
    return values.count..<values.count
  }

  /// Returns whether the eight values from `position` on are `value`.
  @inline(__always)
  private static func isConstant(_ values: Span<UInt32>, _ position: Int, _ value: UInt32) -> Bool {
    let group = values.extracting(position..<(position &+ 8))
    var difference: UInt32 = 0
    for index in 0..<8 { difference |= group[index] ^ value }
    return difference == 0
  }

  /// The end of the values from `start` on that are the same; at least eight are known to be.
  private static func endOfRun(_ values: Span<UInt32>, from start: Int) -> Int {
    let value = values[start]
    var end = start &+ 8
    while end &+ 8 <= values.count, isConstant(values, end, value) { end &+= 8 }
    while end < values.count, values[end] == value { end &+= 1 }
    return end
  }

  @inline(__always)
  private static func storeRun(
    of value: UInt32, count: Int, width: Int, into out: inout MutableRawSpan, at offset: Int
  ) -> Int {
    let start = Varint.store(UInt64(count) &<< 1, into: &out, at: offset)
    let length = (width &+ 7) / 8
    for index in 0..<length {
      let octet = UInt8(truncatingIfNeeded: value &>> UInt32(8 &* index))
      out.storeBytes(of: octet, toByteOffset: start &+ index, as: UInt8.self)
    }
    return start &+ length
  }

  /// Only the very last group can be short; it is padded with zeros, which readers ignore.
  private static func storePacked(
    _ values: Span<UInt32>, from start: Int, to end: Int, width: Int, into out: inout MutableRawSpan, at offset: Int
  ) -> Int {
    let groups = (end &- start &+ 7) / 8
    let body = Varint.store(UInt64(groups) &<< 1 | 1, into: &out, at: offset)
    let packed = BitPacking.pack(values, from: start, count: end &- start, width: width, into: &out, at: body)
    let after = body &+ groups &* width
    for filler in (body &+ packed)..<after { out.storeBytes(of: 0, toByteOffset: filler, as: UInt8.self) }
    return after
  }
}
