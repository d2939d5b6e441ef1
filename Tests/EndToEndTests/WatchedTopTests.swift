import Foundation
import TestSupport
import Testing

@Suite("top --watch: tables that are shown again and again", .tags(.slow, .network), .unlessFast, .serialized)
struct WatchedTopTests {
  private struct Look: Decodable {
    struct Sums: Decodable { var flows, packets, bytes, pps, bps: UInt64 }
    struct Row: Decodable {
      var proto: UInt64
      var flows, packets, bytes: UInt64
      var history: [UInt64]
    }
    struct Table: Decodable {
      var by: [String]
      var groups: Int
      var rows: [Row]
    }
    var waiting: String?
    var seconds: Double?
    var totals: Sums?
    var tables: [Table]?
  }

  private static func looks(_ output: String) throws -> [Look] {
    // The last line may be incomplete.
    try output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
      try JSONDecoder().decode(Look.self, from: Data($0.utf8))
    }
  }

  /// Starts a collector with flows that have just ended.
  private static func collect(into store: String? = nil) async throws -> RunningCollector {
    let collector = try await RunningCollector(store: store)
    let outcome = try await Sagflow.run(["generate", "--to", "127.0.0.1:\(collector.port)", "--flows", "2000"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    _ = try await collector.stop()
    return collector
  }

  @Test("an empty store is waited for, flows that come are in the next look, and a signal ends it as one does")
  func waiting() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    let program = try RunningProgram(
      Sagflow.path, ["top", "--watch", "--interval", "0.1", "-r", store, "--by", "proto", "--format", "json"])
    try await eventually("two looks at nothing") { try Self.looks(program.output).count >= 2 }
    for look in try Self.looks(program.output) { #expect(look.waiting?.contains(store) == true) }
    let collector = try await Self.collect(into: store)
    try await eventually("a look at flows, and one behind it") {
      try Self.looks(program.output).filter { $0.tables != nil }.count >= 2
    }
    program.signal(SIGTERM)
    let outcome = try await program.end()
    #expect(outcome.status == 128 + SIGTERM)
    // An update may coincide with the collector's end; it then shows only what is in files.
    let missed = outcome.errorLines
    #expect(missed.allSatisfy { $0.contains("live flows are missing: the collector ") }, "\(missed)")
    let looks = try Self.looks(outcome.output).filter { $0.tables != nil }
    let shown = looks.filter { $0.tables?.first?.rows.isEmpty == false }
    // A row stays visible for as many updates as its history is long; on a slow host there are more of them.
    let behind = looks.drop { $0.tables?.first?.rows.isEmpty != false }.prefix(20)
    let empty = behind.count { $0.tables?.first?.rows.isEmpty != false }
    #expect(empty <= missed.count, "\(outcome.output)")
    let first = try #require(shown.first)
    #expect(first.seconds == 300 || !missed.isEmpty, "\(outcome.output)")
    #expect(first.tables?.map(\.by) == [["proto"]])
    let rows = try #require(first.tables?.first?.rows)
    #expect(rows.map(\.bytes) == rows.map(\.bytes).sorted(by: >))
    #expect(rows.reduce(0) { $0 + $1.bytes } == first.totals?.bytes)
    #expect(looks.dropFirst().allSatisfy { ($0.seconds ?? 0) > 0.09 })
    withExtendedLifetime(collector) {}
  }

  private static let terminal = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("terminal.py").path

  @Test(
    "on a terminal it leaves the screen as it was, on Ctrl-C and on errors",
    .enabled(if: Tool.python != nil, "python3 is missing"))
  func terminal() async throws {
    let collector = try await Self.collect()
    let python = try #require(Tool.python)
    func run(_ prompt: String, _ arguments: [String]) async throws -> Outcome {
      try await Sagflow.run(arguments, through: [python.path, Self.terminal, prompt, "\u{3}"])
    }
    let (enter, leave) = ("\u{1b}[?1049h\u{1b}[?25l", "\u{1b}[?25h\u{1b}[?1049l")
    let watched = try await run("history", ["top", "--watch", "-r", collector.store, "--by", "proto", "-n", "3"])
    // The script's status is the negative signal number.
    #expect(watched.status == 256 - SIGINT, "\(watched.output)")
    #expect(watched.output.contains(enter))
    #expect(watched.output.hasSuffix(leave), "\(watched.output.suffix(200).debugDescription)")
    #expect(watched.output.contains("rates of the last 5 min; flows until "))
    let empty = try await run("waiting for the first flows", ["top", "--watch", "-r", "/no/such/store"])
    #expect(empty.output.hasSuffix(leave))
    #expect(empty.output.contains("/no/such/store"))
  }

  @Test("a pipe gets one table after another, CSV one header")
  func pipe() async throws {
    let collector = try await Self.collect()
    func run(_ options: [String], until words: String, count: Int) async throws -> String {
      let program = try RunningProgram(
        Sagflow.path, ["top", "--watch", "--interval", "0.1", "-r", collector.store, "--by", "proto"] + options)
      try await eventually("\(count) of \(words)") { program.output.components(separatedBy: words).count > count }
      program.signal(SIGINT)
      let outcome = try await program.end()
      #expect(outcome.status == 128 + SIGINT)
      return outcome.output
    }
    let tables = try await run([], until: "\ntotal: ", count: 3)
    #expect(tables.hasPrefix("sagflow top, "))
    #expect(!tables.contains("\u{1b}"))
    let rows = try await run(["--format", "csv"], until: ",6,", count: 2)
    #expect(rows.hasPrefix("time,proto,flows,packets,bytes,pps,bps\n"))
    #expect(rows.components(separatedBy: "time,").count == 2)
  }

  @Test("what cannot be watched is one line")
  func mistakes() async throws {
    for (arguments, word) in [
      (["-t", "last 1h"], "--time"), (["--whole"], "--whole"), (["--interval", "0"], "--interval"),
      (["--format", "csv", "--by", "proto", "--by", "src_addr"], "--by"),
    ] {
      let outcome = try await Sagflow.run(["top", "--watch", "-r", "/no/such/store"] + arguments)
      #expect(outcome.status == 64, "\(outcome.errors)")
      #expect(outcome.errorLines.count == 1 && outcome.errors.contains(word), "\(outcome.errors)")
    }
  }
}
