import Foundation
import Parquet
import TestSupport
import Testing

@Suite("Writer")
struct WriterTests {
  private let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  private static func schema(_ columns: ParquetColumn...) throws -> ParquetSchema { try ParquetSchema(columns) }

  @Test("A small file, octet by octet")
  func golden() throws {
    var options = ParquetWriterOptions()
    options.compression = .uncompressed
    options.createdBy = "t"
    let path = scratch.file("file.parquet")
    var writer = try ParquetWriter(
      path: path, schema: Self.schema(ParquetColumn("a", .uint8, encoding: .plain)), options: options)
    try writer.beginRowGroup(rowCount: 2, sortedBy: [SortingColumn(column: 0)])
    try writer.write(uint32: ([1, 2] as [UInt32]).span)
    try writer.endRowGroup()
    try writer.finish()
    try writer.close()
    let page: [UInt8] = [1, 0, 0, 0, 2, 0, 0, 0]
    let checksum = ThriftCompact.zigzag(Int64(Int32(bitPattern: CRC32.checksum(page.span))))
    var checksumOctets: [UInt8] = []
    var rest = checksum
    while rest >= 0x80 {
      checksumOctets.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    checksumOctets.append(UInt8(rest))
    let header: [UInt8] =
      [0x15, 0x00, 0x15, 0x10, 0x15, 0x10, 0x15] + checksumOctets
      + [0x1C, 0x15, 0x04, 0x15, 0x00, 0x15, 0x06, 0x15, 0x06, 0x00, 0x00]
    let size = UInt8(2 * (header.count + page.count))  // zigzag, one octet
    let footer: [UInt8] =
      [0x15, 0x04]  // version 2
      + [0x19, 0x2C]  // schema: root and one column
      + [0x48, 0x06] + Array("schema".utf8) + [0x15, 0x02, 0x00]
      + [0x15, 0x02, 0x25, 0x00, 0x18, 0x01, 0x61, 0x25, 0x16, 0x4C, 0xAC, 0x13, 0x08, 0x12, 0x00, 0x00, 0x00]
      + [0x16, 0x04]  // rows
      + [0x19, 0x1C, 0x19, 0x1C]  // one row group of one column
      + [0x26, 0x08, 0x1C]  // file_offset 4, meta_data
      + [0x15, 0x02, 0x19, 0x25, 0x06, 0x00, 0x19, 0x18, 0x01, 0x61, 0x15, 0x00, 0x16, 0x04, 0x16, size, 0x16, size]
      + [0x26, 0x08]  // data_page_offset 4
      + [0x3C, 0x36, 0x00, 0x28, 0x04, 2, 0, 0, 0, 0x18, 0x04, 1, 0, 0, 0, 0x00]  // statistics
      + [0x19, 0x1C, 0x15, 0x00, 0x15, 0x00, 0x15, 0x02, 0x00]  // one PLAIN data page
      + [0x00, 0x00]
      + [0x16, size, 0x16, 0x04]  // size and rows of the row group
      + [0x19, 0x1C, 0x15, 0x00, 0x12, 0x12, 0x00]  // sorted by column 0, ascending, nulls last
      + [0x16, 0x08, 0x16, size, 0x14, 0x00, 0x00]
      + [0x28, 0x01, 0x74]  // created_by
      + [0x19, 0x1C, 0x1C, 0x00, 0x00]  // TypeDefinedOrder
      + [0x00]
    let magic = Array("PAR1".utf8)
    let expected = magic + header + page + footer + [UInt8(footer.count), 0, 0, 0] + magic
    let written = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(written == expected)
  }

  /// Writes columns that exercise every encoding, and returns the file.
  private func writeMixture(_ name: String) throws -> (octets: [UInt8], counted: Int64) {
    let schema = try Self.schema(
      ParquetColumn("few", .uint32), ParquetColumn("many", .uint64), ParquetColumn("time", .int64, encoding: .delta),
      ParquetColumn("text", .string, isOptional: true))
    var random = SeededGenerator(seed: 7)
    let few = (0..<30_000).map { _ in UInt32.random(in: 0...UInt32.max, using: &random) & 0x0F00_F000 }
    let many = (0..<30_000).map { _ in UInt64.random(in: 0...40_000, using: &random) << 20 }
    let times = (0..<30_000).map { _ in Int64.random(in: 0...300_000, using: &random) }
    var dictionary = StringDictionary()
    for entry in 0..<100 { dictionary.append("entry \(entry)") }
    let indices = few.map { $0 % 7 == 0 ? ParquetWriter.nullIndex : ($0 >> 12) % 100 }
    var writer = try ParquetWriter(path: scratch.file(name), schema: schema)
    for _ in 0..<2 {
      try writer.beginRowGroup(rowCount: 30_000)
      try writer.write(uint32: few.span)
      try writer.write(uint64: many.span)
      try writer.write(int64: times.span)
      try writer.write(indices: indices.span, dictionary: dictionary)
      try writer.endRowGroup()
    }
    let rowCount = writer.rowCount
    #expect(rowCount == 60_000)
    try writer.finish()
    let counted = writer.byteCount
    try writer.close()
    return (try [UInt8](Data(contentsOf: URL(fileURLWithPath: scratch.file(name)))), counted)
  }

  @Test("The same values give the same file, and its length is what the writer counted")
  func determinism() throws {
    let first = try writeMixture("first.parquet")
    let second = try writeMixture("second.parquet")
    #expect(first.octets == second.octets)
    #expect(first.octets.count == Int(first.counted))
    #expect(Array(first.octets.prefix(4)) == Array("PAR1".utf8))
    #expect(first.octets.suffix(4) == first.octets.prefix(4))
  }

  @Test("A column of one value takes some forty octets a page at most")
  func constants() throws {
    let schema = try Self.schema(
      ParquetColumn("zero", .uint32), ParquetColumn("plain", .uint64, encoding: .plain),
      ParquetColumn("text", .string), ParquetColumn("null", .string, isOptional: true))
    var dictionary = StringDictionary()
    dictionary.append("the only one")
    let rowCount = 200_000
    var writer = try ParquetWriter(path: scratch.file("file.parquet"), schema: schema)
    try writer.beginRowGroup(rowCount: rowCount)
    let zeros = [UInt32](repeating: 0, count: rowCount)
    let numbers = [UInt64](repeating: 77, count: rowCount)
    let nulls = [UInt32](repeating: ParquetWriter.nullIndex, count: rowCount)
    try writer.write(uint32: zeros.span)
    try writer.write(uint64: numbers.span)
    try writer.write(indices: zeros.span, dictionary: dictionary)
    try writer.write(indices: nulls.span, dictionary: StringDictionary())
    try writer.endRowGroup()
    let byteCount = writer.byteCount
    #expect(byteCount < 4 * 11 * 40)  // four columns of ten pages and a dictionary
    try writer.finish()
  }

  @Test("A string dictionary gives back what was put in")
  func stringDictionary() {
    var dictionary = StringDictionary()
    dictionary.reserve(count: 3, byteCount: 10)
    #expect(dictionary.isEmpty)
    #expect(dictionary.append("") == 0)
    #expect(dictionary.append("größe") == 1)
    let made = dictionary.append(capacity: 8) { output in
      output.append(0x61)
      output.append(0x62)
    }
    #expect(made == 2)
    #expect(dictionary.count == 3)
    let entries = (0..<3).map { number in
      let entry = dictionary[UInt32(number)]
      return String(decoding: (0..<entry.count).map { entry[$0] }, as: UTF8.self)
    }
    #expect(entries == ["", "größe", "ab"])
    dictionary.removeAll()
    #expect(dictionary.isEmpty)
    #expect(dictionary.byteCount == 0)
    #expect(dictionary.append("again") == 0)
  }
}

@Suite("Misuse")
struct MisuseTests {
  private let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  /// An invalid call after two of three columns in a row group of three rows.
  enum Mistake: CaseIterable, Sendable {
    case wrongType, wrongCount, nullInRequired, valueTooLarge, negativeValue, indexOutside
    case missingColumn, tooManyColumns, nestedRowGroup, finishInside

