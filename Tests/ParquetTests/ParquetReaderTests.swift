import Foundation
import Parquet
import TestSupport
import Testing

/// A column value: octets of byte arrays, 64 bits of integers, or null.
private enum Cell: Equatable {
  case integer(UInt64)
  case octets([UInt8])
  case null
}

@Suite("What we write, we read", .tags(.slow), .unlessFast, RandomFiles())
struct ParquetReaderTests {
  private struct Manifest: Decodable {
    struct Column: Decodable {
      var name: String
      var type: String
    }

    var rowGroups: [Int]
    var columns: [Column]
    var metadata: [String: String]
  }

  private struct Expected {
    var manifest: Manifest
    var columns: [[Cell]]
    let path: String

    init(_ folder: URL) throws {
      path = folder.appendingPathComponent("file.parquet").path
      manifest = try JSONDecoder().decode(
        Manifest.self, from: Data(contentsOf: folder.appendingPathComponent("manifest.json")))
      columns = try manifest.columns.indices.map { index in
        func octets(_ kind: String) throws -> [UInt8] {
          Array(try Data(contentsOf: folder.appendingPathComponent("\(index).\(kind)")))
        }
        let (values, lengths, nulls) = (try octets("values"), try octets("lengths"), try octets("nulls"))
        var next = 0
        return nulls.indices.map { row in
          let length =
            lengths.isEmpty ? 8 : (0..<4).reduce(0) { $0 | Int(lengths[row * 4 + $1]) << (8 * $1) }
          let cell = Array(values[next..<(next + length)])
          next += length
          if nulls[row] == 1 { return .null }
          return lengths.isEmpty ? .integer(cell.reversed().reduce(0) { $0 << 8 | UInt64($1) }) : .octets(cell)
        }
      }
    }
  }

  private static func expected() throws -> [Expected] {
    let folder = try #require(RandomFiles.folder)
    return try RandomFile.shapes.map { try Expected(folder.appendingPathComponent($0.description)) }
  }

  /// Returns all values of a column. A null integer reads as 0, the same as a number that was not sent.
  private static func cells(
    _ column: Int, isText: Bool, of reader: inout ParquetReader, needed: [UInt8]? = nil
  ) throws(ParquetReadError) -> [Cell] {
    var cells: [Cell] = []
    for group in 0..<reader.rowGroupCount {
      let rowCount = reader.rowCount(group)
      let rows = needed.map { Array($0[cells.count..<(cells.count + rowCount)]) }
      if isText {
        let values = try reader.strings(column, rowGroup: group, rows: rows)
        for row in 0..<rowCount {
          cells.append(values.entry(row).map { .octets(Array(values.octets[values.range($0)])) } ?? .null)
        }
      } else {
        let values = try reader.integers(column, rowGroup: group, rows: rows)
        for row in 0..<rowCount { cells.append(.integer(values[row])) }
      }
    }
    return cells
  }

  @Test("every value, null, row group and pair of metadata comes back")
  func everything() throws {
    for expected in try Self.expected() {
      var reader = try ParquetReader(expected.path)
      #expect(reader.metadata == expected.manifest.metadata)
      #expect(reader.columnNames == expected.manifest.columns.map(\.name))
      #expect((0..<reader.rowGroupCount).map { reader.rowCount($0) } == expected.manifest.rowGroups)
      for (index, column) in expected.manifest.columns.enumerated() {
        let isText = column.type == "string" || column.type == "bytes"
        let wanted = isText ? expected.columns[index] : expected.columns[index].map { $0 == .null ? .integer(0) : $0 }
        let found = try Self.cells(index, isText: isText, of: &reader)
        #expect(found == wanted, "seed \(seed), \(expected.path), \(column.name)")
      }
    }
  }

  @Test("rows that are needed have their values, however few they are")
  func neededRows() throws {
    var random = SeededGenerator(seed: seed)
    for expected in try Self.expected() {
      var reader = try ParquetReader(expected.path)
      let count = expected.manifest.rowGroups.reduce(0, +)
      // Ranges of rows, so that whole pages are skipped.
      var needed = [UInt8](repeating: 0, count: count)
      for _ in 0..<random.below(4) where count > 0 {
        let start = random.below(count)
        for row in start..<min(count, start + 1 + random.below(max(1, count / 8))) { needed[row] = 1 }
      }
      for (index, column) in expected.manifest.columns.enumerated() {
        let isText = column.type == "string" || column.type == "bytes"
        let found = try Self.cells(index, isText: isText, of: &reader, needed: needed)
        for row in 0..<count where needed[row] == 1 {
          let cell = expected.columns[index][row]
          let wanted = isText || cell != .null ? cell : .integer(0)
          try #require(found[row] == wanted, "seed \(seed), \(expected.path), \(column.name), row \(row)")
        }
      }
    }
  }

  @Test("bounds hold every value")
  func bounds() throws {
    for expected in try Self.expected() {
      var reader = try ParquetReader(expected.path)
      for (index, column) in expected.manifest.columns.enumerated()
      where column.type != "string" && column.type != "bytes" {
        for group in 0..<reader.rowGroupCount {
          guard let bounds = reader.bounds(index, rowGroup: group) else { continue }
          let values = try reader.integers(index, rowGroup: group)
          let start = expected.manifest.rowGroups[..<group].reduce(0, +)
          for row in 0..<reader.rowCount(group) where expected.columns[index][start + row] != .null {
            #expect(bounds.contains(Int64(bitPattern: values[row])), "seed \(seed), \(column.name), row \(row)")
          }
        }
      }
    }
  }

