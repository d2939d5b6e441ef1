import Foundation
import Shipping
import TestSupport
import Testing

import ClickHouse

/// The Python environment installed by `make test-engines`, which no other target needs.
let enginesPython = ProcessInfo.processInfo.environment["ENGINES_PYTHON"].flatMap { Tool($0) }

/// A server: ClickHouse's engine behind HTTP, with data on disk that survives a kill.
final class EngineServer {
  private let folder: TemporaryFolder
  private var process: ChildProcess
  let port: UInt16
  var environment: [String: String]

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  init(environment: [String: String] = [:]) async throws {
    folder = try TemporaryFolder()
    port = try LoopbackSocket.freePort()
    self.environment = environment
    process = try Self.start(folder, port, environment)
    try await wait()
  }

  private static func start(
    _ folder: TemporaryFolder, _ port: UInt16, _ environment: [String: String]
  ) throws -> ChildProcess {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("clickhouse.py")
      .path
    return try ChildProcess(
      try #require(enginesPython).path, [script, folder.path, String(port)],
      environment: ["PATH": "/usr/bin:/bin", "TZ": "UTC", "HOME": folder.path].merging(environment) { $1 },
      output: folder.file("stdout"), errors: folder.file("stderr"))
  }

  /// Waits until the server responds: up to two minutes, for a busy machine.
  private func wait() async throws {
    for _ in 0..<2400 {
      if let answer = try? await HTTPAnswer.get("/tokens", from: port), answer.status == 200 { return }
      guard process.isRunning else { break }
      try await Task.sleep(for: .milliseconds(50))
    }
    let errors = (try? String(contentsOfFile: folder.file("stderr"), encoding: .utf8)) ?? ""
    throw Failure(description: "the engine does not answer: \(errors)")
  }

  var isRunning: Bool { process.isRunning }

  /// Kills the server if it runs, and restarts it with the same data.
  func restart() async throws {
    process.signal(SIGKILL)
    await process.end()
    process = try Self.start(folder, port, environment)
    try await wait()
  }

  /// Sets the fault for the next insert, as defined in clickhouse.py.
  func fault(_ what: String) async throws {
    #expect(try await HTTPAnswer.get("/fault?what=\(what)", from: port).status == 200)
  }

  /// Runs a statement and returns the response.
  @discardableResult
  func run(_ statement: String) async throws -> String {
    let answer = try await HTTPAnswer.get(
      "/", from: port, method: "POST",
      headers: ["X-ClickHouse-User: default", "Content-Length: \(statement.utf8.count)"], body: statement)
    guard answer.status == 200 else { throw Failure(description: "\(answer.body): \(statement)") }
    return answer.body.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func run(_ statements: [String]) async throws {
    for statement in statements { try await run(statement) }
  }

  var options: ClickHouseOptions {
    var options = ClickHouseOptions()
    options.urls = ["http://127.0.0.1:\(port)"]
    return options
  }

  /// Returns rows, octets and packets of the table and of each rollup; rollups have no meaningful row count.
  func sums(_ schema: ClickHouseSchema) async throws -> [String] {
    var sums: [String] = []
    for table in schema.tables {
      sums.append(try await run("SELECT sum(flows), sum(bytes), sum(packets) FROM \(schema.qualified(table.name))"))
    }
    return sums
  }

  /// Returns the same for files: the expected content of the table.
  func sums(files: String) async throws -> String {
    try await run("SELECT sum(flows), sum(bytes), sum(packets) FROM file(\(SQLText.literal(files)), Parquet)")
  }
}

/// A store written by `sagflow replay` from captures of real exporters.
final class ReplayedStore {
  let folder: TemporaryFolder
  let files: [CommittedFile]

  init() async throws {
    folder = try TemporaryFolder()
    let test = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let program = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("sagflow").path
    let captures = Fixtures.realCaptures.map { Fixtures.path("real/\($0).pcap") }
    let outcome = try await #require(Tool(program)).outcome(["replay"] + captures + ["-o", folder.path])
    try #require(outcome.status == 0, "\(outcome.errors)")
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    let root = folder.path
    files = try names.filter { $0.hasSuffix(".parquet") }.sorted().map { name in
      let size = try FileManager.default.attributesOfItem(atPath: "\(root)/\(name)")[.size] as? Int
      return CommittedFile(name: name, path: "\(root)/\(name)", octets: UInt64(size ?? 0))
    }
    try #require(files.count > 1)
  }

  var pattern: String { folder.file("**/*.parquet") }
}
