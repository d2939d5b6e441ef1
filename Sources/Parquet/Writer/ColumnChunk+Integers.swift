extension ColumnChunk {
  /// Encodes `packed` if present, otherwise `values`: one per row that has a value.
  mutating func encode<Value: FixedWidthInteger & BitwiseCopyable, Key>(
    _ values: Span<Value>, packed: [Value]?, distinct: inout IntegerDictionary<Key>, byteLimit: Int
  ) throws(ParquetError) {
    if let packed {
      try encode(packed.span, distinct: &distinct, byteLimit: byteLimit)
    } else {
      try encode(values, distinct: &distinct, byteLimit: byteLimit)
    }
  }

  /// Encodes the integers of the chunk.
  ///
  /// - Parameters:
  ///   - values: One per row that has a value.
  ///   - distinct: Dictionary to reuse.
  ///   - byteLimit: Maximum octets of the dictionary page.
  /// - Throws: `ParquetMisuse.value` if a value is out of range for the logical type of the column.
  private mutating func encode<Value: FixedWidthInteger & BitwiseCopyable, Key>(
    _ values: Span<Value>, distinct: inout IntegerDictionary<Key>, byteLimit: Int
  ) throws(ParquetError) {
    precondition(values.count == valueCount)
    if values.isEmpty { return encodeUniform() }
    let bits = Self.bits(of: values)
    if let greatest = column.type.unsignedMaximum, UInt64(truncatingIfNeeded: bits.union) > greatest {
      throw .misuse(.value(column: column.name))
    }
    if bits.common == bits.union && values.count > 1 {
      setBounds(values[0]...values[0])
      dictionary.append(octetsOf: values[0])
      dictionaryCount = 1
      return encodeUniform()
    }
    switch column.encoding {
    case .plain: encodePlain(values)
    case .delta: encodeDelta(values)
    case .dictionary:
      distinct.reset(minimum: Key(truncatingIfNeeded: bits.common), maximum: Key(truncatingIfNeeded: bits.union))
      encodeDictionary(values, distinct: &distinct, entryLimit: byteLimit / MemoryLayout<Value>.size)
    }
    if column.encoding == .dictionary, pages.allSatisfy({ $0.encoding == .rleDictionary }) {
      // The distinct values are much fewer.
      setBounds(Self.extent(of: distinct.values, as: Value.self))
    } else {
      setBounds(Self.extent(of: values, as: Value.self))
    }
  }

  private mutating func setBounds<Value: FixedWidthInteger>(_ extent: ClosedRange<Value>) {
    statistics.minimum = Self.octets(of: extent.lowerBound)
    statistics.maximum = Self.octets(of: extent.upperBound)
  }

  /// Bits that all of at least one value have, and bits that any has. No value is below the first or above the second, as bit
  /// patterns, and they are found with no comparison.
  private static func bits<Value: FixedWidthInteger>(of values: Span<Value>) -> (common: Value, union: Value) {
    var common = values[0]
    var union = values[0]
    for index in values.indices {
      common &= values[index]
      union |= values[index]
    }
    return (common, union)
  }

  /// Encodes pages of indices while the dictionary pays off. From the first page in which more than two thirds of the
  /// values are new, or with which the dictionary would exceed its limit, all pages are PLAIN.
  private mutating func encodeDictionary<Value: FixedWidthInteger & BitwiseCopyable, Key>(
    _ values: Span<Value>, distinct: inout IntegerDictionary<Key>, entryLimit: Int
  ) {
    if indices.count < rowsPerPage { indices = Array(repeating: 0, count: rowsPerPage) }
    while let slice = nextSlice() {
      let before = distinct.count
      let limit = min(entryLimit, before + slice.values.count * 2 / 3)
      if Self.encode(values.extracting(slice.values), distinct: &distinct, into: &indices, limit: limit) {
        appendIndexPage(slice, greatest: max(distinct.count - 1, 0))
      } else {
        distinct.truncate(to: before)
        if before == 0 {
          // Earlier pages, if any, have no values, and must not refer to a dictionary that will not exist.
          beginAgain()
        } else {
          appendPlainPage(slice, values)
        }
        encodePlain(values)
      }
    }
    dictionaryCount = distinct.count
    dictionary.append(integers: distinct.values)
  }

  private static func encode<Value: FixedWidthInteger, Key>(
    _ page: Span<Value>, distinct: inout IntegerDictionary<Key>, into indices: inout [UInt32], limit: Int
  ) -> Bool {
    var indices = indices.mutableSpan
    return distinct.encode(page, into: &indices, limit: limit)
  }

  /// Encodes all remaining pages as PLAIN.
  private mutating func encodePlain<Value: FixedWidthInteger & BitwiseCopyable>(_ values: Span<Value>) {
    while let slice = nextSlice() { appendPlainPage(slice, values) }
  }

  private mutating func appendPlainPage<Value: FixedWidthInteger & BitwiseCopyable>(
    _ slice: Slice, _ values: Span<Value>
  ) {
    let start = beginPage(slice)
    body.append(integers: values.extracting(slice.values))
    endPage(slice, from: start, encoding: .plain)
  }

  /// fastparquet misreads wider deltas.
  private static var widestDelta: Int { 24 }

  /// Encodes pages of deltas; a page without any, or with one that is too wide, is PLAIN.
  private mutating func encodeDelta<Value: FixedWidthInteger & BitwiseCopyable>(_ values: Span<Value>) {
    while let slice = nextSlice() {
      let start = beginPage(slice)
      let page = values.extracting(slice.values)
      if page.count > 1 && DeltaBinaryPacked.append(page, widest: Self.widestDelta, to: &body) {
        endPage(slice, from: start, encoding: .deltaBinaryPacked)
      } else {
        body.append(integers: page)
        endPage(slice, from: start, encoding: .plain)
      }
    }
  }

  /// Returns the minimum and maximum of at least one value. Skips a run of the first value quickly.
  ///
  /// - Parameter type: type of the values; what is given may be their bit patterns.
  static func extent<Value: FixedWidthInteger, Stored: FixedWidthInteger>(
    of values: Span<Stored>, as type: Value.Type
  ) -> ClosedRange<Value> {
    let first = values[0]
    var position = 0
    let block = 1024
    while position &+ block <= values.count {
      var difference: Stored = 0
      for index in position..<(position &+ block) { difference |= values[index] ^ first }
      if difference != 0 { break }
      position &+= block
    }
    var least = Value(truncatingIfNeeded: first)
    var greatest = least
    for index in position..<values.count {
      let value = Value(truncatingIfNeeded: values[index])
      least = min(least, value)
      greatest = max(greatest, value)
    }
    return least...greatest
  }

  /// Returns the PLAIN encoding of a value.
  private static func octets<Value: FixedWidthInteger>(of value: Value) -> [UInt8] {
    (0..<(Value.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> Value($0 * 8)) }
  }
}

extension ByteBuffer {
  fileprivate mutating func append<Value: FixedWidthInteger>(octetsOf value: Value) {
    for index in 0..<(Value.bitWidth / 8) { append(UInt8(truncatingIfNeeded: value >> Value(index * 8))) }
  }
}
