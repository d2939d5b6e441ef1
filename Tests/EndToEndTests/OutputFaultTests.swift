import Foundation
import TestSupport
import Testing

/// What outputs.py prints.
private struct Verdict: Decodable {
  var datagrams: Int
  var files: Int
  /// Rows, packets, octets and flows of the store and of the destination.
  var stored: [Int]
  var taken: [Int]
  /// Rows that the destination lacks, and that it has beyond the store; nil where its sums alone are compared.
  var missing: Int?
  var surplus: Int?
  /// The same of the store, beside a replay of everything that was sent.
  var lostRows: Int
  var doubleRows: Int

  // Of collectors that are killed.
  var kills: Int?
  var setAside: Int?
  /// What was made to go wrong, by what it was.
  var faults: [String: Int]?
  /// How often the log has named wrong credentials, and a full destination.
  var refused: Int?
  var full: Int?
  /// Files that came again; those of them with other octets; requests that would overwrite.
  var repeated: Int?
  var differing: [String]?
  var unconditional: Int?
  /// Uploads in parts that have begun, and parts of one at most. One may be left behind where its list was cut off: that is a
  /// bucket's lifecycle to remove.
  var begun: Int?
  var parts: Int?
  /// Packets, octets and flows of each rollup.
  var rollups: [String: [Int]]?
  var engineKills: Int?

  // Of outputs side by side: files that wait.
  var absent: Int?
  var mute: Int?
  var healthy: Int?
  var healthyRetries: Int?
  var lateFiles: Int?
  var dropped: Int?
  var decoded: Int?
  var kernelDrops: Int?

  // Of rows that are sent before their file is committed: how many were in the topic then, and files in the store.
  var early: Int?
  var openFiles: Int?
  var leftRows: Int?
}

/// Runs outputs.py, and looks at what holds in each of its scenarios.
private enum OutputFaults {
  /// `SAGFLOW_FAULTS=all swift test … --filter OutputFaultTests` kills each collector 50 times.
  static let count = ProcessInfo.processInfo.environment["SAGFLOW_FAULTS"].map { $0 == "all" ? 50 : Int($0) ?? 50 }
  /// Whether there are lives of each kind.
  static let isComplete = count ?? 7 >= 7

