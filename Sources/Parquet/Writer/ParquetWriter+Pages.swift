extension ParquetWriter {
  /// Octets of the pages of a chunk, including headers.
  private struct Sizes {
    var uncompressed = 0
    var compressed = 0
  }

  /// Page body in the chunk.
  private enum Body {
    case dictionary
    case data(Range<Int>)
  }

  /// Compresses the pages of the chunk and appends them to the output, each after its header; the dictionary first.
  mutating func writePages() throws(ParquetError) -> ColumnMetadata {
    let codec = try chooseCodec()
    var sizes = Sizes()
    var dictionaryOffset: Int64?
    if chunk.dictionaryCount > 0 {
      dictionaryOffset = byteCount
      try writePage(.dictionary, .plain, valueCount: chunk.dictionaryCount, codec, &sizes)
    }
    let dataOffset = byteCount
    for page in chunk.pages {
      try writePage(.data(page.range), page.encoding, valueCount: page.valueCount, codec, &sizes)
    }
    return ColumnMetadata(
      physicalType: chunk.column.type.physicalType,
      encodings: chunk.encodings,
      name: chunk.column.name,
      codec: codec,
      valueCount: Int64(chunk.rowCount),
      totalUncompressedSize: Int64(sizes.uncompressed),
      totalCompressedSize: Int64(sizes.compressed),
      dataPageOffset: dataOffset,
      dictionaryPageOffset: dictionaryOffset,
      statistics: chunk.statistics,
      pageCounts: chunk.pageCounts)
  }

  /// A chunk of tiny pages is left as it is: a zstd frame's own octets would outweigh what it saves. So is one whose beginning
  /// zstd makes shorter by less than a twentieth, such as differences of times, unless much of it is a dictionary.
  private mutating func chooseCodec() throws(ParquetError) -> Codec {
    let bytes = chunk.body.count + chunk.dictionary.count
    guard compressor != nil, bytes > 64 * (chunk.pages.count + 1) else { return .uncompressed }
    let sample = 0..<Self.sampleSize
    if chunk.body.count < 4 * sample.count || chunk.dictionary.count > chunk.body.count / 16 { return .zstd }
    compressed.removeAll()
    try compressor?.compress(chunk.body, sample, .values, to: &compressed)
    return compressed.count <= sample.count - sample.count / 20 ? .zstd : .uncompressed
  }

  /// Octets that show whether it is worthwhile to compress the others.
  private static var sampleSize: Int { 8192 }

  private mutating func writePage(
    _ body: Body, _ encoding: Encoding, valueCount: Int, _ codec: Codec, _ sizes: inout Sizes
  ) throws(ParquetError) {
    let size: Int
    let type: PageType
    switch body {
    case .dictionary: (size, type) = (chunk.dictionary.count, .dictionary)
    case .data(let range): (size, type) = (range.count, .data)
    }
    // zstd's output can be slightly larger than its input.
    guard size < Int(Int32.max) - (16 << 20) else { throw .pageTooLarge(column: chunk.column.name) }
    compressed.removeAll()
    switch body {
    case .dictionary: try Self.store(chunk.dictionary, 0..<size, .dictionary, with: &compressor, codec, to: &compressed)
    case .data(let range): try Self.store(chunk.body, range, .values, with: &compressor, codec, to: &compressed)
    }
    let header = PageHeader(
      type: type, uncompressedSize: Int32(size), compressedSize: Int32(compressed.count),
      checksum: CRC32.checksum(compressed.span), valueCount: Int32(clamping: valueCount), encoding: encoding)
    let start = output.buffer.count
    header.write(to: &output)
    let headerSize = output.buffer.count - start
    output.buffer.append(compressed, 0..<compressed.count)
    sizes.uncompressed += headerSize + size
    sizes.compressed += headerSize + compressed.count
    if output.buffer.count >= options.writeSize { try flush() }
  }

  private static func store(
    _ bytes: borrowing ByteBuffer, _ range: Range<Int>, _ content: ZstdCompressor.Content,
    with compressor: inout ZstdCompressor?, _ codec: Codec, to output: inout ByteBuffer
  ) throws(ParquetError) {
    switch codec {
    case .zstd: try compressor?.compress(bytes, range, content, to: &output)
    case .uncompressed: output.append(bytes, range)
    }
  }
}

extension ColumnChunk {
  /// All encodings in the chunk: levels are RLE, a dictionary page is PLAIN.
  fileprivate var encodings: [Encoding] {
    var encodings: [Encoding] = [.rle]
    if dictionaryCount > 0 { encodings.append(.plain) }
    for page in pages where !encodings.contains(page.encoding) { encodings.append(page.encoding) }
    return encodings
  }

  fileprivate var pageCounts: [PageEncodingCount] {
    var counts: [PageEncodingCount] = []
    if dictionaryCount > 0 { counts.append(PageEncodingCount(type: .dictionary, encoding: .plain, count: 1)) }
    for page in pages {
      if let last = counts.indices.last, counts[last].type == .data, counts[last].encoding == page.encoding {
        counts[last].count += 1
      } else {
        counts.append(PageEncodingCount(type: .data, encoding: page.encoding, count: 1))
      }
    }
    return counts
  }
}
