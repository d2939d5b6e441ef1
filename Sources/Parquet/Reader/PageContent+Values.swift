import NetworkBytes

extension PageContent {
  /// Returns which rows of the page have a value; nil if all have.
  func presence() throws(ParquetReadError.Reason) -> Presence? {
    if levels.isEmpty || count == 0 { return nil }
    var flags = [UInt32](repeating: 0, count: count)
    let bytes = bytes
    var span = flags.mutableSpan
    try Unpacking.hybrid(bytes.span, levels, width: 1, into: &span, from: 0, to: count)
    var sum = 0
    for row in 0..<count { sum &+= Int(flags[row]) }
    return sum == count ? nil : Presence(flags: flags, count: sum)
  }

  struct Presence {
    /// 1 for rows with a value.
    var flags: [UInt32]
    /// Number of values.
    var count: Int
  }

  /// Decodes indices into a dictionary of `entryCount` entries to `target` from `start`.
  func indices(
    _ count: Int, entryCount: Int, into target: inout [UInt32], from start: Int
  ) throws(ParquetReadError.Reason) {
    if count == 0 { return }
    guard !values.isEmpty else { throw .damaged("the values of a page are cut off") }
    let bytes = bytes
    var span = target.mutableSpan
    try Unpacking.hybrid(
      bytes.span, (values.lowerBound + 1)..<values.upperBound, width: Int(bytes[values.lowerBound]), into: &span,
      from: start, to: start + count)
    let decoded = target.span.extracting(start..<(start + count))
    if Int(Self.greatest(of: decoded)) >= entryCount { throw .damaged("a value that its dictionary does not have") }
  }

  private static func greatest(of indices: Span<UInt32>) -> UInt32 {
    var greatest: UInt32 = 0
    for index in indices.indices { greatest = max(greatest, indices[index]) }
    return greatest
  }

  /// Decodes PLAIN 32-bit integers.
  func plain32(_ count: Int, into target: inout [UInt32], from start: Int) throws(ParquetReadError.Reason) {
    guard count * 4 <= values.count else { throw .damaged("the values of a page are cut off") }
    let bytes = bytes
    let words = bytes.span.octets
    var span = target.mutableSpan
    for index in 0..<count {
      span[start &+ index] = words.le32(values.lowerBound &+ 4 &* index)
    }
  }

  /// Decodes 64-bit integers, or 32-bit ones to be widened, in any encoding without a dictionary.
  func wide(
    _ count: Int, isNarrow: Bool, isUnsigned: Bool, into target: inout [UInt64], from start: Int
  ) throws(ParquetReadError.Reason) {
    let bytes = bytes
    var span = target.mutableSpan
    switch Encoding(rawValue: encoding) {
    case .plain:
      guard count * (isNarrow ? 4 : 8) <= values.count else { throw .damaged("the values of a page are cut off") }
      let words = bytes.span.octets
      for index in 0..<count {
        span[start &+ index] =
          isNarrow
          ? Self.widened(words.le32(values.lowerBound &+ 4 &* index), isUnsigned)
          : words.le64(values.lowerBound &+ 8 &* index)
      }
    case .deltaBinaryPacked:
      try Unpacking.delta(bytes.span, values, into: &span, from: start, to: start + count)
      if isNarrow {
        for index in start..<(start &+ count) {
          span[index] = Self.widened(UInt32(truncatingIfNeeded: span[index]), isUnsigned)
        }
      }
    default: throw .unsupported("integers in encoding \(encoding)")
    }
  }

  @inline(__always)
  static func widened(_ value: UInt32, _ isUnsigned: Bool) -> UInt64 {
    isUnsigned ? UInt64(value) : UInt64(bitPattern: Int64(Int32(bitPattern: value)))
  }
}
