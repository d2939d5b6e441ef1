import Foundation
import TestSupport
import Testing

private enum NamedHost {
  /// Runs a command with its own host name.
  static func launcher(_ host: String) -> [String] {
    ["/usr/bin/unshare"] + (geteuid() == 0 ? ["-u"] : ["-Ur", "-u"])
      + ["/bin/sh", "-c", #"hostname "$0" && exec "$@""#, host]
  }

  static let isPossible: Bool = {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/unshare") else { return false }
    let words = launcher("sagflow-test") + ["/bin/true"]
    return (try? Tool(words[0])?.runBriefly(Array(words.dropFirst()))) != nil
  }()
}

@Suite(
  "a renamed host goes on with its state and its store", .tags(.network, .slow), .unlessFast, .serialized,
  .enabled(if: NamedHost.isPossible, "no host name of its own"))
struct RenameTests {
  private static func start(_ host: String, _ store: String, drains: Bool = false) async throws -> RunningCollector {
    try await RunningCollector(
      environment: ["SAGFLOW_HTTP_ENABLED": "false", "SAGFLOW_RECEIVE_WORKERS": "1"], store: store, drains: drains,
      through: NamedHost.launcher(host))
  }

  private static func names(_ store: String) -> [String] {
    paths(under: store).filter { $0.contains("/flows-") || $0.contains("/.flows-") }
  }

  @Test(
    "ended in an orderly way or killed, nothing is missing and nothing twice", arguments: [SIGTERM, SIGKILL])
  func renamed(signal: Int32) async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    let first = try await Self.start("aaa", store)
    try NumberedFlows.send(0..<40, to: first.port)
    // For an immediate kill, everything received is in the ring.
    try await pause(1)
    first.program.signal(signal)
    _ = try await first.program.end()
    // A file that was being written at that time no longer has an owner.
    let hour = "\(store)/date=2026-01-01/hour=00"
    try FileManager.default.createDirectory(atPath: hour, withIntermediateDirectories: true)
    let state = try #require(
      try FileManager.default.contentsOfDirectory(atPath: "\(store)/.journal").first { !$0.hasPrefix(".") })
    try Data().write(to: URL(fileURLWithPath: "\(hour)/.flows-aaa-\(state)-20260101T000000Z-0-0.part"))
    let second = try await Self.start("bbb", store, drains: true)
    try await second.program.says("resuming from the state of a collector on host aaa")
    try NumberedFlows.send(40..<50, to: second.port)
    try await pause(1)
    second.program.signal(SIGTERM)
    let ledger = try PrintedLedger(try await second.program.end().errors)
    #expect(ledger["datagrams decoded"] == 50)
    #expect(try await Sagflow.rowCount(store) == 50)
    let third = try await Self.start("aaa", store, drains: true)
    third.program.signal(SIGTERM)
    #expect(!(try await third.program.end().errors).contains(" error "))
    #expect(try await Sagflow.rowCount(store) == 50)
    let names = Self.names(store)
    // Two, if it took so long that the first flows were idle.
    #expect(!names.isEmpty)
    #expect(names.allSatisfy { $0.contains("/flows-bbb-\(state)-") }, "\(names)")
  }

  @Test("a drain under another name writes what was left")
  func drained() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    let first = try await Self.start("aaa", store)
    try NumberedFlows.send(0..<20, to: first.port)
    try await pause(0.5)
    first.program.signal(SIGKILL)
    _ = try await first.program.end()
    let drain = try await Sagflow.run(["drain", "-o", store], through: NamedHost.launcher("bbb"))
    #expect(drain.status == 0, "\(drain.errors)")
    #expect(try PrintedLedger(drain.errors)["rows committed"] == 20)
    #expect(try await Sagflow.rowCount(store) == 20)
  }

  @Test("a store that was moved is gone on with")
  func moved() async throws {
    let folder = try TemporaryFolder()
    let (old, new) = (folder.path + "/old", folder.path + "/new")
    let first = try await Self.start("aaa", old)
    try NumberedFlows.send(0..<20, to: first.port)
    try await pause(0.5)
    first.program.signal(SIGKILL)
    _ = try await first.program.end()
    try FileManager.default.moveItem(atPath: old, toPath: new)
    let second = try await Self.start("bbb", new, drains: true)
    second.program.signal(SIGTERM)
    let outcome = try await second.program.end()
    #expect(!outcome.errors.contains("rows are lost"), "\(outcome.errors)")
    #expect(try await Sagflow.rowCount(new) == 20)
  }

  @Test("an output goes on from its cursor, for a store that was moved as well")
  func output() async throws {
    let folder = try TemporaryFolder()
    let (old, new) = (folder.path + "/old", folder.path + "/new")
    // Nothing listens on the port.
    let configuration = """
      store: {rotation: 1s}
      aggregation: {enabled: false}
      outputs: [{name: lake, type: s3, endpoint: "http://127.0.0.1:9", region: r, bucket: flows}]

      """
    let file = try folder.write(configuration, as: "c.yaml")
    func run(_ host: String, _ store: String, _ ports: Range<Int>) async throws {
      let collector = try await RunningCollector(
        configuration: configuration, environment: ["SAGFLOW_RECEIVE_WORKERS": "1"], store: store,
        through: NamedHost.launcher(host))
      try NumberedFlows.send(ports, to: collector.port)
      // Counters continue from the previous run.
      try await collector.counts(ports.upperBound, "datagrams", "received")
      _ = try await collector.stop()
    }
    func output(_ arguments: [String], _ host: String, _ store: String) async throws -> Outcome {
      try await Sagflow.run(
        ["output"] + arguments + ["-c", file],
        environment: ["SAGFLOW_STORE_PATH": store, "SAGFLOW_HTTP_LISTEN": "127.0.0.1:9"],
        through: NamedHost.launcher(host))
    }
    func waiting(_ host: String, _ store: String) async throws -> Int? {
      let list = try await output(["list"], host, store)
      return list.output.firstMatch(of: #/stopped +(\d+)/#).flatMap { Int($0.1) }
    }
    func published() -> [String] { Self.names(new).filter { $0.contains("/flows-") } }

    try await run("aaa", old, 0..<20)
    // As if all had been shipped.
    let passed = try await output(["reset", "lake", "--from", "now", "--yes"], "aaa", old)
    #expect(passed.status == 0, "\(passed)")
    try FileManager.default.moveItem(atPath: old, toPath: new)
    #expect(try await waiting("bbb", new) == 0)
    let before = Set(published())
    try await run("bbb", new, 20..<40)
    let added = Set(published()).subtracting(before)
    #expect(!added.isEmpty && added.allSatisfy { $0.contains("/flows-bbb-") }, "\(added)")
    #expect(try await waiting("bbb", new) == added.count)
    let again = try await output(["reset", "lake", "--yes"], "bbb", new)
    #expect(again.status == 0, "\(again)")
    #expect(try await waiting("bbb", new) == published().count)
  }
}
