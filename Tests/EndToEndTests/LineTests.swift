import Foundation
import TestSupport
import Testing

@Suite("Lines of a running collector, beside its store", .tags(.network, .slow), .unlessFast, .serialized)
struct LineTests {
  private struct Status: Decodable {
    struct Output: Decodable {
      var name: String
      var writtenRows: Int
      var lostRows: Int
      var heldRows: Int
      var failingSince: String?
      var failure: String?
    }

    var lineOutputs: [Output]
  }

  private static func configuration(_ outputs: String...) -> String {
    "aggregation: {enabled: false}\noutputs:\n" + outputs.map { "  - \($0)\n" }.joined()
  }

  /// Returns the outputs of a collector with written and lost rows, by name.
  private static func outputs(_ http: UInt16) async throws -> [String: Status.Output] {
    let body = try await HTTPAnswer.get("/api/v1/status", from: http).body
    let outputs = try JSONDecoder().decode(Status.self, from: Data(body.utf8)).lineOutputs
    return Dictionary(outputs.map { ($0.name, $0) }) { $1 }
  }

  /// Returns source ports of JSON rows.
  private static func ports(_ text: String) throws -> [Int] {
    try text.split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["src_port"] as? Int ?? -1
    }
  }

  private static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test("a file of JSON and one of CSV have every row of the store, soon, and are opened anew on SIGHUP")
  func files() async throws {
    let folder = try TemporaryFolder()
    let (json, csv, old) = (folder.file("rows.json"), folder.file("rows.csv"), folder.file("rows.json.1"))
    let collector = try await RunningCollector(
      configuration: Self.configuration(
        "{name: rows, type: jsonl, path: \(json)}", "{name: table, type: csv, path: \(csv), names: nfdump}"))
    let http = try await collector.httpPort()
    try NumberedFlows.send(0..<100, to: collector.port)
    // Long before the store's file exists.
    try await eventually("lines of the first flows") {
      try await Self.outputs(http).values.allSatisfy { $0.writtenRows == 100 }
    }
    try FileManager.default.moveItem(atPath: json, toPath: old)
    collector.program.signal(SIGHUP)
    try await collector.program.says("configuration reloaded")
    try NumberedFlows.send(100..<250, to: collector.port)
    try await collector.counts(250, "datagrams", "received")
    let metrics = try await HTTPAnswer.get("/metrics", from: http).body
    #expect(metrics.contains("sagflow_output_lost_rows_total{output=\"rows\"} 0\n"))
    let status = try await Sagflow.run(["status", "--http", "127.0.0.1:\(http)"])
    #expect(status.output.contains(#/(?m)^rows +jsonl +ok +\d+ .*rows\.json$/#), "\(status)")
    let ledger = try await collector.stop()
    #expect(ledger["rows committed"] == 250)
    #expect(try await Sagflow.rowCount(collector.store) == 250)
    #expect(try Self.ports(Self.text(old)).sorted() == Array(1000..<1100))
    #expect(try Self.ports(Self.text(json)).sorted() == Array(1100..<1250))
    let lines = try Self.text(csv).split(separator: "\n")
    #expect(lines.count == 251 && lines.first?.hasPrefix("firstSeen,") == true)
  }

  @Test("standard output has rows and nothing else")
  func standardOutput() async throws {
    let collector = try await RunningCollector(
      configuration: Self.configuration("{name: out, type: jsonl, path: \"-\"}"))
    try NumberedFlows.send(0..<50, to: collector.port)
    try await collector.counts(50, "datagrams", "received")
    collector.program.signal(SIGTERM)
    let outcome = try await collector.program.end()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try Self.ports(outcome.output).sorted() == Array(1000..<1050))
    #expect(try PrintedLedger(outcome.errors)["rows committed"] == 50)
  }

  @Test(
    "a pipe that nobody reads holds up neither the store nor another output, nor the end; what it does not take is counted"
  )
  func unread() async throws {
    let folder = try TemporaryFolder()
    let (pipe, json) = (folder.file("pipe"), folder.file("rows.json"))
    let made = unsafe mkfifo(pipe, 0o600)
    try #require(made == 0)
    let count = 300
    let collector = try await RunningCollector(
      configuration: Self.configuration(
        "{name: stuck, type: jsonl, path: \(pipe)}", "{name: rows, type: jsonl, path: \(json)}"))
    let http = try await collector.httpPort()
    try NumberedFlows.send(0..<count, to: collector.port)
    try await eventually("the other one has all rows") {
      try await Self.outputs(http)["rows"]?.writtenRows == count
    }
    // A pipe holds less than that: 64 KiB.
    let stuck = try #require(try await Self.outputs(http)["stuck"])
    #expect(stuck.writtenRows < count && stuck.writtenRows + stuck.heldRows + stuck.lostRows == count)
    let ledger = try await collector.stop()
    #expect(ledger["rows committed"] == count)
    #expect(collector.program.errors.contains("output stuck: \(pipe) accepts no more"), "\(collector.program.errors)")
    #expect(try Self.ports(Self.text(json)).sorted() == Array(1000..<(1000 + count)))
  }

  @Test("a directory that is missing is reported until it is there; other outputs of lines wait for the next start")
  func failing() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("later/rows.json")
    let collector = try await RunningCollector(
      configuration: Self.configuration("{name: rows, type: jsonl, path: \(path)}"))
    let http = try await collector.httpPort()
    try NumberedFlows.send(0..<10, to: collector.port)
    try await eventually("rows are held, and it is said why") {
      let output = try await Self.outputs(http)["rows"]
      return output?.heldRows == 10 && output?.failingSince != nil && output?.failure?.contains(path) == true
    }
    let list = try await Sagflow.run(
      ["output", "list", "-c", collector.configurationFile],
      environment: ["SAGFLOW_HTTP_LISTEN": "127.0.0.1:\(http)", "SAGFLOW_STORE_PATH": collector.store])
    #expect(list.output.contains(#/(?m)^rows +jsonl +FAILING /#), "\(list)")
    try FileManager.default.createDirectory(atPath: folder.file("later"), withIntermediateDirectories: false)
    let more = Self.configuration(
      "{name: rows, type: jsonl, path: \(path)}", "{name: new, type: csv, path: \(folder.file("new.csv"))}")
    try more.write(toFile: collector.configurationFile, atomically: true, encoding: .utf8)
    collector.program.signal(SIGHUP)
    let line = try await collector.program.says("outputs stays ")
    #expect(line.contains("; restart to apply ") && line.contains("new.csv"))
    try NumberedFlows.send(10..<20, to: collector.port)
    try await eventually("all are written") { try await Self.outputs(http)["rows"]?.writtenRows == 20 }
    #expect(try await Self.outputs(http).keys.sorted() == ["rows"])
    _ = try await collector.stop()
    #expect(try Self.ports(Self.text(path)).sorted() == Array(1000..<1020))
    #expect(!FileManager.default.fileExists(atPath: folder.file("new.csv")))
  }
}
