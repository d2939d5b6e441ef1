/// Statistics of a chunk's values (`Statistics`).
package struct Statistics: Equatable, Sendable {
  package var nullCount: Int64
  /// Minimum and maximum in the order of the column, PLAIN-encoded without a length; nil if there is none.
  package var minimum: [UInt8]?
  package var maximum: [UInt8]?

  package func write(to thrift: inout ThriftCompactWriter) {
    thrift.field(3, int64: nullCount)
    if let maximum { thrift.field(5, binary: maximum) }
    if let minimum { thrift.field(6, binary: minimum) }
  }
}

/// Number of pages of one kind in a chunk (`PageEncodingStats`). From these, readers see whether a dictionary covers
/// the whole chunk.
package struct PageEncodingCount: Equatable, Sendable {
  package var type: PageType
  package var encoding: Encoding
  package var count: Int32
}

/// Metadata of one column of one row group (`ColumnMetaData`, inside its `ColumnChunk`).
package struct ColumnMetadata: Equatable, Sendable {
  package var physicalType: PhysicalType
  package var encodings: [Encoding]
  package var name: String
  package var codec: Codec
  /// Includes nulls.
  package var valueCount: Int64
  /// Octets of all pages including headers, before compression and as stored.
  package var totalUncompressedSize: Int64
  package var totalCompressedSize: Int64
  /// Offsets from the start of the file.
  package var dataPageOffset: Int64
  package var dictionaryPageOffset: Int64?
  package var statistics: Statistics
  package var pageCounts: [PageEncodingCount]

  /// Offset of the chunk.
  package var fileOffset: Int64 { dictionaryPageOffset ?? dataPageOffset }

  /// Writes a `ColumnChunk`.
  package func write(to thrift: inout ThriftCompactWriter) {
    thrift.element(structure: { thrift in
      thrift.field(2, int64: fileOffset)
      thrift.field(3) { writeMetadata(to: &$0) }
    })
  }

  private func writeMetadata(to thrift: inout ThriftCompactWriter) {
    thrift.field(1, int32: physicalType.rawValue)
    thrift.field(2, listOf: .int32, count: encodings.count)
    for encoding in encodings { thrift.element(int32: encoding.rawValue) }
    thrift.field(3, listOf: .binary, count: 1)
    thrift.element(string: name)
    thrift.field(4, int32: codec.rawValue)
    thrift.field(5, int64: valueCount)
    thrift.field(6, int64: totalUncompressedSize)
    thrift.field(7, int64: totalCompressedSize)
    thrift.field(9, int64: dataPageOffset)
    if let dictionaryPageOffset { thrift.field(11, int64: dictionaryPageOffset) }
    thrift.field(12) { statistics.write(to: &$0) }
    thrift.field(13, listOf: .structure, count: pageCounts.count)
    for pages in pageCounts {
      thrift.element(structure: { thrift in
        thrift.field(1, int32: pages.type.rawValue)
        thrift.field(2, int32: pages.encoding.rawValue)
        thrift.field(3, int32: pages.count)
      })
    }
  }
}