  /// - Parameter isRepeated: whether rows may be there more than once.
  static func run(
    _ scenario: String, kills: Int, python: Tool?, isRepeated: Bool = false
  ) async throws -> (verdict: Verdict, comment: Comment) {
    let seed = runSeed("SAGFLOW_FAULT_SEED")
    let folder = try TemporaryFolder()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("outputs.py").path
    let kills = count ?? kills
    let driver = try RunningProgram(
      try #require(python).path, [script, Sagflow.path, folder.path, String(seed), scenario, String(kills)],
      environment: ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" })
    let outcome = try await driver.end(within: 900 + 60 * Double(kills))
    try #require(outcome.status == 0, "\(scenario), seed \(seed): \(outcome.errors)")
    let verdict = try JSONDecoder().decode(Verdict.self, from: Data(outcome.output.utf8))
    let comment: Comment = "\(scenario), seed \(seed): \(outcome.output)"
    #expect(verdict.stored[0] > 0, comment)
    #expect(verdict.taken == verdict.stored || isRepeated, comment)
    #expect(verdict.missing ?? 0 == 0, comment)
    #expect(verdict.surplus ?? 0 == 0, comment)
    #expect(verdict.lostRows == 0, comment)
    #expect(verdict.doubleRows == 0, comment)
    return (verdict, comment)
  }

  /// - Parameter faults: those that must have been there.
  static func kill(
    _ scenario: String, kills: Int, python: Tool?, isRepeated: Bool = false, faults: [String] = ["killed at done"]
  ) async throws -> (verdict: Verdict, comment: Comment) {
    let (verdict, comment) = try await run(scenario, kills: kills, python: python, isRepeated: isRepeated)
    #expect(verdict.kills == count ?? kills, comment)
    #expect(verdict.setAside == 0, comment)
    for fault in faults where isComplete { #expect(verdict.faults?[fault] ?? 0 > 0, comment) }
    return (verdict, comment)
  }
}

@Suite(
  "each row is at an output's destination once, whatever becomes of requests and of the collector",
  .tags(.engine, .network, .slow), .unlessFast,
  .enabled(if: enginesPython != nil, "make test-engines runs these"))
struct OutputFaultTests {
  @Test(
    "SIGKILL at any moment, cut connections, errors, wrong credentials, a full server: rows are those of the store",
    arguments: ["clickhouse", "s3", "oss"])
  func kills(scenario: String) async throws {
    let (verdict, comment) = try await OutputFaults.kill(scenario, kills: 7, python: enginesPython)
    #expect(!OutputFaults.isComplete || verdict.refused ?? 0 > 0 && verdict.full ?? 0 > 0, comment)
    // What was taken before the collector was killed came again, as it was; a few kills may all miss that moment.
    #expect(OutputFaults.count ?? 7 < 50 || verdict.repeated ?? 0 > 0, comment)
    #expect(verdict.differing == [], comment)
    #expect(verdict.unconditional == 0, comment)
  }

  @Test("the same of objects that go in parts: each is there once, and whole")
  func parts() async throws {
    let (verdict, comment) = try await OutputFaults.run("parts", kills: 7, python: enginesPython)
    #expect(verdict.setAside == 0, comment)
    #expect(verdict.differing == [], comment)
    #expect(verdict.unconditional == 0, comment)
    #expect(verdict.begun ?? 0 > 0 && verdict.parts ?? 0 > 1, comment)
  }

  @Test("outputs that are dead touch neither reception nor one that works, and go on when they are back")
  func beside() async throws {
    let (verdict, comment) = try await OutputFaults.run("beside", kills: 0, python: enginesPython)
    #expect(verdict.healthy == 0 && verdict.healthyRetries == 0, comment)
    #expect(verdict.absent == verdict.files && verdict.mute == verdict.files, comment)
    #expect(verdict.lateFiles == verdict.files, comment)
    #expect(verdict.kernelDrops == 0 && verdict.dropped == 0, comment)
    #expect(verdict.decoded == verdict.datagrams, comment)
  }
}

/// What `make test-engines` installs and no other target needs.
private let enginesPython = ProcessInfo.processInfo.environment["ENGINES_PYTHON"].flatMap { Tool($0) }

@Suite(
  "the same with servers of other makes, which are killed, too", .tags(.engine, .network, .slow), .unlessFast,
  .enabled(if: enginesPython != nil, "make test-engines runs these"))
struct OutputEngineTests {
  @Test("the engine of ClickHouse has each row once, and rollups are exact")
  func clickHouse() async throws {
    let (verdict, comment) = try await OutputFaults.kill("chdb", kills: 14, python: enginesPython)
    #expect(!OutputFaults.isComplete || verdict.engineKills ?? 0 > 0, comment)
    #expect(verdict.rollups?.count == 4, comment)
    for sums in (verdict.rollups ?? [:]).values { #expect(sums == Array(verdict.stored.dropFirst()), comment) }
  }

  @Test("SeaweedFS has each file once")
  func objects() async throws {
    let (verdict, comment) = try await OutputFaults.kill("seaweedfs", kills: 14, python: enginesPython)
    #expect(!OutputFaults.isComplete || verdict.engineKills ?? 0 > 0, comment)
  }
}

@Suite(
  "no row is missing in a broker, whatever becomes of connections and of the collector",
  .tags(.engine, .network, .slow), .unlessFast,
  .enabled(if: kafkaPython != nil, "make test-kafka runs these, with a librdkafka that the broker understands"))
struct OutputKafkaTests {
  @Test("SIGKILL at any moment, cut and silent connections: each row is there at least once, and no other")
  func kills() async throws {
    _ = try await OutputFaults.kill(
      "kafka", kills: 14, python: kafkaPython, isRepeated: true,
      faults: ["killed at octets up", "killed at octets down"])
  }

  @Test("rows are in the topic before their file is committed, and are not sent again once it is")
  func live() async throws {
    let (verdict, comment) = try await OutputFaults.run("kafka-live", kills: 0, python: kafkaPython, isRepeated: true)
    #expect(verdict.openFiles == 0, comment)
    #expect(verdict.leftRows == 0, comment)
    // Those that are still to come are the last ones, of a batch that was not handed over yet.
    #expect(verdict.early ?? 0 > 0, comment)
    #expect(verdict.taken == [verdict.stored[0]], comment)
  }
}

/// The Python that has a broker, where a library is given that can speak to it.
private let kafkaPython: Tool? = {
  let environment = ProcessInfo.processInfo.environment
  return environment["LD_LIBRARY_PATH"] == nil ? nil : environment["KAFKA_PYTHON"].flatMap { Tool($0) }
}()
