/// Integers of a fixed bit width, packed from the least significant bit (Encodings.md, RLE/bit-packing hybrid).
enum BitPacking {
  /// Upper bound of the octets that `pack` writes: the packed values and up to 8 more, because it stores whole words.
  @inline(__always)
  static func room(count: Int, width: Int) -> Int {
    (count &* width &+ 7) / 8 &+ 16
  }

  /// Number of bits needed for `value`; 0 for 0.
  @inline(__always)
  static func width<Value: FixedWidthInteger & UnsignedInteger>(_ value: Value) -> Int {
    Value.bitWidth &- value.leadingZeroBitCount
  }

  /// Packs `count` values from `start`, each less than 2^width, and returns the number of octets they take.
  ///
  /// - Precondition: `out` has `room(count:width:)` bytes from `offset`.
  @inline(__always)
  static func pack<Value: FixedWidthInteger & UnsignedInteger>(
    _ values: Span<Value>, from start: Int, count: Int, width: Int, into out: inout MutableRawSpan, at offset: Int
  ) -> Int {
    precondition(start >= 0 && count >= 0 && start &+ count <= values.count)
    let groups = width <= 16 ? count / 8 : 0
    for group in 0..<groups {
      packEight(
        values.extracting((start &+ 8 &* group)..<(start &+ 8 &* group &+ 8)), width, into: &out,
        at: offset &+ group &* width)
    }
    var word: UInt64 = 0
    var used = 0
    var position = offset &+ groups &* width
    for index in (start &+ 8 &* groups)..<(start &+ count) {
      let value = UInt64(truncatingIfNeeded: values[index])
      word |= value &<< UInt64(truncatingIfNeeded: used)
      used &+= width
      if used >= 64 {
        out.storeBytes(of: word, toByteOffset: position, as: UInt64.self)
        position &+= 8
        used &-= 64
        // Carries over the top `used` bits of the value. Shifting by the full width must give 0, also for a width of
        // 64.
        word = used == 0 ? 0 : value &>> UInt64(truncatingIfNeeded: width &- used)
      }
    }
    out.storeBytes(of: word, toByteOffset: position, as: UInt64.self)
    return (count &* width &+ 7) / 8
  }

  /// Eight values of at most 16 bits: as many whole octets as one has bits, and the commonest widths.
  @inline(__always)
  private static func packEight<Value: FixedWidthInteger & UnsignedInteger>(
    _ values: Span<Value>, _ width: Int, into out: inout MutableRawSpan, at offset: Int
  ) {
    let shift = UInt64(truncatingIfNeeded: width)
    var low: UInt64 = 0
    var high: UInt64 = 0
    for index in 0..<4 {
      let place = UInt64(truncatingIfNeeded: index) &* shift
      low |= UInt64(truncatingIfNeeded: values[index]) &<< place
      high |= UInt64(truncatingIfNeeded: values[index &+ 4]) &<< place
    }
    let half = 4 &* shift
    if width <= 8 {
      out.storeBytes(of: low | high &<< half, toByteOffset: offset, as: UInt64.self)
    } else {
      out.storeBytes(of: low | high << half, toByteOffset: offset, as: UInt64.self)
      out.storeBytes(of: high &>> (64 &- half), toByteOffset: offset &+ 8, as: UInt64.self)
    }
  }
}
