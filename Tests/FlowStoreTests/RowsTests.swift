import FlowModel
import FlowOutput
import FlowStore
import Foundation
import NetFlow
import NetworkBytes
import TestSupport
import Testing

@Suite("Rows written are rows read", .tags(.engine), .unlessFast)
struct RowsTests {
  private struct Shape: Sendable {
    let testDescription: String
    let rows: Int
    let rowGroupRows: Int
    /// Fraction of records with an extension.
    let rare: Double
    /// Fraction of record words that are constant.
    var stillness = 0.0
  }

  private static let shapes = [
    Shape(testDescription: "one row", rows: 1, rowGroupRows: 1000, rare: 0),
    Shape(testDescription: "one row with rare fields", rows: 1, rowGroupRows: 1000, rare: 1),
    Shape(testDescription: "groups without rare fields", rows: 3500, rowGroupRows: 1000, rare: 0),
    Shape(testDescription: "groups of which some have rare fields", rows: 1500, rowGroupRows: 100, rare: 0.005),
    Shape(testDescription: "groups full of rare fields", rows: 3000, rowGroupRows: 1024, rare: 0.9),
    Shape(testDescription: "one group that ends with the batch", rows: 2048, rowGroupRows: 2048, rare: 0.3),
    Shape(
      testDescription: "groups whose rows share half of their fields", rows: 900, rowGroupRows: 300, rare: 0,
      stillness: 0.5),
    Shape(
      testDescription: "groups whose rows share all fields", rows: 700, rowGroupRows: 300, rare: 0.01, stillness: 1),
  ]

  private struct Manifest: Encodable {
    let file: String
    let createdBy: String
    let metadata: [String: String]
    let rowGroups: [Int]
    let rows: [RandomFlows.Row]
  }

  @Test(
    "pyarrow and DuckDB read what was written, column by column, sorted, with the right types, statistics and metadata",
    .enabled(if: Python.tool != nil, "SAGFLOW_PYTHON names no Python with pyarrow, duckdb and pytz"))
  func readers() async throws {
    let folder = try TemporaryFolder()
    for (number, shape) in Self.shapes.enumerated() {
      let manifest = try write(shape, to: "\(folder.path)/store-\(number)", seed &+ UInt64(number))
      let path = "\(folder.path)/\(shape.testDescription).json"
      try JSONEncoder().encode(manifest).write(to: URL(fileURLWithPath: path))
    }
    let problems = try await Python.verify(["rows"] + Self.shapes.map { "\(folder.path)/\($0.testDescription).json" })
    #expect(problems == "", "FLOWSTORE_TEST_SEED=\(seed)")
  }

  private func write(_ shape: Shape, to path: String, _ seed: UInt64) throws -> Manifest {
    var options = FlowStoreOptions(path: path, host: "collector-1")
    options.worker = 3
    options.rowGroupRows = shape.rowGroupRows
    options.createdBy = "sagflow version 1.2.3 (build abc)"
    options.metadata = [("sagflow.aggregation", "on")]
    var writer = try FlowStoreWriter(options)
    var flows = RandomFlows(seed: seed, stillness: shape.stillness)
    var random = SeededGenerator(seed: seed)
    while flows.rows.count < shape.rows {
      let count = min(Int.random(in: 1...700, using: &random), shape.rows - flows.rows.count)
      writer.append(flows.batch(count, rare: shape.rare), at: newYear, origins: flows.origins, names: flows.names)
    }
    writer.commit()
    #expect(writer.failure == nil)
    #expect(writer.counters.committed == UInt64(shape.rows))
    let files = Listing(path).files
    try #require(files.count == 1)
    let whole = shape.rows / shape.rowGroupRows
    let rest = shape.rows % shape.rowGroupRows
    return Manifest(
      file: "\(path)/\(files[0])", createdBy: options.createdBy,
      metadata: [
        "sagflow.schema_version": "1", "sagflow.host": "collector-1", "sagflow.worker": "3",
        "sagflow.lost_by_sequence": "0", "sagflow.aggregation": "on",
      ],
      rowGroups: Array(repeating: shape.rowGroupRows, count: whole) + (rest > 0 ? [rest] : []), rows: flows.rows)
  }

