/// Header before each page (`PageHeader` with its `DataPageHeader` or `DictionaryPageHeader`).
package struct PageHeader: Equatable, Sendable {
  package var type: PageType
  /// Octets of the page body before compression, without the header.
  package var uncompressedSize: Int32
  /// Octets of the page body as stored in the file.
  package var compressedSize: Int32
  /// CRC-32 of the body as stored in the file; nil if the page has none.
  package var checksum: UInt32?
  /// Number of values in the page, including nulls; for a dictionary, its entries.
  package var valueCount: Int32
  /// Encoding of the values. Levels are always RLE.
  package var encoding: Encoding

  package init(
    type: PageType, uncompressedSize: Int32, compressedSize: Int32, checksum: UInt32?, valueCount: Int32,
    encoding: Encoding
  ) {
    self.type = type
    self.uncompressedSize = uncompressedSize
    self.compressedSize = compressedSize
    self.checksum = checksum
    self.valueCount = valueCount
    self.encoding = encoding
  }
}

extension PageHeader {
  package func write(to thrift: inout ThriftCompactWriter) {
    thrift.element(structure: { thrift in
      thrift.field(1, int32: type.rawValue)
      thrift.field(2, int32: uncompressedSize)
      thrift.field(3, int32: compressedSize)
      if let checksum { thrift.field(4, int32: Int32(bitPattern: checksum)) }
      switch type {
      case .data:
        thrift.field(5) { thrift in
          thrift.field(1, int32: valueCount)
          thrift.field(2, int32: encoding.rawValue)
          thrift.field(3, int32: Encoding.rle.rawValue)
          thrift.field(4, int32: Encoding.rle.rawValue)
        }
      case .dictionary:
        thrift.field(7) { thrift in
          thrift.field(1, int32: valueCount)
          thrift.field(2, int32: encoding.rawValue)
        }
      }
    })
  }
}
