import NetworkBytes

/// Positions of a template's `sizedFields` in a record, for records of variable length (RFC 7011 §7).
///
/// One value is reused for all records: `measure` overwrites it. Since each of these fields has at least one octet,
/// measuring takes time proportional to the record's octets.
struct RecordLayout {
  /// Offset of each field's content from the start of the record, and its length.
  private(set) var offsets: [Int] = []
  private(set) var lengths: [Int] = []

  /// Measures the record that begins at `start` in `bytes`.
  ///
  /// - Returns: Length of the record in octets, or nil if it exceeds `bytes`.
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
  /// Returns the range of the content of the variable-length field at `offset` (RFC 7011 §7), whose length is one
  /// octet, or 255 and two more. Nil if length or content exceed the bytes.
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
