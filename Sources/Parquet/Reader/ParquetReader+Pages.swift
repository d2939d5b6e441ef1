extension ParquetReader {
  /// Reads the pages of a chunk in order: verifies them, decompresses them, and passes them to the decoder.
  mutating func readPages<Decoder: ChunkDecoder>(
    of chunk: FileFooter.Chunk, named name: String, _ needed: [UInt8]?, into decoder: inout Decoder
  ) throws(ParquetReadError.Reason) {
    guard let codec = ReadableCodec(rawValue: chunk.codec) else {
      throw .unsupported("a column \(name) compressed with \(Self.codecName(chunk.codec))")
    }
    guard chunk.valueCount == decoder.rowCount else { throw .damaged("column \(name) has a different number of rows") }
    guard chunk.start >= 4, chunk.compressedSize <= file.size - chunk.start else {
      throw .damaged("column \(name) lies outside of the file")
    }
    try file.read(chunk.start..<(chunk.start + chunk.compressedSize), slack: Unpacking.slack, into: &scratch.chunk)
    var position = 0
    while decoder.rows < decoder.rowCount {
      let header = try ReadPageHeader(scratch.chunk, at: position, to: chunk.compressedSize)
      let start = position + header.length
      let body = start..<(start + header.compressedSize)
      position = body.upperBound
      if let needed, header.isData, !Self.isAny(of: needed, decoder.rows, header.valueCount) {
        decoder.skip(header.valueCount)
        continue
      }
      try check(body, header, name)
      try unfold(body, header, header.isCompressed ? codec : .uncompressed, name)
      try hand(header, name, to: &decoder)
    }
  }

  /// Returns whether any row of a page is needed; also true if the page has more rows than possible, which reading it
  /// then reports.
  private static func isAny(of needed: [UInt8], _ start: Int, _ count: Int) -> Bool {
    guard count <= needed.count - start else { return true }
    var flags: UInt8 = 0
    for row in start..<(start + count) { flags |= needed[row] }
    return flags != 0
  }

  private func check(_ body: Range<Int>, _ header: ReadPageHeader, _ name: String) throws(ParquetReadError.Reason) {
    guard let checksum = header.checksum else { return }
    let chunk = scratch.chunk
    if CRC32.checksum(chunk.span.extracting(body)) != checksum {
      throw .damaged("a page of column \(name) has a wrong checksum")
    }
  }

  /// Decompresses the body of a page to `scratch.page`.
  private mutating func unfold(
    _ body: Range<Int>, _ header: ReadPageHeader, _ codec: ReadableCodec, _ name: String
  ) throws(ParquetReadError.Reason) {
    let isPlain = codec == .uncompressed
    let size = header.uncompressedSize
    let room = size + Unpacking.slack
    if scratch.page.count < room {
      scratch.page.append(contentsOf: repeatElement(0, count: room - scratch.page.count))
    }
    // Levels of version 2 precede the compressed part.
    let plainSize = isPlain ? header.compressedSize : header.levelSize
    guard !isPlain || plainSize == size else { throw .damaged("a page of column \(name) has a different size") }
    for index in 0..<plainSize { scratch.page[index] = scratch.chunk[body.lowerBound + index] }
    if !isPlain, size > plainSize {
      let chunk = scratch.chunk
      let frame = chunk.span.extracting((body.lowerBound + plainSize)..<body.upperBound)
      let isWhole: Bool
      if plainSize == 0 {
        isWhole = Self.decompress(frame, codec, &decompressor, into: &scratch.page, size: size)
      } else {
        var values = [UInt8](repeating: 0, count: size - plainSize)
        isWhole = Self.decompress(frame, codec, &decompressor, into: &values, size: size - plainSize)
        scratch.page.replaceSubrange(plainSize..<size, with: values)
      }
      guard isWhole else { throw .damaged("a page of column \(name) cannot be decompressed") }
    }
    for index in size..<room { scratch.page[index] = 0 }
  }

  private static func decompress(
    _ frame: Span<UInt8>, _ codec: ReadableCodec, _ zstd: inout ZstdDecompressor, into output: inout [UInt8], size: Int
  ) -> Bool {
    switch codec {
    case .uncompressed: false
    case .snappy: Snappy.decompress(frame, into: &output, size: size)
    case .zstd: zstd.decompress(frame, into: &output, size: size)
    }
  }

  private func hand<Decoder: ChunkDecoder>(
    _ header: ReadPageHeader, _ name: String, to decoder: inout Decoder
  ) throws(ParquetReadError.Reason) {
    let size = header.uncompressedSize
    switch header.kind {
    case .dictionary:
      // PLAIN, which old writers call PLAIN_DICTIONARY here.
      guard header.encoding == 0 || header.encoding == 2 else {
        throw .unsupported("a dictionary of column \(name) in encoding \(header.encoding)")
      }
      try decoder.dictionary(scratch.page, 0..<size, count: header.valueCount)
    case .data, .dataV2:
      guard header.valueCount <= decoder.rowCount - decoder.rows else {
        throw .damaged("column \(name) has more values than rows")
      }
      let (levels, values) = try split(header, isOptional: decoder.isOptional, name)
      try decoder.values(
        PageContent(
          bytes: scratch.page, levels: levels, values: values, count: header.valueCount, encoding: header.encoding))
    case .other: break
    }
  }

  /// Returns the ranges of the levels and the values of a page.
  private func split(
    _ header: ReadPageHeader, isOptional: Bool, _ name: String
  ) throws(ParquetReadError.Reason) -> (levels: Range<Int>, values: Range<Int>) {
    let size = header.uncompressedSize
    if header.kind == .dataV2 { return (isOptional ? 0..<header.levelSize : 0..<0, header.levelSize..<size) }
    guard isOptional else { return (0..<0, 0..<size) }
    // In version 1 a length precedes them.
    let length = (0..<4).reduce(0) { $0 | Int(scratch.page[$1]) << (8 * $1) }
    guard size >= 4, length <= size - 4 else { throw .damaged("the levels of a page of column \(name) are cut off") }
    return (4..<(4 + length), (4 + length)..<size)
  }

  private static func codecName(_ codec: Int32) -> String {
    let names = ["none", "snappy", "gzip", "lzo", "brotli", "lz4", "zstd", "lz4_raw"]
    return names.indices.contains(Int(codec)) ? names[Int(codec)] : "codec \(codec)"
  }
}
