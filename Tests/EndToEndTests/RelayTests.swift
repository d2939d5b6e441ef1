import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite("datagrams are relayed as they came", .tags(.engine, .network, .slow), .unlessFast, .serialized)
struct RelayTests {
  private struct Status: Decodable {
    struct Relay: Decodable {
      var target: String
      var sent: Int
      var failed: Int
      var dropped: Int
      var waiting: Int
      var failure: String?
    }

    struct Exporter: Decodable {
      var address: String
      var sessions: [Session]
    }

    struct Session: Decodable {
      var port: Int
    }

    var relay: [Relay]?
    var exporters: [Exporter]
  }

  private static func status(_ collector: RunningCollector) async throws -> Status {
    let body = try await HTTPAnswer.get("/api/v1/status", from: try await collector.httpPort()).body
    return try JSONDecoder().decode(Status.self, from: Data(body.utf8))
  }

  /// Returns a collector that relays to these ports of 127.0.0.1.
  private static func collector(
    to ports: [UInt16], _ environment: [String: String] = [:], options: [String] = []
  ) async throws -> RunningCollector {
    let targets = ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
    return try await RunningCollector(
      options, environment: ["SAGFLOW_RELAY_TARGETS": targets].merging(environment) { $1 })
  }

  /// Whether this process may spoof source addresses (CAP_NET_RAW, bit 13 of its capabilities).
  private static let mayKeepSource: Bool = {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
    return line.flatMap { UInt64($0.split(separator: "\t").last ?? "", radix: 16) }.map { $0 >> 13 & 1 == 1 } ?? false
  }()

  @Test("another collector has every datagram in its order, while a second target is dead; both are counted")
  func chain() async throws {
    let second = try await RunningCollector()
    let dead = try LoopbackSocket.freePort()
    let first = try await Self.collector(to: [dead, second.port], options: ["--workers", "2"])
    var total = 0
    // Fits into the smallest socket buffer, so that nothing is dropped however long a process has to wait.
    for version in ["5", "9", "10"] {
      let sent = try await Sagflow.run([
        "generate", "--to", "127.0.0.1:\(first.port)", "--netflow-version", version, "--flows", "1500", "--rate", "0",
        "--domain", version,
      ])
      #expect(sent.status == 0, "\(sent.errors)")
      // The output lists flows, then datagrams.
      total += sent.output.split(separator: " ").compactMap { Int($0) }.dropFirst().first ?? 0
    }
    var relay: [Status.Relay] = []
    try await eventually("all datagrams at both targets") {
      relay = try await Self.status(first).relay ?? []
      return relay.map { $0.sent + $0.failed + $0.dropped } == [total, total]
    }
    try await second.counts(total, "datagrams", "received")
    #expect(relay.map(\.target) == ["127.0.0.1:\(dead)", "127.0.0.1:\(second.port)"])
    #expect((relay[1].failed, relay[1].dropped, relay[1].failure) == (0, 0, nil))
    #expect(relay[0].failed > 0)
    try await first.program.says("relay to 127.0.0.1:\(dead) failing: Connection refused")
    // A target counts as working after ten seconds without failure, which may have passed.
    let late = try LoopbackSocket()
    var sequence: UInt32 = 0
    var failure: String?
    var table = ""
    try await eventually("a failure that the status and its table show") {
      let now = Int64(Date().timeIntervalSince1970 * 1000)
      try late.send(ExportMessage.v5([ExportedFlow()], at: now, sequence: sequence), to: first.port)
      (total, sequence) = (total + 1, sequence + 1)
      failure = try await Self.status(first).relay?.first?.failure
      table = try await Sagflow.run(["status", "--http", "127.0.0.1:\(try await first.httpPort())"]).output
      return failure != nil && table.contains("FAILS: ")
    }
    #expect(failure?.contains("Connection refused") == true)
    #expect(table.contains("FAILS: Connection refused"), "\(table)")
    // Responses may be a second old.
    let sample = "sagflow_relay_datagrams_total{target=\"127.0.0.1:\(second.port)\",result=\"sent\"} \(total)\n"
    try await eventually("all datagrams in the metrics") {
      try await HTTPAnswer.get("/metrics", from: try await first.httpPort()).body.contains(sample)
    }
    try await eventually("all datagrams in the table") {
      try await Sagflow.run(["status", "--http", "127.0.0.1:\(try await first.httpPort())"]).lines
        .contains { $0.hasPrefix("127.0.0.1:\(second.port) ") && $0.contains(" \(total) ") }
    }

    let (sender, receiver) = (try await first.stop(), try await second.stop())
    #expect(sender["datagrams"] == total)
    #expect(sender["datagrams dropped by the kernel"] == 0)
    #expect(sender["lost by sequence number"] == 0)
    for name in ["datagrams", "records", "records options"] {
      #expect(receiver[name] == sender[name], "\(name)")
    }
    #expect(receiver["lost by sequence number"] == 0, "\(receiver.text)")
    #expect(sender.text.contains("relayed to 127.0.0.1:\(second.port): \(total) datagrams sent, 0 failed, 0 dropped"))
  }

