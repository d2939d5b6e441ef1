extension ColumnChunk {
  /// Encodes the chunk's byte arrays, given as indices into the producer's dictionary.
  ///
  /// - Parameters:
  ///   - indices: one for each row that has a value.
  ///   - entries: the producer's dictionary.
  ///   - byteLimit: the most octets the dictionary page may have.
  /// - Throws: `ParquetMisuse.value` if an index is not in the dictionary.
  mutating func encode(_ indices: Span<UInt32>, of entries: StringDictionary, byteLimit: Int) throws(ParquetError) {
    precondition(indices.count == valueCount)
    if indices.isEmpty { return encodeUniform() }
    let extent = Self.extent(of: indices)
    if Int(extent.upperBound) >= entries.count { throw .misuse(.value(column: column.name)) }
    let used = Self.markUsed(indices, greatest: Int(extent.upperBound), in: &numbers)
    let (usedBytes, usedAll) = setStatistics(of: entries, used: used, greatest: Int(extent.upperBound))
    if extent.lowerBound == extent.upperBound && indices.count > 1 {
      Self.append(entry: Int(extent.lowerBound), of: entries, to: &dictionary)
      dictionaryCount = 1
      return encodeUniform()
    }
    // Values that hardly repeat stay in a dictionary as long as that is not too long: fastparquet loses values of a string
    // column that is in part PLAIN and in part not, whoever wrote it.
    let isTooLong = usedBytes > byteLimit
    if column.encoding == .plain || (isTooLong && used > indices.count * 2 / 3) {
      encodePlain(indices, of: entries)
    } else if usedAll && !isTooLong {
      encodeAsGiven(indices, of: entries)
    } else {
      encodeRenumbered(indices, of: entries, greatest: Int(extent.upperBound), byteLimit: byteLimit)
    }
  }

  /// The producer's dictionary is the page's dictionary as it is.
  private mutating func encodeAsGiven(_ given: Span<UInt32>, of entries: StringDictionary) {
    dictionary.append(entries.encoded.span)
    dictionaryCount = entries.count
    while let slice = nextSlice() {
      let page = given.extracting(slice.values)
      let greatest = page.isEmpty ? 0 : Self.extent(of: page).upperBound
      let start = beginPage(slice)
      let width = max(BitPacking.width(greatest), 1)
      body.append(UInt8(width))
      RunLengthHybrid.append(page, width: width, to: &body)
      endPage(slice, from: start, encoding: .rleDictionary)
    }
  }

  /// Only entries that are used get into the file, in the order of their first use; from the page on at which they would
  /// pass the limit, values are PLAIN.
  private mutating func encodeRenumbered(
    _ given: Span<UInt32>, of entries: StringDictionary, greatest: Int, byteLimit: Int
  ) {
    if indices.count < rowsPerPage { indices = Array(repeating: 0, count: rowsPerPage) }
    for entry in 0...greatest { numbers[entry] = 0 }
    while let slice = nextSlice() {
      let (bytesBefore, countBefore) = (dictionary.count, dictionaryCount)
      let page = given.extracting(slice.values)
      for index in page.indices {
        let entry = Int(page[index])
        if numbers[entry] == 0 {
          Self.append(entry: entry, of: entries, to: &dictionary)
          dictionaryCount += 1
          numbers[entry] = UInt32(truncatingIfNeeded: dictionaryCount)
        }
        indices[index] = numbers[entry] &- 1
      }
      if dictionary.count > byteLimit {
        dictionary.truncate(to: bytesBefore)
        dictionaryCount = countBefore
        if countBefore == 0 {
          beginAgain()  // as for integers
        } else {
          appendPlainPage(slice, given, of: entries)
        }
        encodePlain(given, of: entries)
      } else {
        appendIndexPage(slice, greatest: max(dictionaryCount - 1, 0))
      }
    }
  }

  /// All pages that are still to come, in PLAIN. Long values make shorter pages.
  private mutating func encodePlain(_ given: Span<UInt32>, of entries: StringDictionary) {
    var bytes = 0
    for index in given.indices {
      let entry = Int(given[index])
      bytes &+= entries.offsets[entry + 1] &- entries.offsets[entry]
    }
    let average = max(bytes / given.count, 1)
    rowsPerPage = max(min(rowsPerPage, Self.plainPageBytes / average & ~7), 1)
    while let slice = nextSlice() { appendPlainPage(slice, given, of: entries) }
  }

  /// About what a PLAIN page of byte arrays may have.
  private static var plainPageBytes: Int { 4 << 20 }

  private mutating func appendPlainPage(_ slice: Slice, _ given: Span<UInt32>, of entries: StringDictionary) {
    let start = beginPage(slice)
    for index in slice.values { Self.append(entry: Int(given[index]), of: entries, to: &body) }
    endPage(slice, from: start, encoding: .plain)
  }

  private static func append(entry: Int, of entries: StringDictionary, to buffer: inout ByteBuffer) {
    buffer.append(entries.encoded.span.extracting(entries.offsets[entry]..<entries.offsets[entry + 1]))
  }

  /// Sets `numbers` to 1 for entries that are used and 0 for others up to the greatest, and returns how many are used.
  private static func markUsed(_ indices: Span<UInt32>, greatest: Int, in numbers: inout [UInt32]) -> Int {
    if numbers.count <= greatest { numbers = Array(repeating: 0, count: max(greatest + 1, numbers.count * 2)) }
    var numbers = numbers.mutableSpan
    for entry in 0...greatest { numbers[entry] = 0 }
    for index in indices.indices { numbers[Int(indices[index])] = 1 }
    var used: UInt32 = 0
    for entry in 0...greatest { used &+= numbers[entry] }
    return Int(used)
  }
}