  @Test("a file with other octets ends in an error or in the right values")
  func mutations() throws {
    let seed = runSeed("PARQUET_MUTATION_SEED")
    var random = SeededGenerator(seed: seed)
    let all = try Self.expected().filter { (1..<5000).contains($0.manifest.rowGroups.reduce(0, +)) }
    let folder = try TemporaryFolder()
    for round in 0..<300 {
      let expected = all[random.below(all.count)]
      var octets = Array(try Data(contentsOf: URL(fileURLWithPath: expected.path)))
      let footer = octets.count - 8 - (0..<4).reduce(0) { $0 | Int(octets[octets.count - 8 + $1]) << (8 * $1) }
      // Pages have checksums. The footer has none: there only impossible values can be detected.
      let isInPages = random.below(2) == 0
      for _ in 0...random.below(4) {
        let place = isInPages ? random.below(footer) : footer + random.below(octets.count - footer)
        octets[place] =
          random.below(2) == 0 ? UInt8(truncatingIfNeeded: random.next()) : octets[place] ^ 1 << random.below(8)
      }
      if random.below(8) == 0 { octets.removeLast(random.below(octets.count)) }
      let path = try folder.write(octets, as: "mutated.parquet")
      do {
        var reader = try ParquetReader(path)
        for (index, column) in expected.manifest.columns.enumerated() {
          guard let number = reader.column(column.name) else { continue }
          let isText = column.type == "string" || column.type == "bytes"
          guard let found = try? Self.cells(number, isText: isText, of: &reader), isInPages else { continue }
          let wanted = isText ? expected.columns[index] : expected.columns[index].map { $0 == .null ? .integer(0) : $0 }
          #expect(found == wanted, "seed \(seed), round \(round), \(column.name)")
        }
      } catch {
        #expect(error.description.contains(path), "\(error)")
      }
    }
  }

  @Test("what is no Parquet file is told so")
  func foreign() throws {
    let folder = try TemporaryFolder()
    for (text, words) in [
      ("", "not a Parquet file"), ("PAR1", "not a Parquet file"), ("PAR1PAR1", "not a Parquet file"),
      ("no flows here, only text", "not a Parquet file"), ("PAR1\u{4}\0\0\0PAR1", "longer than itself"),
      ("PAR1\0\0\0\0\u{4}\0\0\0PAR1", "no columns"),
    ] {
      let path = try folder.write(Array(text.utf8), as: "x.parquet")
      do {
        let reader = try ParquetReader(path)
        Issue.record("\(text) was read: \(reader.rowCount)")
      } catch {
        #expect(error.description.contains(words), "\(error)")
      }
    }
    do {
      let reader = try ParquetReader(folder.path + "/none")
      Issue.record("read: \(reader.rowCount)")
    } catch {
      #expect(error.isMissing)
    }
  }

  @Test(
    "files of other writers are read, or what is not supported is named", .tags(.engine), .unlessFast,
    .enabled(if: Readers.has("pyarrow")),
    arguments: [
      ("version='1.0'", true), ("version='2.6', data_page_version='2.0', compression='zstd'", true),
      ("compression='none', use_dictionary=False", true), ("compression='zstd', data_page_size=1000", true),
      ("compression='zstd', use_dictionary=False, column_encoding={'n': 'DELTA_BINARY_PACKED', 's': 'PLAIN'}", true),
      ("compression='snappy'", true), ("compression='snappy', data_page_version='2.0', data_page_size=1000", true),
      ("compression='none', use_dictionary=False, column_encoding={'s': 'DELTA_BYTE_ARRAY'}", true),
      ("compression='snappy', use_dictionary=False, column_encoding={'s': 'DELTA_LENGTH_BYTE_ARRAY'}", true),
      ("compression='gzip'", false), ("compression='brotli'", false),
      ("compression='none', use_dictionary=False, column_encoding={'n': 'BYTE_STREAM_SPLIT'}", false),
    ])
  func others(options: String, isSupported: Bool) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/other.parquet"
    let python = try #require(Tool.python)
    let plain = options.contains("compression") ? options : options + ", compression='none'"
    _ = try await python.run([
      "-c",
      """
      import pyarrow as pa, pyarrow.parquet as pq
      n = [(i * 7919) % 1000 - 300 for i in range(3000)]
      s = [None if i % 7 == 0 else f'text {i % 50}' for i in range(3000)]
      pq.write_table(pa.table({'n': pa.array(n, pa.int64()), 's': s, 'nested': [[1]] * 3000}), '\(path)', \(plain), row_group_size=1700)
      """,
    ])
    var reader = try ParquetReader(path)
    let (numbers, texts) = (reader.column("n") ?? -1, reader.column("s") ?? -1)
    let wantedNumbers: [Cell] = (0..<3000).map { row in
      let number = Int64(row * 7919 % 1000 - 300)
      return .integer(UInt64(bitPattern: number))
    }
    let wantedTexts: [Cell] = (0..<3000).map { row in
      row % 7 == 0 ? .null : .octets(Array("text \(row % 50)".utf8))
    }
    do {
      let found = try Self.cells(numbers, isText: false, of: &reader)
      let foundTexts = try Self.cells(texts, isText: true, of: &reader)
      #expect(isSupported)
      #expect(found == wantedNumbers)
      #expect(foundTexts == wantedTexts)
    } catch {
      #expect(!isSupported, "\(error)")
      #expect(error.description.contains("is not supported"), "\(error)")
    }
    // The third column is nested, and therefore has no index among the readable columns.
    let nested = reader.columnNames.count - 1
    do {
      _ = try reader.integers(nested, rowGroup: 0)
      Issue.record("a nested column was read")
    } catch {
      #expect(error.description.contains("not supported"))
    }
  }
}
