/// Decompresses raw Snappy blocks (google/snappy, format_description.txt); safe for any input.
package enum Snappy {
  /// Decompresses a block of `size` octets into the first `size` octets of `output`.
  ///
  /// - Returns: Whether the block was valid and of this size.
  package static func decompress(_ block: Span<UInt8>, into output: inout [UInt8], size: Int) -> Bool {
    precondition(output.count >= size)
    var position = 0
    guard length(block, at: &position) == size else { return false }
    var target = output.mutableSpan
    var next = 0
    while position < block.count {
      let tag = Int(block[position])
      position &+= 1
      if tag & 3 == 0 {
        guard let count = literal(tag, block, at: &position), count <= block.count &- position, count <= size &- next
        else { return false }
        for index in 0..<count { target[next &+ index] = block[position &+ index] }
        position &+= count
        next &+= count
      } else {
        guard let (count, distance) = copy(tag, block, at: &position), distance > 0, distance <= next,
          count <= size &- next
        else { return false }
        // Source and target may overlap; the octets then repeat.
        for index in next..<(next &+ count) { target[index] = target[index &- distance] }
        next &+= count
      }
    }
    return next == size
  }

  /// Decodes the uncompressed length at the start of the block.
  private static func length(_ block: Span<UInt8>, at position: inout Int) -> Int? {
    var value = 0
    for shift in stride(from: 0, through: 28, by: 7) {
      guard position < block.count else { return nil }
      let octet = Int(block[position])
      position &+= 1
      value |= (octet & 0x7f) &<< shift
      if octet < 0x80 { return value <= Int(UInt32.max) ? value : nil }
    }
    return nil
  }

  /// Decodes the length of a literal from the tag or the one to four octets after it.
  private static func literal(_ tag: Int, _ block: Span<UInt8>, at position: inout Int) -> Int? {
    let inTag = tag &>> 2
    if inTag < 60 { return inTag &+ 1 }
    return number(inTag &- 59, block, at: &position).map { $0 &+ 1 }
  }

  /// Decodes the length and distance of a copy.
  private static func copy(_ tag: Int, _ block: Span<UInt8>, at position: inout Int) -> (count: Int, distance: Int)? {
    if tag & 3 == 1 {
      return number(1, block, at: &position).map { ((tag &>> 2 & 7) &+ 4, (tag &>> 5) &<< 8 | $0) }
    }
    return number(tag & 3 == 2 ? 2 : 4, block, at: &position).map { ((tag &>> 2) &+ 1, $0) }
  }

  /// Decodes a little-endian number of this many octets.
  private static func number(_ octets: Int, _ block: Span<UInt8>, at position: inout Int) -> Int? {
    guard octets <= block.count &- position else { return nil }
    var value = 0
    for index in 0..<octets { value |= Int(block[position &+ index]) &<< (8 &* index) }
    position &+= octets
    return value
  }
}