  @Test(
    "relay.keepSource: the other collector sees the exporter's own address and port",
    .enabled(if: mayKeepSource, "CAP_NET_RAW is missing"), arguments: [true, false])
  func keepSource(keeps: Bool) async throws {
    let second = try await RunningCollector()
    let first = try await Self.collector(to: [second.port], ["SAGFLOW_RELAY_KEEP_SOURCE": "\(keeps)"])
    let exporter = try LoopbackSocket(from: Endpoint(address: IPAddress(v4: 0x7f00_0002), port: 0))
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    for number in 0..<10 {
      try exporter.send(ExportMessage.v5([ExportedFlow()], at: now, sequence: UInt32(number)), to: first.port)
    }
    try await second.counts(10, "datagrams", "received")
    // A response may be a second old.
    var seen: [Status.Exporter] = []
    try await eventually("the exporter") {
      seen = try await Self.status(second).exporters
      return !seen.isEmpty
    }
    #expect(seen.map(\.address) == [keeps ? "127.0.0.2" : "127.0.0.1"])
    #expect((seen.first?.sessions.map(\.port) == [Int(try exporter.port)]) == keeps)
    _ = try await first.stop()
    _ = try await second.stop()
  }

  @Test("only the exporters that are named are relayed")
  func exporters() async throws {
    let second = try await RunningCollector()
    let first = try await Self.collector(to: [second.port], ["SAGFLOW_RELAY_EXPORTERS": "127.0.0.2/31"])
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    for last in UInt32(1)...4 {
      let exporter = try LoopbackSocket(from: Endpoint(address: IPAddress(v4: 0x7f00_0000 | last), port: 0))
      try exporter.send(ExportMessage.v5([ExportedFlow(packets: last)], at: now), to: first.port)
    }
    try await first.counts(4, "datagrams", "received")
    try await second.counts(2, "datagrams", "received")
    #expect(try await first.stop()["datagrams"] == 4)
    #expect(try await second.stop()["datagrams"] == 2)
  }

