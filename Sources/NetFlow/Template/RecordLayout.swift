import NetworkBytes

/// Where each of a template's `sizedFields` stands in one record, for records whose length varies (RFC 7011 §7).
///
/// One value serves all records: `measure` overwrites it. As each of these fields has an octet at least, measuring takes
/// no longer than there are octets.
struct RecordLayout {
  /// Offset of each field's content from the record's first octet, and its length.
  private(set) var offsets: [Int] = []
  private(set) var lengths: [Int] = []

  /// Measures the record that begins at `start` in `bytes`.
  ///
  /// - Returns: the record's length in octets, or nil if it runs past the end of `bytes`.
  mutating func measure(_ fields: [FieldSpecifier], in bytes: RawSpan, at start: Int) -> Int? {
    offsets.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    var offset = start
    for field in fields {
      var length = Int(field.length)
      if field.isVariable {
        guard let content = bytes.variableLengthField(at: offset) else { return nil }
        offset = content.lowerBound
        length = content.count
      }
      guard length <= bytes.byteCount - offset else { return nil }
      offsets.append(offset - start)
      lengths.append(length)
      offset += length
    }
    return offset - start
  }
}

extension RawSpan {
  /// The content of the variable-length field whose length octets stand at `offset` (RFC 7011 §7): one octet, or 255
  /// and two more. Nil if the length octets or the content run past the end.
  package func variableLengthField(at offset: Int) -> Range<Int>? {
    guard offset < byteCount else { return nil }
    var start = offset + 1
    var length = Int(octet(offset))
    if length == 255 {
      guard byteCount - start >= 2 else { return nil }
      length = Int(be16(start))
      start += 2
    }
    guard length <= byteCount - start else { return nil }
    return start..<(start + length)
  }
}
