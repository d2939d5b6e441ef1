import Files
import Foundation
import Parquet
import TestSupport
import Testing

/// Row groups that are discarded must not affect others.
@Suite("Discarded row groups")
struct DiscardTests {
  private let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  /// Why a row group is discarded.
  enum Break: CaseIterable, Sendable {
    case nothingWritten, oneColumn, allColumns, refusedValue, refusedCall
  }

  private static let rows = 3000

  private static func schema() throws -> ParquetSchema {
    try ParquetSchema([
      ParquetColumn("a", .uint64, encoding: .plain), ParquetColumn("b", .string), ParquetColumn("c", .uint8),
    ])
  }

  /// Writes columns whose values identify the row group.
  private static func write(_ group: Int, columns: Int = 3, to writer: inout ParquetWriter) throws {
    try writer.beginRowGroup(rowCount: rows)
    let integers = (0..<rows).map { UInt64(group * 1_000_000 + $0 * 7919 % 65_521) }
    let indices = (0..<rows).map { UInt32($0 % 50) }
    let constants = Array(repeating: UInt32(group), count: rows)
    var texts = StringDictionary()
    for index in 0..<50 { texts.append("group \(group), text \(index)") }
    if columns > 0 { try writer.write(uint64: integers.span) }
    if columns > 1 { try writer.write(indices: indices.span, dictionary: texts) }
    if columns > 2 { try writer.write(uint32: constants.span) }
  }

  private static func abandon(_ how: Break, _ writer: inout ParquetWriter) throws {
    switch how {
    case .nothingWritten: try write(99, columns: 0, to: &writer)
    case .oneColumn: try write(99, columns: 1, to: &writer)
    case .allColumns: try write(99, to: &writer)
    case .refusedValue:
      try write(99, columns: 2, to: &writer)
      let large = (0..<rows).map { UInt32($0) }
      #expect(throws: ParquetError.misuse(.value(column: "c"))) { try writer.write(uint32: large.span) }
    case .refusedCall:
      try write(99, columns: 1, to: &writer)
      #expect(throws: ParquetError.misuse(.missingColumn("b"))) { try writer.endRowGroup() }
    }
  }

  /// Returns the octets of a file of `groups`, with discarded row groups before each and after the last if `breaks` is
  /// given.
  private func file(_ name: String, groups: Int, breaks: Break? = nil, writeSize: Int = 1 << 20) throws -> Data {
    var options = ParquetWriterOptions()
    options.writeSize = writeSize
    let path = scratch.file(name)
    var writer = try ParquetWriter(path: path, schema: Self.schema(), options: options)
    for group in 0..<groups {
      if let breaks {
        try Self.abandon(breaks, &writer)
        try writer.discardRowGroup()
      }
      try Self.write(group, to: &writer)
      try writer.endRowGroup()
      #expect(writer.rowCount == Int64((group + 1) * Self.rows))
    }
    if let breaks {
      try Self.abandon(breaks, &writer)
      try writer.discardRowGroup()
    }
    try writer.finish(metadata: [("key", "value")])
    #expect(throws: ParquetError.misuse(.finished)) { try writer.discardRowGroup() }
    let counted = writer.byteCount
    try writer.close()
    let octets = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(Int64(octets.count) == counted)
    return octets
  }

  @Test(
    "A file with row groups discarded between others is, octet by octet, the file without them",
    arguments: Break.allCases, [1 << 20, 1])
  func between(_ how: Break, writeSize: Int) throws {
    let plain = try file("plain", groups: 3)
    #expect(try file("discarded", groups: 3, breaks: how, writeSize: writeSize) == plain)
  }

  @Test("A file of discarded row groups only is an empty file", arguments: Break.allCases)
  func only(_ how: Break) throws {
    #expect(try file("discarded", groups: 0, breaks: how) == file("plain", groups: 0))
  }

  @Test("Discarding without an open row group takes nothing away")
  func nothingOpen() throws {
    let path = scratch.file("file.parquet")
    var writer = try ParquetWriter(path: path, schema: Self.schema())
    try writer.discardRowGroup()
    for group in 0..<2 {
      try Self.write(group, to: &writer)
      try writer.endRowGroup()
      try writer.discardRowGroup()
    }
    try writer.finish(metadata: [("key", "value")])
    try writer.close()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == file("plain", groups: 2))
  }

  @Test("Where a file size limit cuts a row group or a footer short, what was before can still be finished")
  func sizeLimit() async throws {
    // Limits inside the second row group and inside the footer after it, at all lengths.
    let folder = scratch.path
    await #expect(processExitsWith: .success) { [folder = folder as String] in
      signal(SIGXFSZ, SIG_IGN)
      exit(try DiscardTests.meetLimits(folder))
    }
  }

  /// Returns 0 on success. Runs in its own process, because the limit applies to the process.
  private static func meetLimits(_ folder: String) throws -> Int32 {
    let one = try limited("\(folder)/one", groups: 1, limit: nil).octets
    let two = try limited("\(folder)/two", groups: 2, limit: nil).octets
    let footer = try limited("\(folder)/none", groups: 0, limit: nil).octets.count
    var cuts = 0
    for limit in stride(from: one.count, to: two.count, by: 97) {
      let (octets, failures) = try limited("\(folder)/limit-\(limit)", groups: 2, limit: limit)
      guard failures == 1, octets == one || octets == two else { return 2 }
      cuts += octets == one ? 1 : 0
    }
    // Most limits are inside the second row group; those in the footer after it leave both.
    return cuts > 0 && footer > 0 ? 0 : 3
  }

  /// Writes a file with `limit` as the maximum file size in octets until the first failure, and finishes it without the
  /// limit.
  private static func limited(_ path: String, groups: Int, limit: Int?) throws -> (octets: Data, failures: Int) {
    var writer = try ParquetWriter(path: path, schema: schema())
    setLimit(limit)
    var failures = 0
    do {
      for group in 0..<groups {
        try write(group, to: &writer)
        try writer.endRowGroup()
      }
      try writer.finish(metadata: [("key", "value")])
    } catch {
      guard error as? ParquetError == .system(FileError(.write, path: path, code: EFBIG)) else { throw error }
      failures += 1
      try writer.discardRowGroup()
      setLimit(nil)
      try writer.finish(metadata: [("key", "value")])
    }
    setLimit(nil)
    try writer.close()
    return (try Data(contentsOf: URL(fileURLWithPath: path)), failures)
  }

  private static func setLimit(_ octets: Int?) {
    var limit = rlimit(rlim_cur: octets.map { rlim_t($0) } ?? rlim_t.max, rlim_max: rlim_t.max)
    if unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) != 0 { exit(9) }
  }
}
