import NetworkBytes

/// Decoding of packed integers: the inner loops of the reader. Each verifies the length of its input once.
enum Unpacking {
  /// Octets that must follow packed values so that whole words can be loaded.
  static let slack = 16

  private typealias Reason = ParquetReadError.Reason
  private static var cutOff: ParquetReadError.Reason { .damaged("the values of a page are cut off") }

  static func varint(_ bytes: Span<UInt8>, at position: inout Int, to end: Int) throws(ParquetReadError.Reason)
    -> UInt64
  {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64, position < end {
      let octet = bytes[position]
      position &+= 1
      value |= UInt64(octet & 0x7f) &<< shift
      if octet < 0x80 { return value }
      shift &+= 7
    }
    throw cutOff
  }

  /// Decodes the RLE/bit-packing hybrid (Encodings.md, RLE = 3).
  ///
  /// - Parameters:
  ///   - range: Location of the runs in `bytes`, followed by `slack`.
  ///   - target: Filled from `start` to its end.
  static func hybrid(
    _ bytes: Span<UInt8>, _ range: Range<Int>, width: Int, into target: inout MutableSpan<UInt32>, from start: Int,
    to end: Int
  ) throws(ParquetReadError.Reason) {
    guard width <= 32 else { throw .damaged("values of \(width) bits") }
    var position = range.lowerBound
    var next = start
    while next < end {
      let head = try varint(bytes, at: &position, to: range.upperBound)
      if head & 1 == 1 {
        let groups = Int(truncatingIfNeeded: min(head >> 1, 1 << 32))
        let count = min(groups &* 8, end &- next)
        // The very last group may end with its values.
        guard (count &* width &+ 7) / 8 <= range.upperBound &- position else { throw cutOff }
        unpack32(bytes, at: position, width: width, count: count, into: &target, from: next)
        position = min(position &+ groups &* width, range.upperBound)
        next &+= count
      } else {
        let length = (width &+ 7) / 8
        guard length <= range.upperBound &- position, head >> 1 > 0 else { throw cutOff }
        var value: UInt32 = 0
        for index in 0..<length { value |= UInt32(bytes[position &+ index]) &<< UInt32(8 &* index) }
        position &+= length
        let stop = next &+ Int(min(head >> 1, UInt64(end &- next)))
        for index in next..<stop { target[index] = value }
        next = stop
      }
    }
  }

  /// Unpacks `count` values of at most 32 bits each.
  private static func unpack32(
    _ bytes: Span<UInt8>, at position: Int, width: Int, count: Int, into target: inout MutableSpan<UInt32>,
    from start: Int
  ) {
    if width == 0 {
      for index in start..<(start &+ count) { target[index] = 0 }
      return
    }
    let words = bytes.octets
    let mask = UInt64.max &>> UInt64(64 &- width)
    // Eight values take `width` octets, so each group of eight starts at an octet: fewer and wider loads than values.
    var next = 0
    if width <= 16 {
      let span = target._mutatingExtracting(start..<(start &+ count))
      next = unpackEights(words, at: position, UInt64(width), mask, into: span)
    }
    var bit = next &* width
    for index in (start &+ next)..<(start &+ count) {
      let word = words.le64(position &+ bit &>> 3)
      target[index] = UInt32(truncatingIfNeeded: word &>> UInt64(bit & 7) & mask)
      bit &+= width
    }
  }

  /// Unpacks groups of eight values of at most 16 bits and returns the number of values.
  private static func unpackEights(
    _ words: RawSpan, at position: Int, _ width: UInt64, _ mask: UInt64,
    into target: consuming MutableSpan<UInt32>
  ) -> Int {
    var target = target
    let eights = target.count / 8
    var offset = position
    // Start of the second four values: octet and bit offset.
    let (octet, shift) = (Int(4 &* width) &>> 3, 4 &* width & 7)
    for eight in 0..<eights {
      var first = words.le64(offset)
      var second = words.le64(offset &+ octet) &>> shift
      // Of known length, so that only its place is checked.
      var values = target._mutatingExtracting((8 &* eight)..<(8 &* eight &+ 8))
      for index in 0..<4 {
        values[index] = UInt32(truncatingIfNeeded: first & mask)
        values[4 &+ index] = UInt32(truncatingIfNeeded: second & mask)
        first &>>= width
        second &>>= width
      }
      offset &+= Int(width)
    }
    return eights &* 8
  }

  /// Decodes DELTA_BINARY_PACKED (Encodings.md, DELTA_BINARY_PACKED = 5) into `target` from `start`; the number of
  /// values must match.
  ///
  /// - Returns: Position after the values.
  @discardableResult
  static func delta(
    _ bytes: Span<UInt8>, _ range: Range<Int>, into target: inout MutableSpan<UInt64>, from start: Int, to end: Int
  ) throws(ParquetReadError.Reason) -> Int {
    var position = range.lowerBound
    let blockSize = try varint(bytes, at: &position, to: range.upperBound)
    let miniblocks = try varint(bytes, at: &position, to: range.upperBound)
    let total = try varint(bytes, at: &position, to: range.upperBound)
    guard (1...(1 << 16)).contains(blockSize), (1...512).contains(miniblocks), blockSize % miniblocks == 0,
      blockSize / miniblocks % 8 == 0, total >= UInt64(end - start)
    else { throw .damaged("differences of an impossible form") }
    if start == end { return position }
    let size = Int(blockSize / miniblocks)
    var value = unzigzag(try varint(bytes, at: &position, to: range.upperBound))
    target[start] = value
    var next = start &+ 1
    while next < end {
      let least = unzigzag(try varint(bytes, at: &position, to: range.upperBound))
      let widths = position
      position &+= Int(miniblocks)
      guard position <= range.upperBound else { throw cutOff }
      for miniblock in 0..<Int(miniblocks) where next < end {
        let width = Int(bytes[widths &+ miniblock])
        guard width <= 64 else { throw .damaged("differences of \(width) bits") }
        let count = min(size, end &- next)
        guard (count &* width &+ 7) / 8 <= range.upperBound &- position else { throw cutOff }
        value = sum(
          bytes, at: position, width: width, count: count, least: least, after: value, into: &target, from: next)
        position = min(position &+ size &* width / 8, range.upperBound)
        next &+= count
      }
    }
    return position
  }

  private static func unzigzag(_ value: UInt64) -> UInt64 { value &>> 1 ^ (0 &- (value & 1)) }

  /// Sums up the deltas of a miniblock and returns the last value.
  private static func sum(
    _ bytes: Span<UInt8>, at position: Int, width: Int, count: Int, least: UInt64, after value: UInt64,
    into target: inout MutableSpan<UInt64>, from start: Int
  ) -> UInt64 {
    var value = value
    let words = bytes.octets
    let mask = width == 0 ? 0 : UInt64.max &>> UInt64(64 &- width)
    var bit = 0
    for index in start..<(start &+ count) {
      let offset = position &+ bit &>> 3
      let shift = UInt64(bit & 7)
      var delta = words.le64(offset) &>> shift
      // Remaining bits of the value in the ninth octet.
      if width > 56, shift > 0 { delta |= UInt64(bytes[offset &+ 8]) &<< (64 &- shift) }
      value = value &+ least &+ (delta & mask)
      target[index] = value
      bit &+= width
    }
    return value
  }
}
