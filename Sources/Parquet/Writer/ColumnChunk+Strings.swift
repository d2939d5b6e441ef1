extension ColumnChunk {
  /// Encodes the byte arrays of the chunk, given as indices into the producer's dictionary.
  ///
  /// - Parameters:
  ///   - indices: One per row that has a value.
  ///   - entries: The producer's dictionary.
  ///   - byteLimit: Maximum octets of the dictionary page.
  /// - Throws: `ParquetMisuse.value` if an index is not in the dictionary.
  mutating func encode(_ indices: Span<UInt32>, of entries: StringDictionary, byteLimit: Int) throws(ParquetError) {
    precondition(indices.count == valueCount)
    if indices.isEmpty { return encodeUniform() }
    let extent = Self.extent(of: indices, as: UInt32.self)
    if Int(extent.upperBound) >= entries.count { throw .misuse(.value(column: column.name)) }
    let used = Self.markUsed(indices, greatest: Int(extent.upperBound), in: &numbers)
    let (usedBytes, usedAll) = setStatistics(of: entries, used: used, greatest: Int(extent.upperBound))
    if extent.lowerBound == extent.upperBound && indices.count > 1 {
      Self.append(entry: Int(extent.lowerBound), of: entries, to: &dictionary)
      dictionaryCount = 1
      return encodeUniform()
    }
    if column.encoding == .plain || isPlainBetter(indices, of: entries, usedBytes: usedBytes, byteLimit: byteLimit) {
      encodePlain(indices, of: entries)
    } else if usedAll {
      encodeAsGiven(indices, of: entries)
    } else {
      encodeRenumbered(indices, of: entries, greatest: Int(extent.upperBound))
    }
  }

  /// Returns whether the dictionary is too long and PLAIN would not be far longer still because of repetitions.
  ///
  /// Decided for the whole chunk and in favour of the dictionary: fastparquet loses values of a string column that is
  /// only partly PLAIN, and a few long values in very many rows must not take gigabytes.
  private func isPlainBetter(
    _ given: Span<UInt32>, of entries: StringDictionary, usedBytes: Int, byteLimit: Int
  ) -> Bool {
    usedBytes > byteLimit && Self.plainSize(given, of: entries) <= 2 * usedBytes
  }

  /// Uses the producer's dictionary unchanged as the dictionary page.
  private mutating func encodeAsGiven(_ given: Span<UInt32>, of entries: StringDictionary) {
    dictionary.append(entries.encoded.span)
    dictionaryCount = entries.count
    while let slice = nextSlice() {
      let page = given.extracting(slice.values)
      var union: UInt32 = 0
      for index in page.indices { union |= page[index] }
      let start = beginPage(slice)
      let width = max(BitPacking.width(union), 1)
      body.append(UInt8(width))
      RunLengthHybrid.append(page, width: width, to: &body)
      endPage(slice, from: start, encoding: .rleDictionary)
    }
  }

  /// Writes only entries that are used, in order of first use.
  private mutating func encodeRenumbered(_ given: Span<UInt32>, of entries: StringDictionary, greatest: Int) {
    if indices.count < rowsPerPage { indices = Array(repeating: 0, count: rowsPerPage) }
    for entry in 0...greatest { numbers[entry] = 0 }
    while let slice = nextSlice() {
      let page = given.extracting(slice.values)
      for index in 0..<page.count {
        let entry = Int(page[index])
        if numbers[entry] == 0 {
          Self.append(entry: entry, of: entries, to: &dictionary)
          dictionaryCount += 1
          numbers[entry] = UInt32(truncatingIfNeeded: dictionaryCount)
        }
        indices[index] = numbers[entry] &- 1
      }
      appendIndexPage(slice, greatest: max(dictionaryCount - 1, 0))
    }
  }

  /// Encodes all pages as PLAIN. Long values make shorter pages.
  private mutating func encodePlain(_ given: Span<UInt32>, of entries: StringDictionary) {
    let average = max(Self.plainSize(given, of: entries) / given.count, 1)
    rowsPerPage = max(min(rowsPerPage, Self.plainPageBytes / average & ~7), 1)
    while let slice = nextSlice() {
      let start = beginPage(slice)
      for index in slice.values { Self.append(entry: Int(given[index]), of: entries, to: &body) }
      endPage(slice, from: start, encoding: .plain)
    }
  }

  /// Returns the octets of all values in PLAIN.
  private static func plainSize(_ given: Span<UInt32>, of entries: StringDictionary) -> Int {
    var bytes = 0
    for index in 0..<given.count {
      let entry = Int(given[index])
      bytes &+= entries.offsets[entry + 1] &- entries.offsets[entry]
    }
    return bytes
  }

  /// Approximate size of a PLAIN page of byte arrays.
  private static var plainPageBytes: Int { 4 << 20 }

  private static func append(entry: Int, of entries: StringDictionary, to buffer: inout ByteBuffer) {
    buffer.append(entries.encoded.span.extracting(entries.offsets[entry]..<entries.offsets[entry + 1]))
  }

  /// Sets `numbers` to 1 for used entries and 0 for the others, up to the greatest, and returns the number of used
  /// ones.
  private static func markUsed(_ indices: Span<UInt32>, greatest: Int, in numbers: inout [UInt32]) -> Int {
    if numbers.count <= greatest { numbers = Array(repeating: 0, count: max(greatest + 1, numbers.count * 2)) }
    var numbers = numbers.mutableSpan
    for entry in 0...greatest { numbers[entry] = 0 }
    for index in 0..<indices.count { numbers[Int(indices[index])] = 1 }
    var used: UInt32 = 0
    for entry in 0...greatest { used &+= numbers[entry] }
    return Int(used)
  }
}
