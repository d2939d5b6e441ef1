extension StringColumn {
  /// Appends byte arrays in DELTA_LENGTH_BYTE_ARRAY (Encodings.md): all lengths, then the octets.
  mutating func append(_ count: Int, lengthsBefore page: PageContent, _ name: String) throws(ParquetReadError.Reason) {
    if count == 0 { return }
    var position = page.values.lowerBound
    let lengths = try Self.lengths(count, page, at: &position, name)
    let base = octets.count - position
    for length in lengths {
      guard length <= page.values.upperBound - position else { throw Self.cutOff(name) }
      starts.append(UInt32(truncatingIfNeeded: base + position))
      position += length
      ends.append(UInt32(truncatingIfNeeded: base + position))
    }
    octets.append(contentsOf: page.bytes[(position - lengths.reduce(0, +))..<position])
    try checkSize(name)
  }

  /// Appends byte arrays in DELTA_BYTE_ARRAY (Encodings.md): the length of the prefix shared with the previous array,
  /// then the suffixes in DELTA_LENGTH_BYTE_ARRAY.
  mutating func append(_ count: Int, prefixesBefore page: PageContent, _ name: String) throws(ParquetReadError.Reason) {
    if count == 0 { return }
    var position = page.values.lowerBound
    let prefixes = try Self.lengths(count, page, at: &position, name)
    let suffixes = try Self.lengths(count, page, at: &position, name)
    var last = octets.count..<octets.count
    for index in 0..<count {
      let (prefix, suffix) = (prefixes[index], suffixes[index])
      guard prefix <= last.count, suffix <= page.values.upperBound - position else { throw Self.cutOff(name) }
      let start = octets.count
      for place in last.prefix(prefix) { octets.append(octets[place]) }
      octets.append(contentsOf: page.bytes[position..<(position + suffix)])
      position += suffix
      last = start..<octets.count
      starts.append(UInt32(truncatingIfNeeded: last.lowerBound))
      ends.append(UInt32(truncatingIfNeeded: last.upperBound))
      // A few octets can request any amount of repetition.
      guard octets.count <= Self.maximumShared else {
        throw .unsupported("more than 256 MiB of text in column \(name)")
      }
    }
  }

  private static let maximumShared = 1 << 28

  private static func cutOff(_ name: String) -> ParquetReadError.Reason {
    .damaged("the values of column \(name) are cut off")
  }

  func checkSize(_ name: String) throws(ParquetReadError.Reason) {
    guard octets.count <= Int(UInt32.max) else { throw .unsupported("more than 4 GiB of text in column \(name)") }
  }

  /// Decodes the expected number of lengths, none greater than the page.
  private static func lengths(
    _ count: Int, _ page: PageContent, at position: inout Int, _ name: String
  ) throws(ParquetReadError.Reason) -> [Int] {
    var values = [UInt64](repeating: 0, count: count)
    let bytes = page.bytes
    var span = values.mutableSpan
    position = try Unpacking.delta(
      bytes.span, position..<page.values.upperBound, into: &span, from: 0, to: count)
    for value in values where value > UInt64(Int32.max) { throw cutOff(name) }
    return values.map { Int($0) }
  }
}
