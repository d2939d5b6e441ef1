import Foundation
import Parquet
import TestSupport

/// A file of random columns and its expected contents in a simple format, which `verify.py` compares with what other
/// programs read.
struct RandomFile {
  struct Shape: Sendable, CustomStringConvertible {
    let description: String
    /// Number of rows in each row group.
    let rowGroups: [Int]
    var compression = ParquetWriterOptions.Compression.zstd(level: 1)
    var pageRowLimit = 20_000
    var dictionaryByteLimit = 16 << 20
  }

  static let shapes: [Shape] = [
    Shape(description: "no-row-group", rowGroups: []),
    Shape(description: "no-rows", rowGroups: [0]),
    Shape(description: "one-row", rowGroups: [1]),
    Shape(description: "page-less-one", rowGroups: [19_999]),
    Shape(description: "page", rowGroups: [20_000], compression: .uncompressed),
    Shape(description: "page-and-one", rowGroups: [20_001]),
    Shape(description: "groups", rowGroups: [7, 0, 1000, 1, 129]),
    Shape(description: "small-pages", rowGroups: [4096, 999], pageRowLimit: 100, dictionaryByteLimit: 800),
    Shape(description: "single-row-pages", rowGroups: [37], pageRowLimit: 1, dictionaryByteLimit: 100),
    Shape(description: "level-19", rowGroups: [3000], compression: .zstd(level: 19), pageRowLimit: 1001),
    Shape(description: "fast", rowGroups: [41_000], compression: .zstd(level: -5), dictionaryByteLimit: 30_000),
  ]

  private struct Manifest: Codable {
    struct Column: Codable {
      let name: String
      let type: String
      let optional: Bool
    }
    let seed: UInt64
    let rowGroups: [Int]
    let sortedBy: [[Int]]
    let metadata: [String: String]
    let createdBy: String
    let pageRowLimit: Int
    let columns: [Column]
  }

  /// The column whose dictionary grows too large in the middle of each chunk of several pages; also known to
  /// `verify.py`.
  private static let fallingBack = "uint32_0"

  private enum Pattern: CaseIterable {
    case constant, few, runs, wide, unique, rising, lateUnique, extremes
  }

  private let shape: Shape
  private let folder: URL
  private var random: SeededGenerator
  /// Each column's values, byte array lengths and nulls in the format of `verify.py`.
  private var values: [[UInt8]]
  private var lengths: [[UInt8]]
  private var nulls: [[UInt8]]
  private let schema: ParquetSchema

  init(_ shape: Shape, in parent: URL, seed: UInt64) throws {
    self.shape = shape
    folder = parent.appendingPathComponent(shape.description)
    random = SeededGenerator(seed: seed)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var columns: [ParquetColumn] = []
    for round in 0..<2 {
      for type in ParquetColumn.ValueType.allCases {
        for isOptional in [false, true] {
          let preferences: [ParquetColumn.EncodingPreference] =
            type == .int64 || type == .uint64 || type == .timestampMilliseconds
            ? [.plain, .dictionary, .delta] : [.plain, .dictionary, .dictionary]
          let name = "\(type)\(isOptional ? "_optional" : "")_\(round)"
          let chosen = preferences.randomElement(using: &random) ?? .plain
          let encoding = name == Self.fallingBack ? .dictionary : chosen
          columns.append(ParquetColumn(name, type, isOptional: isOptional, encoding: encoding))
        }
      }
    }
    schema = try ParquetSchema(columns)
    values = Array(repeating: [], count: columns.count)
    lengths = values
    nulls = values
  }

