/// DELTA_BINARY_PACKED for 64-bit integers (Encodings.md, DELTA_BINARY_PACKED = 5): blocks of 128 deltas in four
/// miniblocks, each packed with the width of its largest delta relative to the block's minimum.
///
/// Deltas wrap around, so any sequence of values can be restored.
package enum DeltaBinaryPacked {
  private static let blockSize = 128
  private static let miniblockCount = 4
  private static let miniblockSize = 32

  /// Appends `values`, taken as 64 bits, unless a delta needs more than `widest` bits.
  ///
  /// - Returns: Whether they were appended.
  package static func append<Value: FixedWidthInteger>(
    _ values: Span<Value>, widest: Int = 64, to buffer: inout ByteBuffer
  ) -> Bool {
    let blocks = (values.count + blockSize - 1) / blockSize
    // Per block: the minimum delta, four widths, and at most 64 bits per delta.
    let room = 4 * Varint.maximumLength + blocks * (Varint.maximumLength + miniblockCount + blockSize * 8) + 16
    let before = buffer.count
    buffer.append(atMost: room) { encode(values, widest: widest, into: &$0) ?? 0 }
    return buffer.count > before
  }

  /// Returns the number of octets written; nil if a delta is too wide.
  private static func encode<Value: FixedWidthInteger>(
    _ values: Span<Value>, widest: Int, into out: inout MutableRawSpan
  ) -> Int? {
    var offset = Varint.store(UInt64(blockSize), into: &out, at: 0)
    offset = Varint.store(UInt64(miniblockCount), into: &out, at: offset)
    offset = Varint.store(UInt64(values.count), into: &out, at: offset)
    let first = values.isEmpty ? 0 : Int64(truncatingIfNeeded: values[0])
    offset = Varint.store(ThriftCompact.zigzag(first), into: &out, at: offset)
    var deltas = InlineArray<128, UInt64>(repeating: 0)
    var position = 1
    while position < values.count {
      let count = min(blockSize, values.count &- position)
      let least = differences(values, from: position, count: count, into: &deltas)
      guard let end = storeBlock(&deltas, count: count, least: least, widest: widest, into: &out, at: offset) else {
        return nil
      }
      offset = end
      position &+= count
    }
    return offset
  }

  /// Fills `deltas` with the difference of each value to its predecessor and returns the minimum.
  @inline(__always)
  private static func differences<Value: FixedWidthInteger>(
    _ values: Span<Value>, from start: Int, count: Int, into deltas: inout InlineArray<128, UInt64>
  ) -> Int64 {
    var least = Int64.max
    var before = Int64(truncatingIfNeeded: values[start &- 1])
    for index in 0..<count {
      let value = Int64(truncatingIfNeeded: values[start &+ index])
      let delta = value &- before
      before = value
      least = min(least, delta)
      deltas[index] = UInt64(bitPattern: delta)
    }
    return least
  }

  /// Stores the minimum delta, a width per miniblock, and the miniblocks. An empty miniblock has width 0 and no octets;
  /// a partly filled one is padded with zeros.
  ///
  /// - Returns: Offset after the block; nil if a delta is too wide.
  private static func storeBlock(
    _ deltas: inout InlineArray<128, UInt64>, count: Int, least: Int64, widest: Int,
    into out: inout MutableRawSpan, at offset: Int
  ) -> Int? {
    for index in 0..<count { deltas[index] &-= UInt64(bitPattern: least) }
    for index in count..<blockSize { deltas[index] = 0 }
    let widths = Varint.store(ThriftCompact.zigzag(least), into: &out, at: offset)
    var position = widths &+ miniblockCount
    let span = deltas.span
    for miniblock in 0..<miniblockCount {
      let start = miniblock &* miniblockSize
      var union: UInt64 = 0
      for index in start..<(start &+ miniblockSize) { union |= span[index] }
      let width = BitPacking.width(union)
      if width > widest { return nil }
      out.storeBytes(of: UInt8(truncatingIfNeeded: width), toByteOffset: widths &+ miniblock, as: UInt8.self)
      if width > 0 {
        position &+= BitPacking.pack(span, from: start, count: miniblockSize, width: width, into: &out, at: position)
      }
    }
    return position
  }
}
