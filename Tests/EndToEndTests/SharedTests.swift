import Foundation
import TestSupport
import Testing

@Suite("the checks beside the checkout, where there are some", .tags(.engine, .slow), .unlessFast, .serialized)
struct SharedTests {
  /// Runs a judge, which prints a line for each failing case, and a summary.
  private static func judge(_ script: String, _ arguments: [String]) async throws -> Outcome {
    let python = try #require(StoreReader.python)
    return try await RunningProgram(python.path, [script] + arguments).end(within: 1800)
  }

  @Test("every row of ../shared/rows is right", .enabled(if: SharedFolder.path("rows") != nil, "it is not there"))
  func rows() async throws {
    let folder = try #require(SharedFolder.path("rows"))
    let outcome = try await Self.judge(
      "\(folder)/judge_rows.py",
      [folder, "--timeout", "600", "--", Sagflow.path, "replay", "--format", "json", "{args}", "{pcap}"])
    let summary = try #require(outcome.lines.last)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(summary.contains("cases right"), "\(outcome.errors)")
    for line in outcome.lines.dropLast() { Issue.record("\(line)") }
  }

  @Test(
    "every record of ../shared/corpus is right", .enabled(if: SharedFolder.path("corpus") != nil, "it is not there"))
  func records() async throws {
    let folder = try #require(SharedFolder.path("corpus"))
    let outcome = try await Self.judge(
      "\(folder)/judge.py",
      [
        folder, "--derived", "--timeout", "600", "--", Sagflow.path, "replay", "--records", "{pcap}", "--counters",
        "{counters}",
      ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.lines.last?.contains("cases match") == true, "\(outcome.errors)")
    if outcome.status != 0 { for line in outcome.lines { Issue.record("\(line)") } }
  }

  /// Whether this user may create network and host name namespaces.
  private static let canUnshare: Bool = {
    let rights = getuid() == 0 ? [] : ["-Ur"]
    return (try? Tool("unshare")?.runBriefly(rights + ["-u", "-n", "true"])) != nil
  }()

  private static var scripts: [String] {
    let folder = SharedFolder.path("ops") ?? ""
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".sh") }
      .sorted()
  }

  @Test(
    "a script of ../shared/ops prints PASS", .enabled(if: canUnshare, "unshare is missing, or the right to use it"),
    arguments: scripts)
  func operations(script: String) async throws {
    let folder = try #require(SharedFolder.path("ops"))
    let outcome = try await RunningProgram("/bin/bash", ["\(folder)/\(script)", Sagflow.path]).end(within: 600)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.lines.last == "PASS", "\(outcome.output)\(outcome.errors)")
  }
}
