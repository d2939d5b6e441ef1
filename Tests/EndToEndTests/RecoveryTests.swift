import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite("nothing is lost and nothing twice, however a collector ends", .tags(.engine, .network, .slow), .unlessFast)
struct RecoveryTests {
  private struct Verdict: Decodable {
    var missing: Int
    var surplus: Int
    var kills: Int
    var datagrams: Int
    var rows: Int
    var parts: [String]
    var left: [String]
    var drained: String
  }

  /// `SAGFLOW_CRASHES=100 swift test … --filter RecoveryTests` is the long form.
  private static let kills = ProcessInfo.processInfo.environment["SAGFLOW_CRASHES"].flatMap { Int($0) } ?? 6

  @Test(
    "SIGKILL at any moment under load: the store has what a replay of everything that was sent has",
    .enabled(if: StoreReader.areInstalled, "python3 with duckdb is missing"), arguments: [(false, 1), (true, 2)])
  func crashes(aggregates: Bool, workers: Int) async throws {
    let python = try #require(Tool.python)
    let seed = runSeed("SAGFLOW_CRASH_SEED")
    let folder = try TemporaryFolder()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("crash.py").path
    let driver = try RunningProgram(
      python.path,
      [script, Sagflow.path, folder.path, String(seed), String(Self.kills), String(aggregates), String(workers)])
    let outcome = try await driver.end(within: 600 + 30 * Double(Self.kills))
    try #require(outcome.status == 0, "seed \(seed): \(outcome.errors)")
    let verdict = try JSONDecoder().decode(Verdict.self, from: Data(outcome.output.utf8))
    let ledger = try PrintedLedger(verdict.drained)
    // A busy machine may be too slow for the store: such rows are dropped and counted.
    #expect(verdict.missing == ledger["rows dropped, store too slow"], "seed \(seed): \(outcome.output)")
    #expect(verdict.surplus == 0, "seed \(seed): \(outcome.output)")
    #expect(verdict.kills == Self.kills)
    #expect(verdict.rows > 0)
    #expect(verdict.parts == [])
    #expect(verdict.left == ["identity", "lock"])
    #expect(ledger["datagrams decoded"] == verdict.datagrams)
  }

  private struct Restarts: Decodable {
    var missing: Int
    var surplus: Int
    var datagrams: Int
    var rows: Int
    var dropped: Int
    var kernelDrops: Int
    var unjournaled: Int
    var kept: [String]
    var keptAtTheEnd: [String]
    var drained: String
  }

  @Test(
    "a service manager that keeps the sockets (FDSTORE, LISTEN_FDS): restarts under load lose no datagram",
    .enabled(if: StoreReader.areInstalled, "python3 with duckdb is missing"), arguments: [1, 2])
  func socketsKept(workers: Int) async throws {
    let python = try #require(Tool.python)
    let seed = runSeed("SAGFLOW_CRASH_SEED")
    let folder = try TemporaryFolder()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("restarts.py").path
    let driver = try RunningProgram(
      python.path, [script, Sagflow.path, folder.path, String(seed), "4", String(workers)])
    let outcome = try await driver.end(within: 600)
    try #require(outcome.status == 0, "seed \(seed): \(outcome.errors)")
    let verdict = try JSONDecoder().decode(Restarts.self, from: Data(outcome.output.utf8))
    // A busy machine may be too slow for the store: such rows are dropped and counted. It may also be too slow for the
    // journal: datagrams not journaled are counted, and a kill loses them. A datagram has at most 30 records.
    let lost = try verdict.datagrams - PrintedLedger(verdict.drained)["datagrams decoded"]
    #expect((0...verdict.unjournaled).contains(lost), "seed \(seed): \(outcome.output)")
    let rows = verdict.missing - verdict.dropped
    #expect((lost...max(lost, 30 * lost)).contains(rows), "seed \(seed): \(outcome.output)")
    #expect(verdict.surplus == 0, "seed \(seed): \(outcome.output)")
    #expect(verdict.kernelDrops == 0, "seed \(seed): \(outcome.output)")
    #expect(verdict.kept == (0..<workers).map { "worker-\($0)" })
    #expect(verdict.keptAtTheEnd == verdict.kept)
    #expect(verdict.rows > 0)
  }