    var misuse: ParquetMisuse {
      switch self {
      case .wrongType: .type(column: "c")
      case .wrongCount: .count(column: "c", expected: 3, actual: 2)
      case .nullInRequired: .null(column: "c")
      case .valueTooLarge, .negativeValue: .value(column: "c")
      case .indexOutside: .value(column: "b")
      case .missingColumn: .missingColumn("c")
      case .tooManyColumns: .tooManyColumns
      case .nestedRowGroup, .finishInside: .rowGroupOpen
      }
    }
  }

  private func make(_ mistake: Mistake, _ writer: inout ParquetWriter) throws {
    let one: [UInt32] = [1, 2, 3]
    var dictionary = StringDictionary()
    dictionary.append("x")
    try writer.write(uint32: one.span)
    if mistake == .indexOutside {
      return try writer.write(indices: ([0, 1, 0] as [UInt32]).span, dictionary: dictionary)
    }
    try writer.write(indices: ([0, .max, 0] as [UInt32]).span, dictionary: dictionary)
    switch mistake {
    case .wrongType: try writer.write(uint64: ([1, 2, 3] as [UInt64]).span)
    case .wrongCount: try writer.write(uint32: ([1, 2] as [UInt32]).span)
    case .nullInRequired: try writer.write(uint32: one.span, present: [true, false, true].span)
    case .valueTooLarge: try writer.write(uint32: ([1, 256, 2] as [UInt32]).span)
    case .negativeValue: try writer.write(repeating: -1)
    case .indexOutside: break
    case .missingColumn: try writer.endRowGroup()
    case .tooManyColumns:
      try writer.write(uint32: one.span)
      try writer.write(uint32: one.span)
    case .nestedRowGroup: try writer.beginRowGroup(rowCount: 1)
    case .finishInside: try writer.finish()
    }
  }

