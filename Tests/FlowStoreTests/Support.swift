import FlowModel
import FlowOutput
import FlowStore
import Foundation
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// `FLOWSTORE_TEST_SEED`, or a new one.
let seed = runSeed("FLOWSTORE_TEST_SEED")

/// The start of an hour: 2026-01-01T00:00:00Z, milliseconds since 1970 UTC.
let newYear: Int64 = 1_767_225_600_000

/// One exporter, domain 7, IPFIX; origin number 1.
let origins = [
  FlowOrigin(exporter: .unspecified, domain: 0, version: 0),
  FlowOrigin(exporter: IPAddress(v4: 0xc633_6401), domain: 7, version: 10),
]

/// Returns plain records with distinct values that hardly compress.
func records(_ count: Int, _ random: inout SeededGenerator) -> [FlowRecord] {
  (0..<count).map { _ in
    var record = FlowRecord()
    record.origin = 1
    record.samplingRate = 1
    record.source = IPAddress(v4: UInt32.random(in: 0...UInt32.max, using: &random))
    record.destination = IPAddress(v4: UInt32.random(in: 0...UInt32.max, using: &random))
    record.octets = random.next()
    record.packets = random.next()
    record.start = newYear
    record.end = newYear + 1
    return record
  }
}

extension FlowBatch {
  init(_ records: [FlowRecord]) {
    self.init()
    self.records = records
  }
}

extension FlowStoreWriter {
  /// Appends `count` plain records at `time`.
  mutating func append(_ count: Int, at time: Int64, _ random: inout SeededGenerator) {
    append(FlowBatch(records(count, &random)), at: time, origins: origins)
  }

  /// Expects every received row to be committed, lost or held.
  func expectBalance(_ sourceLocation: SourceLocation = #_sourceLocation) {
    let (counters, held) = (counters, rowsHeld)
    #expect(
      counters.received == counters.committed + counters.lost + held, "\(counters), held: \(held)",
      sourceLocation: sourceLocation)
  }
}

/// The contents of a folder.
struct Listing: Equatable {
  /// Paths of the committed files, sorted.
  var files: [String] = []
  /// Paths of everything else except folders.
  var others: [String] = []
  var folders: [String] = []

  init(_ path: String) {
    guard let walker = FileManager.default.enumerator(atPath: path) else { return }
    for case let name as String in walker {
      if walker.fileAttributes?[.type] as? FileAttributeType == .typeDirectory {
        folders.append(name)
      } else if name.hasSuffix(".parquet"), !name.contains("/.") {
        files.append(name)
      } else {
        others.append(name)
      }
    }
    files.sort()
    others.sort()
    folders.sort()
  }
}

/// The Python that reads files back, with pyarrow and duckdb: set by `SAGFLOW_PYTHON`.
enum Python {
  static let tool: Tool? = {
    guard let tool = Tool.python, (try? tool.runBriefly(["-c", "import pyarrow, duckdb, pytz"])) != nil else {
      return nil
    }
    return tool
  }()

  /// Runs `verify.py` with these arguments and returns its output.
  static func verify(_ arguments: [String]) async throws -> String {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("verify.py").path
    guard let tool else { return "no Python" }
    return try await tool.run([script] + arguments)
  }

  /// Returns the rows of all committed files under a folder, as counted by DuckDB when it reads every value; 0 if there
  /// are none.
  static func rowCount(_ folder: String) async throws -> Int? {
    try await Int(verify(["count", folder]).trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
