import Foundation
import Synchronization
import TestSupport
import Testing

/// A row of the store: each column's value as text, without nulls, times in milliseconds since 1970 UTC.
struct StoredRow: Hashable, Codable, CustomStringConvertible {
  let values: [String: String]

  init(from decoder: any Decoder) throws {
    values = try decoder.singleValueContainer().decode([String: String].self)
  }

  subscript(_ column: String) -> String { values[column] ?? "" }

  func number(_ column: String) -> Int { values[column].flatMap { Int($0) } ?? -1 }

  /// Returns the values of some columns, separated by commas.
  func text(_ columns: String...) -> String { columns.map { self[$0] }.joined(separator: ",") }

  /// Path of the file relative to the store.
  var file: String { self["file"] }

  /// All columns except the file and names; rows have names only as far as known when written.
  var flow: [String: String] { values.filter { $0.key != "file" && !$0.key.hasSuffix("_name") } }

  var description: String { "\(values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })" }
}

/// Readers of the store in other programs.
enum StoreReader: String, CaseIterable {
  case duckdb, pyarrow

  /// The interpreter that has them.
  static let python = Tool.python

  /// Whether both are available.
  static let areInstalled: Bool = {
    guard let python else { return false }
    return (try? python.runBriefly(["-c", "import duckdb, pyarrow.parquet, pytz"])) != nil
  }()

  /// Returns all rows below a folder, file by file, in stored order.
  func rows(_ folder: String) async throws -> [StoredRow] {
    try await StoreReaderProcess.shared.rows(folder, self)
  }
}

/// One interpreter for all tests, because starting it takes longer than reading.
private final class StoreReaderProcess: @unchecked Sendable {
  // Sound: everything is accessed only on `queue`.
  static let shared = StoreReaderProcess()

  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let queue = DispatchQueue(label: "store reader")
  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()

  func rows(_ folder: String, _ reader: StoreReader) async throws -> [StoredRow] {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try self.ask(folder, reader) }) }
    }
  }

  private func ask(_ folder: String, _ reader: StoreReader) throws -> [StoredRow] {
    if !process.isRunning { try start() }
    let request = try JSONEncoder().encode(["reader": reader.rawValue, "folder": folder])
    try requests.fileHandleForWriting.write(contentsOf: request + Data("\n".utf8))
    let answer = try readLine()
    do {
      return try JSONDecoder().decode([StoredRow].self, from: answer)
    } catch {
      throw Failure(description: "\(reader): \(String(decoding: answer, as: UTF8.self))")
    }
  }

  private func start() throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("rows.py")
    process.executableURL = URL(fileURLWithPath: StoreReader.python?.path ?? "")
    process.arguments = [script.path]
    // Avoids a folder of compiled modules among the sources.
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
    process.standardInput = requests
    process.standardOutput = answers
    try process.run()
  }

  /// A response is one line, and the next follows only after a request.
  private func readLine() throws -> Data {
    var line = Data()
    while line.last != UInt8(ascii: "\n") {
      let more = answers.fileHandleForReading.availableData
      if more.isEmpty { throw Failure(description: "the reader ended; it needs duckdb, pytz and pyarrow") }
      line += more
    }
    return line
  }
}