  @Test("A broken rule is told, and the writer refuses to go on", arguments: Mistake.allCases)
  func mistakes(_ mistake: Mistake) throws {
    let schema = try ParquetSchema([
      ParquetColumn("a", .uint32), ParquetColumn("b", .string, isOptional: true), ParquetColumn("c", .uint8),
    ])
    var writer = try ParquetWriter(path: scratch.file("file.parquet"), schema: schema)
    try writer.beginRowGroup(rowCount: 3)
    let told = #expect(throws: ParquetError.self) { try make(mistake, &writer) }
    #expect(told == .misuse(mistake.misuse))
    #expect(throws: ParquetError.misuse(.finished)) { try writer.endRowGroup() }
    #expect(throws: ParquetError.misuse(.finished)) { try writer.finish() }
  }

  @Test("A schema without columns, with a name twice or with an encoding that does not fit is refused")
  func schemas() {
    #expect(throws: ParquetError.misuse(.noColumns)) { try ParquetSchema([]) }
    #expect(throws: ParquetError.misuse(.duplicateColumn("a"))) {
      try ParquetSchema([ParquetColumn("a", .uint8), ParquetColumn("a", .string)])
    }
    #expect(throws: ParquetError.misuse(.encoding(column: "a"))) {
      try ParquetSchema([ParquetColumn("a", .uint32, encoding: .delta)])
    }
  }

  @Test("A sorting column must exist, a column needs a row group, and nothing follows the end")
  func order() throws {
    let schema = try ParquetSchema([ParquetColumn("a", .uint32)])
    var first = try ParquetWriter(path: scratch.file("1"), schema: schema)
    #expect(throws: ParquetError.misuse(.sortingColumn(1))) {
      try first.beginRowGroup(rowCount: 1, sortedBy: [SortingColumn(column: 1)])
    }
    var second = try ParquetWriter(path: scratch.file("2"), schema: schema)
    #expect(throws: ParquetError.misuse(.noRowGroup)) { try second.write(uint32: ([1] as [UInt32]).span) }
    var third = try ParquetWriter(path: scratch.file("3"), schema: schema)
    try third.finish()
    try third.sync()
    #expect(throws: ParquetError.misuse(.finished)) { try third.beginRowGroup(rowCount: 1) }
    try third.close()
  }
}
