import Foundation
import TestSupport

/// Parquet readers of other programs, run by `verify.py`.
enum Readers {
  /// The installed Python modules; empty without Python.
  static let available: Set<String> = {
    let names = ["pyarrow", "duckdb", "polars", "fastparquet"]
    let script = "import importlib.util as u; print(*[n for n in \(names) if u.find_spec(n)])"
    guard let output = try? Tool.python?.runBriefly(["-c", script]) else { return [] }
    return Set(output.split(whereSeparator: \.isWhitespace).map(String.init))
  }()

  /// `verify.py` needs pyarrow for the comparison, whatever reader it tests.
  static func has(_ name: String) -> Bool {
    available.contains("pyarrow") && available.contains(name)
  }

  /// Reads every file under `folder` with `reader`, and compares it with its expected contents.
  static func verify(_ folder: URL, with reader: String) async throws -> (status: Int32, output: String) {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("verify.py")
    return try await python([script.path, reader, folder.path])
  }

  private static func python(_ arguments: [String]) async throws -> (status: Int32, output: String) {
    guard let outcome = try await Tool.python?.outcome(arguments) else { return (-1, "no Python") }
    return (outcome.status, outcome.output + outcome.errors)
  }
}
