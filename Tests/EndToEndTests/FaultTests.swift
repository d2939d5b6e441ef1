import Foundation
import TestSupport
import Testing

@Suite("a disk that fails at any call costs nothing that was received", .tags(.engine, .network, .slow), .unlessFast)
struct FaultTests {
  private struct Verdict: Decodable {
    // Rows missing from the store, and unexpected rows in it.
    var missing: Int
    var surplus: Int
    var rows: Int
    // Datagrams: sent, decoded, reported as not journaled.
    var datagrams: Int
    var decoded: Int
    var unjournaled: Int
    // Rows lost, and dropped because the store is too slow.
    var lost: Int
    var dropped: Int
    var imbalances: [String]
    var parts: [String]
    var left: [String]

    /// Calls that were tried, and how many of them had a fault.
    var tried: Int?
    var reached: Int?
    /// Calls after which a failure was logged more than once, did not end, or lost rows.
    var noisy: [String]?
    var stuck: [String]?
    var costly: [String]?
    /// Datagrams lost in a crash while the journal could not be written.
    var lostDatagrams: Int?
    /// Datagrams not received while the disk was failing; memory in MiB; how often each part logged failure and
    /// recovery.
    var behind: Int?
    var memory: Int?
    var kernelDrops: Int?
    var begins: [String: Int]?
    var ends: [String: Int]?
    /// Datagrams in the cut octets; calls after which the log does not name the file; unreadable files.
    var mayMiss: Int?
    var unnamed: [String]?
    var unreadable: [String]?
    var queries: [Query]?

    struct Query: Decodable {
      var rows: Int
      var names: Bool
      var status: Int
    }
  }

  /// `SAGFLOW_FAULTS=all swift test … --no-parallel --filter FaultTests` tries every call; in parallel they would
  /// overload a host.
  private static let count = ProcessInfo.processInfo.environment["SAGFLOW_FAULTS"]

  private static let isPossible = StoreReader.areInstalled && PreloadedLibrary.compiler != nil

  private static var sources: URL { URL(fileURLWithPath: #filePath).deletingLastPathComponent() }

  /// Runs a scenario of faults.py, and checks what must hold in all of them.
  private static func run(
    _ scenario: String, count: Int, mayDrop: Bool = false
  ) async throws -> (verdict: Verdict, comment: Comment) {
    let python = try #require(Tool.python)
    let seed = runSeed("SAGFLOW_FAULT_SEED")
    let folder = try TemporaryFolder()
    let library = try await PreloadedLibrary.compile("faults", into: folder)
    let driver = try RunningProgram(
      python.path,
      [
        sources.appendingPathComponent("faults.py").path, Sagflow.path, library, folder.path, String(seed), scenario,
        Self.count ?? String(count),
      ])
    let outcome = try await driver.end(within: Self.count == nil ? 900 : 7200)
    try #require(outcome.status == 0, "\(scenario), seed \(seed): \(outcome.errors)")
    let verdict = try JSONDecoder().decode(Verdict.self, from: Data(outcome.output.utf8))
    let comment: Comment = "\(scenario), seed \(seed): \(outcome.output)"
    // Rows dropped because the store is too slow are counted.
    #expect(verdict.missing == (mayDrop ? verdict.dropped : 0), comment)
    #expect(verdict.surplus == 0, comment)
    #expect(verdict.rows > 0, comment)
    #expect(verdict.lost == 0, comment)
    #expect(mayDrop || verdict.dropped == 0, comment)
    #expect(verdict.imbalances == [], comment)
    #expect(verdict.parts == [], comment)
    // A lasting fault may have fired an alert, which is saved; and the failing call may be the removal of the socket.
    let allowed = ["alerts.json", "live"]
    #expect(
      verdict.left.filter { !$0.hasSuffix(".damaged") && !allowed.contains($0) } == ["identity", "lock"], comment)
    return (verdict, comment)
  }

  @Test(
    "SIGKILL at a call, or half-way through it: the store has what a replay of everything that was sent has",
    .enabled(if: isPossible, "a C compiler or python3 with duckdb is missing"),
    arguments: ["crashes-plain", "crashes-aggregated", "crashes-draining"])
  func crashes(scenario: String) async throws {
    let (verdict, comment) = try await Self.run(scenario, count: 8)
    #expect(verdict.decoded == verdict.datagrams, comment)
    #expect(verdict.reached ?? 0 > 0, comment)
  }

  @Test(
    "a call that fails, once or for a while, costs no row, is logged once, and is got over",
    .enabled(if: isPossible, "a C compiler or python3 with duckdb is missing"))
  func errors() async throws {
    let (verdict, comment) = try await Self.run("errors", count: 8)
    #expect(verdict.decoded == verdict.datagrams, comment)
    #expect(verdict.reached ?? 0 > 0, comment)
    #expect(verdict.noisy == [], comment)
    #expect(verdict.stuck == [], comment)
    #expect(verdict.costly == [], comment)
  }

  @Test(
    "SIGKILL while the disk fails costs what the journal could not take, which is counted, and nothing from before",
    .enabled(if: isPossible, "a C compiler or python3 with duckdb is missing"))
  func outages() async throws {
    let (verdict, comment) = try await Self.run("outages", count: 4)
    #expect(verdict.lostDatagrams ?? -1 <= verdict.unjournaled, comment)
  }

  @Test(
    "reception goes on while the disk is slow, cannot be written to, or is gone, and all is stored in the end",
    .enabled(if: isPossible, "a C compiler or python3 with duckdb is missing"),
    arguments: ["slow", "read-only", "vanished"])
  func illDisk(scenario: String) async throws {
    let (verdict, comment) = try await Self.run(scenario, count: 0, mayDrop: scenario == "slow")
    #expect(verdict.decoded == verdict.datagrams, comment)
    #expect(verdict.behind == 0, comment)
    #expect(verdict.kernelDrops == 0, comment)
    #expect(verdict.memory ?? .max < 400, comment)
    #expect(verdict.stuck == [], comment)
    let begins = try #require(verdict.begins)
    #expect(begins == verdict.ends, comment)
    #expect(begins.values.allSatisfy { $0 <= 1 }, comment)
    #expect(begins.values.contains(1) == (scenario != "slow"), comment)
  }

  @Test(
    "octets that the disk has lost from the end of a file cost what they held, and no more",
    .enabled(if: isPossible, "a C compiler or python3 with duckdb is missing"))
  func torn() async throws {
    let (verdict, comment) = try await Self.run("torn", count: 9)
    #expect(verdict.datagrams - verdict.decoded <= verdict.mayMiss ?? 0, comment)
    #expect(verdict.unnamed == [], comment)
    #expect(verdict.unreadable == [], comment)
    #expect(verdict.queries?.allSatisfy { $0.names && $0.rows > 0 && $0.status == 65 } == true, comment)
  }
}
