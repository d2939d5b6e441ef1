import Parquet
import Testing

private func thrift(_ body: (inout ThriftCompactWriter) -> Void) -> [UInt8] {
  var writer = ThriftCompactWriter(buffer: ByteBuffer())
  body(&writer)
  return writer.buffer.octets
}

@Suite("Thrift compact protocol")
struct ThriftCompactTests {
  @Test("Integers are zigzag varints behind a field header")
  func integers() {
    #expect(thrift { $0.field(1, int32: 0) } == [0x15, 0x00])
    #expect(thrift { $0.field(1, int32: -1) } == [0x15, 0x01])
    #expect(thrift { $0.field(1, int32: .max) } == [0x15, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F])
    #expect(thrift { $0.field(1, int32: .min) } == [0x15, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F])
    #expect(thrift { $0.field(2, int64: .max) } == [0x26, 0xFE] + Array(repeating: 0xFF, count: 8) + [0x01])
    #expect(thrift { $0.field(2, int64: .min) } == [0x26] + Array(repeating: 0xFF, count: 9) + [0x01])
    #expect(thrift { $0.field(7, int16: 150) } == [0x74, 0xAC, 0x02])
    #expect(thrift { $0.field(1, byte: -2) } == [0x13, 0xFE])
  }

  @Test("A field header has the distance to the field before, or the number itself when that is far")
  func headers() {
    let near = thrift {
      $0.field(1, int32: 1)
      $0.field(16, int32: 1)
    }
    #expect(near == [0x15, 0x02, 0xF5, 0x02])
    let far = thrift {
      $0.field(1, int32: 1)
      $0.field(17, int32: 1)
    }
    #expect(far == [0x15, 0x02, 0x05, 0x22, 0x02])
  }

  @Test("A boolean is in its header, a text has its length before it")
  func booleansAndTexts() {
    #expect(thrift { $0.field(1, bool: true) } == [0x11])
    #expect(thrift { $0.field(2, bool: false) } == [0x22])
    #expect(thrift { $0.field(4, string: "aé") } == [0x48, 0x03, 0x61, 0xC3, 0xA9])
    #expect(thrift { $0.field(5, binary: [0, 255]) } == [0x58, 0x02, 0x00, 0xFF])
  }

  @Test("Field numbers count anew inside a structure and go on after it")
  func structures() {
    let octets = thrift {
      $0.field(3) { inner in inner.field(1, int32: 5) }
      $0.field(4, int32: 6)
    }
    #expect(octets == [0x3C, 0x15, 0x0A, 0x00, 0x15, 0x0C])
  }

  @Test("A list has a short head up to fourteen elements and a long one from fifteen")
  func lists() {
    #expect(thrift { $0.field(1, listOf: .int32, count: 14) } == [0x19, 0xE5])
    #expect(thrift { $0.field(1, listOf: .structure, count: 15) } == [0x19, 0xFC, 0x0F])
    #expect(thrift { $0.field(1, listOf: .binary, count: 300) } == [0x19, 0xF8, 0xAC, 0x02])
  }
}

@Suite("File structures")
struct FileStructureTests {
  @Test("A data page's header, octet by octet")
  func dataPageHeader() {
    let header = PageHeader(
      type: .data, uncompressedSize: 100, compressedSize: 60, checksum: 0xFFFF_FFFF, valueCount: 25, encoding: .plain)
    #expect(
      thrift { header.write(to: &$0) } == [
        0x15, 0x00, 0x15, 0xC8, 0x01, 0x15, 0x78, 0x15, 0x01,
        0x1C, 0x15, 0x32, 0x15, 0x00, 0x15, 0x06, 0x15, 0x06, 0x00, 0x00,
      ])
  }

  @Test("A dictionary page's header without checksum, octet by octet")
  func dictionaryPageHeader() {
    let header = PageHeader(
      type: .dictionary, uncompressedSize: 8, compressedSize: 8, checksum: nil, valueCount: 2, encoding: .plain)
    #expect(
      thrift { header.write(to: &$0) } == [
        0x15, 0x04, 0x15, 0x10, 0x15, 0x10, 0x4C, 0x15, 0x04, 0x15, 0x00, 0x00, 0x00,
      ])
  }

  @Test("A column has its type in the old and in the new form")
  func schemaElements() {
    let unsigned = SchemaElement(
      name: "p", physicalType: .int32, repetition: .required, convertedType: .uint8,
      logicalType: .integer(bitWidth: 8, isSigned: false))
    #expect(
      thrift { unsigned.write(to: &$0) } == [
        0x15, 0x02, 0x25, 0x00, 0x18, 0x01, 0x70, 0x25, 0x16, 0x4C, 0xAC, 0x13, 0x08, 0x12, 0x00, 0x00, 0x00,
      ])
    let time = SchemaElement(
      name: "t", physicalType: .int64, repetition: .optional, convertedType: .timestampMillis,
      logicalType: .timestampMillisUTC)
    #expect(
      thrift { time.write(to: &$0) } == [
        0x15, 0x04, 0x25, 0x02, 0x18, 0x01, 0x74, 0x25, 0x12, 0x4C,
        0x8C, 0x11, 0x1C, 0x1C, 0x00, 0x00, 0x00, 0x00, 0x00,
      ])
  }
}
