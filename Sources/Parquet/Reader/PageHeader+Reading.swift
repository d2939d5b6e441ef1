/// The part of a page header that a reader needs.
struct ReadPageHeader {
  enum Kind { case data, dataV2, dictionary, other }

  var kind = Kind.other
  var uncompressedSize = 0
  var compressedSize = 0
  var checksum: UInt32?
  /// Number of values including nulls; for a dictionary, of entries.
  var valueCount = 0
  var encoding: Int32 = -1
  /// Version 2 only: octets of the uncompressed levels before the values, and whether the values are compressed.
  var levelSize = 0
  var isCompressed = true
  /// Octets of the header itself.
  var length = 0

  var isData: Bool { kind == .data || kind == .dataV2 }

  /// Maximum size of a page; no writer produces larger ones.
  private static let maximumSize = 1 << 28

  init(_ bytes: [UInt8], at position: Int, to end: Int) throws(ParquetReadError.Reason) {
    var reader = ThriftCompactReader(bytes, from: position, to: end)
    func size(_ reader: inout ThriftCompactReader) throws(ParquetReadError.Reason) -> Int {
      let value = try reader.int32()
      guard value >= 0 else { throw .damaged("a page with a negative size") }
      return Int(value)
    }
    try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
      switch (field, type) {
      case (1, .int32):
        switch try reader.int32() {
        case 0: kind = .data
        case 2: kind = .dictionary
        case 3: kind = .dataV2
        default: kind = .other
        }
      case (2, .int32): uncompressedSize = try size(&reader)
      case (3, .int32): compressedSize = try size(&reader)
      case (4, .int32): checksum = UInt32(bitPattern: try reader.int32())
      case (5, .structure), (7, .structure):
        try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
          switch (field, type) {
          case (1, .int32): valueCount = try size(&reader)
          case (2, .int32): encoding = try reader.int32()
          default: try reader.skip(type)
          }
        }
      case (8, .structure):
        try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
          switch (field, type) {
          case (1, .int32): valueCount = try size(&reader)
          case (4, .int32): encoding = try reader.int32()
          case (5, .int32): levelSize = try size(&reader)
          case (6, .int32):
            guard try reader.int32() == 0 else { throw .unsupported("repeated values") }
          case (7, .booleanFalse): isCompressed = false
          default: try reader.skip(type)
          }
        }
      default: try reader.skip(type)
      }
    }
    length = reader.position - position
    guard uncompressedSize <= Self.maximumSize else { throw .unsupported("a page of \(uncompressedSize) octets") }
    guard compressedSize <= end - position - length else { throw .damaged("a page runs past its column") }
    guard levelSize <= min(compressedSize, uncompressedSize) else { throw .damaged("a page's levels run past it") }
  }
}
