import Foundation
import TestSupport
import Testing

/// The output of outputs.py.
private struct Verdict: Decodable {
  var datagrams: Int
  var files: Int
  /// Rows, packets, octets and flows of the store and of the destination.
  var stored: [Int]
  var taken: [Int]
  /// Rows missing from the destination, and surplus rows in it; nil if only its sums are compared.
  var missing: Int?
  var surplus: Int?
  /// The same for the store, compared with a replay of everything sent.
  var lostRows: Int
  var doubleRows: Int

  // For collectors that are killed.
  var kills: Int?
  var setAside: Int?
  /// Number of injected faults by kind.
  var faults: [String: Int]?
  /// How often the log reported wrong credentials, and a full destination.
  var refused: Int?
  var full: Int?
  /// Files that were shipped again; those with different octets; requests that would overwrite.
  var repeated: Int?
  var differing: [String]?
  var unconditional: Int?
  /// Multipart uploads started, and the maximum for one file. One may remain if its list was cut off; a bucket's
  /// lifecycle rules remove it.
  var begun: Int?
  var parts: Int?
  /// Packets, octets and flows of each rollup.
  var rollups: [String: [Int]]?
  var engineKills: Int?

  // For parallel outputs: waiting files.
  var absent: Int?
  var mute: Int?
  var healthy: Int?
  var healthyRetries: Int?
  var lateFiles: Int?
  var dropped: Int?
  var decoded: Int?
  var kernelDrops: Int?

  // For rows sent before their file is committed: rows in the topic at that time, and files in the store.
  var early: Int?
  var openFiles: Int?
  var leftRows: Int?
}

/// Runs outputs.py, and checks what must hold in each of its scenarios.
private enum OutputFaults {
  /// `SAGFLOW_FAULTS=all swift test … --filter OutputFaultTests` kills each collector 50 times.
  static let count = ProcessInfo.processInfo.environment["SAGFLOW_FAULTS"].map { $0 == "all" ? 50 : Int($0) ?? 50 }
  /// Whether runs of each kind are included.
  static let isComplete = count ?? 7 >= 7

  /// - Parameter isRepeated: whether rows may occur more than once.
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

  /// - Parameter faults: faults that must have occurred.
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
    // Files accepted before the collector was killed were shipped again unchanged; a few kills may all miss that
    // moment.
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

/// The Python environment installed by `make test-engines`, which no other target needs.
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
    // Rows still missing are the last ones, from a batch that was not yet handed over.
    #expect(verdict.early ?? 0 > 0, comment)
    #expect(verdict.taken == [verdict.stored[0]], comment)
  }
}

/// The Python that has a broker, if a suitable client library is given.
private let kafkaPython: Tool? = {
  let environment = ProcessInfo.processInfo.environment
  return environment["LD_LIBRARY_PATH"] == nil ? nil : environment["KAFKA_PYTHON"].flatMap { Tool($0) }
}()