  @Test("what the journal brings again after a crash is not relayed again")
  func recovery() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    let second = try await RunningCollector()
    let environment = ["SAGFLOW_RELAY_TARGETS": "127.0.0.1:\(second.port)"]
    let killed = try await RunningCollector(environment: environment, store: store)
    try NumberedFlows.send(0..<100, to: killed.port)
    try await second.counts(100, "datagrams", "received")
    killed.program.signal(SIGKILL)
    _ = try await killed.program.end()
    let next = try await RunningCollector(environment: environment, store: store)
    try NumberedFlows.send(100..<150, to: next.port)
    try await next.counts(150, "datagrams", "received")
    try await second.counts(150, "datagrams", "received")
    #expect(try await next.stop()["rows committed"] == 150)
    #expect(try await second.stop()["datagrams"] == 150)
  }

  @Test(
    "softflowd, sagflow, nfcapd: nfdump shows what was on the wire",
    .enabled(if: Tool.isInstalled("softflowd", "nfcapd", "nfdump"), "softflowd or nfdump is missing"),
    arguments: ["5", "9"])
  func nfcapd(version: String) async throws {
    let folder = try TemporaryFolder()
    let traffic = Traffic(conversations: 300, ipv6: version != "5", seed: 42)
    let capture = try folder.write(traffic.file.octets, as: "traffic.pcap")
    let nfcapd = try await Listener(try #require(Tool("nfcapd"))) {
      ["-b", "127.0.0.1", "-p", "\($0)", "-w", folder.path, "-t", "3600"]
    }
    let collector = try await Self.collector(to: [nfcapd.port])
    let exporter = try RunningProgram(
      try #require(Tool("softflowd")).path,
      ["-r", capture, "-n", "127.0.0.1:\(collector.port)", "-v", version, "-d", "-p", "none", "-c", "none"])
    #expect(try await exporter.end().status == 0)
    // Waiting datagrams are sent before it ends.
    let ledger = try await collector.stop()
    #expect(ledger["records"] - ledger["records options"] == traffic.volumes.count)
    try await nfcapd.finish()
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("nfcapd.2") }
    let listing = try await #require(Tool("nfdump")).run([
      "-r", folder.path + "/" + (try #require(files.first)), "-q", "-6", "-N", "-o", "fmt:%sa %da %pr %pkt %byt",
    ])
    var got: [String: Volume] = [:]
    for line in listing.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      try #require(words.count == 5, "\(line)")
      let key = words[0..<3].joined(separator: ",")
      got[key] = got[key, default: Volume()] + Volume(packets: Int(words[3]) ?? -1, octets: Int(words[4]) ?? -1)
    }
    let want = traffic.volumes.reduce(into: [String: Volume]()) { sums, entry in
      let words = entry.key.split(separator: ",")
      let key = [words[0], words[1], words[4]].joined(separator: ",")
      sums[key] = sums[key, default: Volume()] + entry.value
    }
    #expect(got == want)
  }

  // MARK: Refusals

  /// Runs a command without the capability.
  private static let launcher =
    mayKeepSource ? ["/usr/bin/setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw"] : []

  @Test(
    "without CAP_NET_RAW relay.keepSource is refused at the start, with what to do",
    .enabled(if: launcher.isEmpty || Tool.isInstalled(launcher[0]), "setpriv is missing"))
  func capability() async throws {
    let folder = try TemporaryFolder()
    let outcome = try await Sagflow.run(
      ["collect", "--listen", "127.0.0.1:\(try LoopbackSocket.freePort())", "-o", folder.path + "/flows"],
      environment: [
        "SAGFLOW_RELAY_TARGETS": "127.0.0.1:9", "SAGFLOW_RELAY_KEEP_SOURCE": "true",
        "SAGFLOW_HTTP_LISTEN": "127.0.0.1:0",
      ], through: Self.launcher)
    #expect(outcome.status == 77, "\(outcome.errors)")
    for words in ["CAP_NET_RAW", "AmbientCapabilities=CAP_NET_RAW", "127.0.0.1:9"] {
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  @Test("a target that is the collector's own address is refused")
  func loop() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "listen: [\"0.0.0.0:9995\"]\nrelay:\n  targets: [\"127.0.0.1:9995\"]\n", as: "sagflow.yaml")
    let outcome = try await Sagflow.run(["config", "check", "-c", file])
    #expect(outcome.status == 78, "\(outcome.errors)")
    #expect(outcome.errors.contains("127.0.0.1:9995 is this collector itself"), "\(outcome.errors)")
  }
}