  /// Writes the file and its description.
  mutating func write() throws {
    var options = ParquetWriterOptions()
    options.compression = shape.compression
    options.pageRowLimit = shape.pageRowLimit
    options.dictionaryByteLimit = shape.dictionaryByteLimit
    options.createdBy = "sagflow version 1.2.3 (build test)"
    options.writeSize = 10_000
    let sorting = [SortingColumn(column: 2), SortingColumn(column: 5, isDescending: true, nullsFirst: true)]
    let path = folder.appendingPathComponent("file.parquet").path
    var writer = try ParquetWriter(path: path, schema: schema, options: options)
    for rowCount in shape.rowGroups {
      try writer.beginRowGroup(rowCount: rowCount, sortedBy: sorting)
      for index in schema.columns.indices { try writeColumn(index, rowCount: rowCount, to: &writer) }
      try writer.endRowGroup()
    }
    let metadata = ["schema": "7", "empty": "", "umlaut": "äöü"]
    try writer.finish(metadata: metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    try writer.sync()
    try writer.close()

    let manifest = Manifest(
      seed: seed, rowGroups: shape.rowGroups.filter { $0 > 0 },
      sortedBy: sorting.map { [$0.column, $0.isDescending ? 1 : 0, $0.nullsFirst ? 1 : 0] },
      metadata: metadata, createdBy: options.createdBy, pageRowLimit: options.pageRowLimit,
      columns: schema.columns.map {
        Manifest.Column(name: $0.name, type: $0.type.rawValue, optional: $0.isOptional)
      })
    try JSONEncoder().encode(manifest).write(to: folder.appendingPathComponent("manifest.json"))
    for index in schema.columns.indices {
      try Data(values[index]).write(to: folder.appendingPathComponent("\(index).values"))
      try Data(lengths[index]).write(to: folder.appendingPathComponent("\(index).lengths"))
      try Data(nulls[index]).write(to: folder.appendingPathComponent("\(index).nulls"))
    }
  }

  private mutating func writeColumn(_ index: Int, rowCount: Int, to writer: inout ParquetWriter) throws {
    let column = schema.columns[index]
    let present = presence(rowCount, isOptional: column.isOptional)
    nulls[index].append(contentsOf: present.map { $0 ? 0 : 1 })
    let chosen = Pattern.allCases.randomElement(using: &random) ?? .wide
    let pattern = column.name == Self.fallingBack ? .lateUnique : chosen
    let isUsual = Bool.random(using: &random)
    if column.isOptional && !present.contains(true) && !isUsual { return try writeNulls(index, rowCount, to: &writer) }
    let numbers = numbers(pattern, rowCount)
    let usesConstant = pattern == .constant && !present.contains(false) && rowCount > 0 && !isUsual
    switch column.type {
    case .uint8, .uint16, .uint32:
      let mask: UInt64 = column.type == .uint8 ? 0xFF : column.type == .uint16 ? 0xFFFF : 0xFFFF_FFFF
      let list = numbers.map { UInt32($0 & mask) }
      dump(index, list.map { UInt64($0) }, present)
      if usesConstant { return try writer.write(repeating: Int64(list[0])) }
      if column.isOptional { return try writer.write(uint32: list.span, present: present.span) }
      try writer.write(uint32: list.span)
    case .int32:
      let list = numbers.map { Int32(truncatingIfNeeded: $0) }
      dump(index, list.map { UInt64(bitPattern: Int64($0)) }, present)
      if usesConstant { return try writer.write(repeating: Int64(list[0])) }
      if column.isOptional { return try writer.write(int32: list.span, present: present.span) }
      try writer.write(int32: list.span)
    case .uint64:
      dump(index, numbers, present)
      if usesConstant && numbers[0] < 1 << 63 { return try writer.write(repeating: Int64(numbers[0])) }
      if column.isOptional { return try writer.write(uint64: numbers.span, present: present.span) }
      try writer.write(uint64: numbers.span)
    case .int64, .timestampMilliseconds:
      // Engines store times in microseconds or nanoseconds, which limits them to the years 1677 to 2262.
      let shift: Int64 = column.type == .timestampMilliseconds ? 22 : 0
      let list = numbers.map { Int64(bitPattern: $0) >> shift }
      dump(index, list.map { UInt64(bitPattern: $0) }, present)
      if usesConstant { return try writer.write(repeating: list[0]) }
      if column.isOptional { return try writer.write(int64: list.span, present: present.span) }
      try writer.write(int64: list.span)
    case .string, .bytes:
      try writeTexts(index, numbers, present, usesConstant, to: &writer)
    }
  }

  private mutating func writeNulls(_ index: Int, _ rowCount: Int, to writer: inout ParquetWriter) throws {
    let isText = schema.columns[index].type == .string || schema.columns[index].type == .bytes
    if isText {
      lengths[index] += Array(repeating: 0, count: rowCount * 4)
    } else {
      values[index] += Array(repeating: 0, count: rowCount * 8)
    }
    try writer.writeNulls()
  }

  private mutating func dump(_ index: Int, _ list: [UInt64], _ present: [Bool]) {
    for (value, isPresent) in zip(list, present) {
      for octet in 0..<8 { values[index].append(isPresent ? UInt8(truncatingIfNeeded: value >> UInt64(8 * octet)) : 0) }
    }
  }

  /// Writes texts with a dictionary of the distinct numbers, in random order and with some unused entries.
  private mutating func writeTexts(
    _ index: Int, _ numbers: [UInt64], _ present: [Bool], _ usesConstant: Bool, to writer: inout ParquetWriter
  ) throws {
    var dictionary = StringDictionary()
    var entries: [UInt64: UInt32] = [:]
    var texts: [[UInt8]] = []
    let hasUnused = Bool.random(using: &random)
    for number in Set(numbers).sorted().shuffled(using: &random) {
      if hasUnused && number % 5 == 0 {
        dictionary.append("unused \(number)")
        texts.append([])
      }
      let text = text(number, isString: schema.columns[index].type == .string)
      entries[number] = dictionary.append(text.span)
      texts.append(text)
    }
    var indices: [UInt32] = []
    for (number, isPresent) in zip(numbers, present) {
      let entry = entries[number] ?? 0
      indices.append(isPresent ? entry : ParquetWriter.nullIndex)
      let text = isPresent ? texts[Int(entry)] : []
      for octet in 0..<4 { lengths[index].append(UInt8(truncatingIfNeeded: text.count >> (8 * octet))) }
      values[index].append(contentsOf: text)
    }
    if usesConstant {
      let text = texts[Int(indices[0])]
      return try writer.write(repeating: text.span)
    }
    try writer.write(indices: indices.span, dictionary: dictionary)
  }

  /// Returns a text unique to `number`; rarely one too long for statistics.
  private func text(_ number: UInt64, isString: Bool) -> [UInt8] {
    if number == 0 { return [] }
    if number == 3 { return Array(repeating: 0x7A, count: 5000) }
    if isString { return Array("\(number % 3 == 0 ? "größe " : "x")\(number)".utf8) }
    return (0..<(1 + number.trailingZeroBitCount % 3)).map { _ in 0xFF } + Array(String(number, radix: 2).utf8)
  }

  private mutating func presence(_ rowCount: Int, isOptional: Bool) -> [Bool] {
    guard isOptional else { return Array(repeating: true, count: rowCount) }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return Array(repeating: true, count: rowCount)
    case 1: return Array(repeating: false, count: rowCount)
    case 2: return (0..<rowCount).map { $0 / 300 % 2 == 0 }
    case 3: return (0..<rowCount).map { _ in Int.random(in: 0..<50, using: &random) > 0 }
    default: return (0..<rowCount).map { _ in Bool.random(using: &random) }
    }
  }

  private mutating func numbers(_ pattern: Pattern, _ count: Int) -> [UInt64] {
    let start = UInt64.random(in: 0...UInt64.max, using: &random)
    let few = (0..<Int.random(in: 2...300, using: &random)).map { _ in random.next() >> 40 }
    var last = start
    return (0..<count).map { row in
      switch pattern {
      case .constant: return start
      case .few: return few.randomElement(using: &random) ?? 0
      case .runs: if Int.random(in: 0..<40, using: &random) == 0 { last = random.next() % 1000 }
      case .wide: return random.next()
      case .unique: return start &+ UInt64(row) &* 0x9E37_79B9_7F4A_7C15
      case .rising: last &+= random.next() % 100
      case .lateUnique: return row < count / 2 ? UInt64(row % 17) : random.next()
      case .extremes: return [0, 1, .max, 1 << 63, 1 << 63 - 1, 1 << 31, 3].randomElement(using: &random) ?? 0
      }
      return last
    }
  }
}