  @Test(
    "Times that engines cannot hold are stored as the nearest that they can",
    .enabled(if: Python.tool != nil, "SAGFLOW_PYTHON names no Python with pyarrow, duckdb and pytz"))
  func extremeTimes() async throws {
    let folder = try TemporaryFolder()
    var writer = try FlowStoreWriter(FlowStoreOptions(path: folder.path, host: "h"))
    var record = FlowRecord()
    record.start = .min
    record.end = .max
    writer.append(FlowBatch([record]), at: newYear, origins: origins)
    writer.commit()
    let script = """
      import duckdb, sys
      file = sys.argv[1] + "/**/*.parquet"
      times = duckdb.sql(f"select epoch_ms(time_start), epoch_ms(time_end) from '{file}'").fetchall()
      metadata = duckdb.sql(f"select value from parquet_kv_metadata('{file}') where decode(key) like 'sagflow.time%'").fetchall()
      print(times, sorted(metadata))
      """
    #expect(
      try await Python.tool?.run(["-c", script, folder.path])
        == "[(-62135596800000, 253402300799999)] [(b'-62135596800000',), (b'253402300799999',)]\n")
  }

  @Test(
    "Each file tells what was lost since the file before, and the settings in force when it was committed",
    .enabled(if: Python.tool != nil, "SAGFLOW_PYTHON names no Python with pyarrow, duckdb and pytz"))
  func changingMetadata() async throws {
    let folder = try TemporaryFolder()
    var writer = try FlowStoreWriter(FlowStoreOptions(path: folder.path, host: "h"))
    // Cumulative loss after each window; late data arrives in the third.
    for (window, lost) in [UInt64(5), 12, 11, 20].enumerated() {
      writer.append(FlowBatch([FlowRecord()]), at: newYear + Int64(window) * 300_000, origins: origins)
      writer.lostBySequence = lost
      writer.metadata = [("sagflow.active_timeout_s", String(window))]
    }
    writer.commit()
    let script = """
      import pathlib, sys, pyarrow.parquet as pq
      for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.parquet")):
          metadata = pq.ParquetFile(path).metadata.metadata
          print(metadata[b"sagflow.lost_by_sequence"].decode(), metadata[b"sagflow.active_timeout_s"].decode())
      """
    #expect(try await Python.tool?.run(["-c", script, folder.path]) == "5 0\n7 1\n0 2\n9 3\n")
  }

  @Test("Long extra texts end a row group before it has its rows, and none is lost")
  func longExtras() async throws {
    let folder = try TemporaryFolder()
    var options = FlowStoreOptions(path: folder.path, host: "h")
    options.rowGroupExtraOctets = 10_000
    var writer = try FlowStoreWriter(options)
    var batch = FlowBatch(Array(repeating: FlowRecord(), count: 100))
    for index in 0..<100 {
      var fields = FlowExtension()
      fields.extra = "{\"\(String(repeating: "y", count: 995))\":\(index)}"
      batch.extensions.append(fields)
      batch.records[index].extensionNumber = UInt32(index + 1)
    }
    writer.append(batch, at: newYear, origins: origins)
    writer.expectBalance()
    writer.commit()
    #expect(writer.counters.committed == 100)
    guard Python.tool != nil else { return }
    #expect(try await Python.rowCount(folder.path) == 100)
    let script = """
      import pathlib, sys, pyarrow.parquet as pq
      for path in pathlib.Path(sys.argv[1]).rglob("*.parquet"):
          footer = pq.ParquetFile(path).metadata
          print([footer.row_group(number).num_rows for number in range(footer.num_row_groups)])
      """
    #expect(try await Python.tool?.run(["-c", script, folder.path]) == "[10, 10, 10, 10, 10, 10, 10, 10, 10, 10]\n")
  }
}