  /// Sends `count` flows to a collector, each in its own datagram, and kills it.
  private static func killed(after count: Int, _ store: String) async throws {
    let collector = try await RunningCollector(store: store)
    try NumberedFlows.send(0..<count, to: collector.port)
    // The journal is written once per second; until then received datagrams are in the ring. Each datagram of 72 octets
    // is preceded by 44 octets of headers, and the first one by 24.
    try await eventually("the journal") {
      files(store, ".pcap").contains { name in
        let attributes = try? FileManager.default.attributesOfItem(atPath: "\(store)/\(name)")
        return attributes?[.size] as? Int == 24 + count * 116
      }
    }
    collector.program.signal(SIGKILL)
    _ = try await collector.program.end()
  }

  private static func files(_ store: String, _ suffix: String) -> [String] {
    paths(under: store).filter { $0.hasSuffix(suffix) }
  }

  @Test("flows that are live at SIGTERM go on at the next start, counters too; drain makes rows of them")
  func goesOn() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    let options = ["--inactive-timeout", "300s"]
    let first = try await RunningCollector(options, store: store, drains: false)
    try NumberedFlows.send(0..<50, to: first.port)
    let before = try await first.stop()
    #expect(before.text.contains("stopping: keeping live flows"))
    #expect(before["datagrams decoded"] == 50)
    #expect(before["flows live"] == 50)
    #expect(Self.files(store, ".parquet") == [])
    let second = try await RunningCollector(options, store: store, drains: false)
    try NumberedFlows.send(25..<75, to: second.port)
    let after = try await second.stop()
    #expect(after["datagrams decoded"] == 100)
    // 25 of them were already known.
    #expect(after["records merged"] == 25)
    #expect(after["flows live"] == 75)
    let drain = try await Sagflow.run(["drain", "-o", store])
    #expect(drain.status == 0, "\(drain.errors)")
    let ledger = try PrintedLedger(drain.errors)
    #expect(ledger["datagrams decoded"] == 100)
    #expect(ledger["rows committed"] == 75)
    #expect(try await Sagflow.rowCount(store) == 75)
    let nowhere = try await Sagflow.run(["drain", "-o", folder.path + "/elsewhere"])
    #expect(nowhere.status == 66)
    // Nothing remains to drain.
    let again = try await Sagflow.run(["drain", "-o", store])
    #expect(again.status == 0)
    #expect(try await Sagflow.rowCount(store) == 75)
  }

  @Test("templates survive a restart: data that comes without them is decoded")
  func templates() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    let exporter = try LoopbackSocket()
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let first = try await RunningCollector(store: store, drains: false)
    try exporter.send(
      ExportMessage.message(version: 9, ExportMessage.template(version: 9, id: 256), at: now), to: first.port)
    let before = try await first.stop()
    #expect(before["datagrams decoded"] == 1)
    let second = try await RunningCollector(store: store)
    try exporter.send(
      ExportMessage.message(
        version: 9, ExportMessage.data([ExportedFlow(sourcePort: 7)], id: 256), at: now, sequence: 1), to: second.port)
    let after = try await second.stop()
    #expect(after["datagrams decoded"] == 2)
    #expect(after["rows committed"] == 1, "\(after.text)")
  }

  @Test("a collector that was killed leaves a journal that replay, tcpdump and the next start read")
  func journal() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    try await Self.killed(after: 40, store)
    let journals = Self.files(store, ".pcap").map { "\(store)/\($0)" }
    #expect(journals.count == 1)
    let replayed = try await Sagflow.replay(journals, into: folder.path + "/replayed")
    #expect(replayed["rows committed"] == 40)
    if let tcpdump = Tool("tcpdump") {
      let reader = try RunningProgram(tcpdump.path, ["-n", "-r", journals[0]])
      let frames = try await reader.end().output.split(separator: "\n")
      #expect(frames.count == 40)
      #expect(frames.allSatisfy { $0.contains("UDP") || $0.contains("127.0.0.1") })
    }
    let second = try await RunningCollector(store: store)
    let ledger = try await second.stop()
    #expect(ledger.text.contains("40 datagrams recovered from the journal"))
    #expect(ledger["rows committed"] == 40)
  }

  @Test("the tail of a journal that the disk lost costs what it held, and no more")
  func tornJournal() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    try await Self.killed(after: 40, store)
    let journal = "\(store)/\(try #require(Self.files(store, ".pcap").first))"
    let octets = try Data(contentsOf: URL(fileURLWithPath: journal))
    try octets.dropLast(30).write(to: URL(fileURLWithPath: journal))
    let second = try await RunningCollector(store: store)
    let ledger = try await second.stop()
    #expect(ledger.text.contains("the journal continues after it"))
    #expect(ledger["rows committed"] == 39)
  }

  @Test(
    "a damaged checkpoint is set aside, and the one before serves, or the journal alone: nothing is missing, nothing twice",
    arguments: [1, 2], [false, true])
  func damagedCheckpoint(damaged: Int, killedAgain: Bool) async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    let environment = ["SAGFLOW_STORE_ROTATION": "1s", "SAGFLOW_AGGREGATION_ENABLED": "false"]
    let first = try await RunningCollector(environment: environment, store: store)
    // Files of several checkpoints.
    for part in 0..<4 {
      try NumberedFlows.send((part * 50)..<(part * 50 + 50), to: first.port)
      try await pause(1)
    }
    func checkpoints() -> [String] {
      Self.files(store, "").filter { $0.contains("checkpoint-0-") && !$0.hasSuffix(".damaged") }.sorted {
        $0.count != $1.count ? $0.count < $1.count : $0 < $1
      }
    }
    try await eventually("two checkpoints") { checkpoints().count == 2 }
    first.program.signal(SIGKILL)
    _ = try await first.program.end()
    try #require(checkpoints().count == 2)
    let chosen = checkpoints().suffix(damaged).map { "\(store)/\($0)" }
    for path in chosen {
      var octets = try Data(contentsOf: URL(fileURLWithPath: path))
      octets[octets.count / 2] ^= 0x40
      try octets.write(to: URL(fileURLWithPath: path))
    }
    var log = ""
    if killedAgain {
      // Before its first checkpoint: a window of a second ends with the first datagram of the next one.
      let again = try await RunningCollector(environment: environment, store: store)
      again.program.signal(SIGKILL)
      log = try await again.program.end().errors
    }
    let second = try await RunningCollector(environment: environment, store: store)
    let ledger = try await second.stop()
    log += ledger.text
    #expect(log.contains("renamed to"))
    #expect(log.contains("no checkpoint of worker 0 is intact") == (damaged == 2))
    // Without any checkpoint the counters restart.
    if damaged == 1 { #expect(ledger["rows committed"] == 200) }
    #expect(try await Sagflow.rowCount(store) == 200)
    #expect(Self.files(store, ".superseded") == [])
    #expect(chosen.allSatisfy { FileManager.default.fileExists(atPath: $0 + ".damaged") })
  }

  @Test("what workers have left that there are no longer, or under another key, is written")
  func otherSettings() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    let first = try await RunningCollector(["--workers", "3"], store: store, drains: false)
    for _ in 0..<10 { try NumberedFlows.send(0..<20, to: first.port) }
    _ = try await first.stop()
    let second = try await RunningCollector(["--workers", "1"], store: store, drains: false)
    #expect(try await second.stop().text.contains("receive.workers has changed"))
    let third = try await RunningCollector(
      ["--workers", "1"], environment: ["SAGFLOW_AGGREGATION_KEY": "src_addr,dst_addr"], store: store)
    #expect(try await third.stop().text.contains("aggregation.key has changed"))
    let sum = try await Sagflow.run(
      ["query", "-r", store, "--format", "csv", "--columns", "flows"])
    #expect(sum.output.split(separator: "\n").dropFirst().compactMap { Int($0) }.reduce(0, +) == 200)
  }

  @Test("a second collector on the same store is refused while the first one runs")
  func locked() async throws {
    let folder = try TemporaryFolder()
    let first = try await RunningCollector(store: folder.path)
    let port = try LoopbackSocket.freePort()
    let second = try await Sagflow.run(
      ["collect", "--listen", "127.0.0.1:\(port)", "-o", folder.path], environment: ["SAGFLOW_HTTP_ENABLED": "false"])
    #expect(second.status == 69)
    #expect(second.errors.contains("belongs to a collector that is running"))
    let drain = try await Sagflow.run(["drain", "-o", folder.path])
    #expect(drain.status == 69)
    _ = try await first.stop()
  }

  @Test("without a journal a checkpoint still keeps live flows and templates over a restart")
  func withoutJournal() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    let environment = ["SAGFLOW_JOURNAL_ENABLED": "false"]
    let first = try await RunningCollector(environment: environment, store: store, drains: false)
    try NumberedFlows.send(0..<30, to: first.port)
    _ = try await first.stop()
    #expect(Self.files(store, ".pcap") == [])
    let second = try await RunningCollector(environment: environment, store: store)
    let ledger = try await second.stop()
    #expect(ledger["rows committed"] == 30)
  }
}
