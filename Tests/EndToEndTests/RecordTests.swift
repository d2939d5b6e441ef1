// EndToEndTests: the built program as used by operators: real exporters, sockets, signals, files, readers of other
// programs.

import Foundation
import TestSupport
import Testing

@Suite("replay --records prints what exporters sent", .tags(.slow), .unlessFast)
struct RecordTests {
  /// Folder of the corpus that some checkouts have; SharedTests check all of it.
  private static let corpus = SharedFolder.path("corpus")

  @Test(
    "data that came before its template is decoded when that comes",
    .enabled(if: corpus != nil, "../shared/corpus is missing"),
    arguments: ["rfc-v10-data-first", "v10-graylog-data-first", "v9-softflowd-bitkeks-mixed"])
  func earlyData(name: String) async throws {
    let corpus = try #require(Self.corpus)
    let truth = try String(contentsOfFile: "\(corpus)/\(name).truth.jsonl", encoding: .utf8).split(separator: "\n")
    let outcome = try await Sagflow.run(["replay", "--records", "\(corpus)/\(name).pcap"])
    #expect(truth.contains { $0.contains("\"optional\"") })
    #expect(outcome.output.split(separator: "\n").count == truth.count)
  }

  @Test("a real exporter's records are the golden ones, and nothing is wrong", arguments: Fixtures.realCaptures)
  func fixture(name: String) async throws {
    let folder = try TemporaryFolder()
    let counters = folder.path + "/counters.json"
    let outcome = try await Sagflow.run(
      ["replay", "--records", Fixtures.path("real/\(name).pcap"), "--counters", counters])
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let golden = try String(contentsOfFile: Fixtures.path("real/\(name).records.jsonl"), encoding: .utf8)
    let got = try JSONLines.canonical(outcome.output)
    let want = try JSONLines.canonical(golden)
    #expect(!want.isEmpty)
    #expect(got.count == want.count)
    #expect(got == want, "\(Set(got).symmetricDifference(want).sorted().prefix(4))")
    var counted = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: counters))) as? [String: Int])
    // softflowd numbers IPFIX messages by their last record instead of their first.
    if name.hasPrefix("softflowd-v10") || name == "softflowd-psamp" { counted["sequence_gap"] = 0 }
    #expect(counted.filter { $0.value != 0 && $0.key != "leftover_octets" } == [:])
    #expect(counted.count == 25)
  }
}

/// JSON objects, one per line.
enum JSONLines {
  /// Returns the lines sorted, each with sorted members, so that order does not matter.
  static func canonical(_ text: String) throws -> [String] {
    try text.split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
      let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
      return String(decoding: data, as: UTF8.self)
    }
    .sorted()
  }

  /// Returns the lines as objects.
  static func objects(_ text: String) throws -> [[String: Any]] {
    try text.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }
}
