import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite("the running collector answers for itself over HTTP", .tags(.engine, .network, .slow), .unlessFast, .serialized)
struct StatusTests {
  /// Sections of counters in the status's ledger.
  private struct Status: Decodable {
    struct Exporter: Decodable {
      var address: String
      var records: Int
      var lost: Int
      var sessions: [Session]
    }

    struct Session: Decodable {
      var port: Int
      var version: Int
      var domain: Int
      var firstSeen: String
      var lastSeen: String
      var clockSkew: Double
      var templates: [Int]
      var templateCount: Int
      var sampling: Sampling
    }

    struct Sampling: Decodable {
      var rate: Int?
      var source: String
    }

    var ledger: [String: [String: Int]]
    var exporters: [Exporter]
    var listen: [String]
    var imbalances: [String]
  }

  private static func status(_ port: UInt16) async throws -> Status {
    let answer = try await HTTPAnswer.get("/api/v1/status", from: port)
    #expect(answer.status == 200)
    #expect(answer.headers["content-type"] == "application/json")
    return try JSONDecoder().decode(Status.self, from: Data(answer.body.utf8))
  }

  /// Returns samples by name and labels.
  private static func samples(_ text: String) -> [String: Double] {
    text.split(separator: "\n").filter { !$0.hasPrefix("#") }.reduce(into: [:]) { samples, line in
      guard let space = line.lastIndex(of: " ") else { return }
      samples[String(line[..<space])] = Double(line[line.index(after: space)...])
    }
  }

  /// Sends flows of three versions, options and garbage to a collector, and waits until it has received everything.
  ///
  /// - Returns: the number of datagrams sent.
  private static func feed(_ collector: RunningCollector, _ http: UInt16) async throws -> Int {
    var sent = 0
    for version in ["5", "9", "10"] {
      let outcome = try await Sagflow.run(
        [
          "generate", "--to", "127.0.0.1:\(collector.port)", "--netflow-version", version, "--flows", "900", "--rate",
          "0",
          "--sampling", "64", "--domain", version,
        ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      sent += outcome.output.split(separator: " ").compactMap { Int($0) }.dropFirst().first ?? 0
    }
    let socket = try LoopbackSocket()
    try socket.send([0, 1, 2, 3], to: collector.port)
    try socket.send([], to: collector.port)
    sent += 2
    try await eventually("all datagrams") { try await status(http).ledger["datagrams"]?["received"] == sent }
    // A response may be a second old.
    try await pause(1.1)
    return sent
  }

  @Test("metrics and status tell the ledger that the collector prints at its end")
  func agreement() async throws {
    // v5 sampling comes from the header, that of other versions from options.
    let collector = try await RunningCollector(environment: ["SAGFLOW_AGGREGATION_ENABLED": "false"])
    let http = try await collector.httpPort()
    let sent = try await Self.feed(collector, http)
    let answer = try await HTTPAnswer.get("/metrics", from: http)
    #expect(answer.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
    let metrics = Self.samples(answer.body)
    let status = try await Self.status(http)
    #expect(status.imbalances == [])
    #expect(status.listen == ["127.0.0.1:\(collector.port)"])
    let ledger = try await collector.stop()

    #expect(ledger["datagrams"] == sent)
    #expect(status.ledger["datagrams"]?["received"] == sent)
    #expect(metrics["sagflow_datagrams_received_total"] == Double(sent))
    #expect(status.ledger["datagrams"]?["rejected"] == 2)
    #expect(metrics["sagflow_decode_issues_total{reason=\"short_datagram\"}"] == 1)
    #expect(metrics["sagflow_decode_issues_total{reason=\"bad_version\"}"] == 1)
    let records = ledger["records"] - ledger["records options"]
    #expect(records == 2700)
    #expect(metrics["sagflow_records_total{kind=\"flow\"}"] == Double(records))
    #expect(metrics["sagflow_records_total{kind=\"options\"}"] == Double(ledger["records options"]))
    #expect(metrics["sagflow_flows_emitted_total{reason=\"as_sent\"}"] == Double(ledger["rows"]))
    #expect(status.ledger["flows"]?["emitted_as_sent"] == ledger["rows"])
    #expect(metrics["sagflow_exporters"] == 1)
    #expect(metrics["sagflow_exporter_records_total{exporter=\"127.0.0.1\"}"] == Double(records))
    #expect(metrics["sagflow_store_writable"] == 1)
    #expect((metrics["process_resident_memory_bytes"] ?? 0) > 1_000_000)

    // Metrics and status agree, counter by counter.
    let numbers = status.ledger.values.flatMap(\.values).filter { $0 > 0 }.sorted()
    let told = metrics.filter { sample in
      // Alerts are evaluated periodically, and are not part of the ledger.
      ["sagflow_exporter", "sagflow_session", "sagflow_store_writable", "sagflow_build", "sagflow_alert"]
        .allSatisfy { !sample.key.hasPrefix($0) } && sample.key.hasPrefix("sagflow_") && sample.value > 0
    }
    #expect(told.values.map { Int($0) }.sorted() == numbers)

    // The three exporters are one address with three sessions.
    let exporter = try #require(status.exporters.first)
    #expect(status.exporters.count == 1)
    #expect((exporter.address, exporter.records, exporter.lost) == ("127.0.0.1", 2700, 0))
    #expect(exporter.sessions.map(\.version).sorted() == [5, 9, 10])
    #expect(exporter.sessions.map(\.domain).sorted() == [5, 9, 10])
    for session in exporter.sessions {
      #expect(session.sampling.rate == 64, "\(session)")
      #expect(session.sampling.source == (session.version == 5 ? "header" : "options"), "\(session)")
      #expect((session.templateCount > 0) == (session.version != 5))
      #expect(session.templates.count == session.templateCount)
      #expect(abs(session.clockSkew) < 60)
      #expect(session.firstSeen <= session.lastSeen)
      #expect(session.firstSeen.hasSuffix("Z"))
    }
  }

  @Test("Prometheus's own checker takes the metrics", .enabled(if: Tool.isInstalled("promtool"), "promtool is missing"))
  func promtool() async throws {
    let collector = try await RunningCollector()
    let http = try await collector.httpPort()
    _ = try await Self.feed(collector, http)
    let body = try await HTTPAnswer.get("/metrics", from: http).body
    let folder = try TemporaryFolder()
    let file = try folder.write(Array(body.utf8), as: "metrics")
    let promtool = try #require(Tool("promtool"))
    let checked = try await RunningProgram(promtool.path, ["check", "metrics"], input: file).end()
    #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
    #expect(checked.errors == "")
    _ = try await collector.stop()

    // The shipped rules refer to existing metrics, and fire when they should.
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appendingPathComponent("config/prometheus-rules.yml"), encoding: .utf8)
    let rules = try folder.write(text, as: "prometheus-rules.yml")
    let outcome = try await promtool.outcome(["check", "rules", rules])
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    let cases = try String(
      contentsOf: root.appendingPathComponent("Tests/EndToEndTests/prometheus-rules-test.yml"), encoding: .utf8)
    let tests = try folder.write(cases, as: "prometheus-rules-test.yml")
    let tested = try await promtool.outcome(["test", "rules", tests])
    #expect(tested.status == 0, "\(tested.output)\(tested.errors)")
    let names = Set(text.matches(of: /\bsagflow_[a-z_]+/).map { String($0.output) })
    #expect(names.count >= 15)
    // Messages are counted only with actions configured, files only with outputs.
    for name in names where name != "sagflow_alert_messages_total" && !name.hasPrefix("sagflow_output_") {
      #expect(body.contains("# TYPE \(name) "), "\(name)")
    }
  }

  @Test("health and readiness are told apart from other paths")
  func paths() async throws {
    let collector = try await RunningCollector()
    let http = try await collector.httpPort()
    for path in ["/healthz", "/readyz"] {
      let answer = try await HTTPAnswer.get(path, from: http)
      #expect((answer.status, answer.body) == (200, "ok\n"), "\(path)")
    }
    #expect(try await HTTPAnswer.get("/metrics?x=1", from: http).status == 200)
    let head = try await HTTPAnswer.get("/metrics", from: http, method: "HEAD")
    #expect((head.status, head.body) == (200, ""))
    #expect(try await HTTPAnswer.get("/", from: http).headers["content-type"] == "text/html; charset=utf-8")
    #expect(try await HTTPAnswer.get("/../etc/passwd", from: http).status == 404)
    #expect(try await HTTPAnswer.get("/metrics", from: http, method: "DELETE").status == 405)
    _ = try await collector.stop()
  }

  @Test("clients that are slow, many or mad slow nothing, and lose nothing")
  func badClients() async throws {
    let collector = try await RunningCollector()
    let http = try await collector.httpPort()
    try await Self.hold(http) {
      let outcome = try await Sagflow.run(
        ["generate", "--to", "127.0.0.1:\(collector.port)", "--flows", "20000", "--rate", "20000"])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    // Once they are closed, the server responds again.
    try await eventually("an answer") { (try? await HTTPAnswer.get("/healthz", from: http).status) == 200 }
    let ledger = try await collector.stop()
    #expect(ledger["records"] - ledger["records options"] == 20_000, "\(ledger.text)")
    #expect(ledger["datagrams dropped by the kernel"] == 0)
    #expect(ledger["lost by sequence number"] == 0)
  }

  /// Holds connections of misbehaving clients while `body` runs.
  private static func hold(_ port: UInt16, _ body: () async throws -> Void) async throws {
    var connections: [Connection] = []
    for index in 0..<100 {
      guard let connection = try? Connection(port) else { continue }
      connections.append(connection)
      // The server may close one of these meanwhile.
      switch index % 4 {
      case 0: try? connection.send("GET /metrics HTTP/1.1\r\nHost: ")
      case 1:
        // Sends many requests and reads nothing.
        try? connection.send(
          String(repeating: "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 200))
      case 2: try? connection.send(String(repeating: "X", count: 30_000))
      default: try? connection.send("GET / HTTP/1.1\r\nA: \(String(repeating: "b", count: 20_000))\r\n\r\n")
      }
    }
    try await body()
    withExtendedLifetime(connections) {}
  }

  private final class Connection {
    private let connection: LoopbackConnection

    init(_ port: UInt16) throws { connection = try LoopbackConnection(to: port, receiveBuffer: 4096) }

    func send(_ text: String) throws { try connection.send(text) }
  }

  @Test("an address that is taken stops neither start nor reception, and is tried again")
  func addressInUse() async throws {
    let first = try await RunningCollector()
    let http = try await first.httpPort()
    let second = try await RunningCollector(environment: ["SAGFLOW_HTTP_LISTEN": "127.0.0.1:\(http)"])
    try await second.program.says("HTTP: cannot listen on 127.0.0.1:\(http): Address already in use")
    let outcome = try await Sagflow.run(
      ["generate", "--to", "127.0.0.1:\(second.port)", "--flows", "30", "--rate", "0"])
    #expect(outcome.status == 0)
    _ = try await first.stop()
    #expect(try await second.httpPort() == http)
    #expect(try await HTTPAnswer.get("/readyz", from: http).status == 200)
    #expect(second.program.errors.components(separatedBy: "cannot listen").count == 2, "said once")
    let ledger = try await second.stop()
    #expect(ledger["records"] - ledger["records options"] == 30)
  }

  @Test("it can be switched off")
  func disabled() async throws {
    let collector = try await RunningCollector(environment: ["SAGFLOW_HTTP_ENABLED": "false"])
    let ledger = try await collector.stop()
    #expect(!ledger.text.contains("HTTP"))
  }

  @Test("an address that others reach needs a token or http.public")
  func publicAddress() async throws {
    let folder = try TemporaryFolder()
    let command = ["collect", "--listen", "127.0.0.1:9", "-o", folder.path]
    let refused = try await Sagflow.run(command, environment: ["SAGFLOW_HTTP_LISTEN": "0.0.0.0:0"])
    #expect(refused.status == 78, "\(refused.errors)")
    #expect(refused.errors.contains("http.public") && refused.errors.contains("http.tokenFile"), "\(refused.errors)")
    let collector = try await RunningCollector(
      environment: ["SAGFLOW_HTTP_LISTEN": "0.0.0.0:0", "SAGFLOW_HTTP_PUBLIC": "true"])
    #expect(try await HTTPAnswer.get("/healthz", from: try await collector.httpPort()).status == 200)
    _ = try await collector.stop()
  }

  // MARK: sagflow status

  @Test("sagflow status shows ledger and exporters as a table or as JSON")
  func command() async throws {
    let collector = try await RunningCollector()
    let http = try await collector.httpPort()
    let sent = try await Self.feed(collector, http)
    let table = try await Sagflow.run(["status", "--http", "127.0.0.1:\(http)"])
    #expect(table.status == 0, "\(table.errors)")
    #expect(table.lines.first?.contains("listening on 127.0.0.1:\(collector.port)") == true)
    #expect(table.lines.contains { $0.hasPrefix("datagrams") && $0.contains(" \(sent) ") }, "\(table.output)")
    let rows = table.lines.filter { $0.hasPrefix("127.0.0.1 ") }
    #expect(rows.count == 3, "\(table.output)")
    #expect(rows.contains { $0.contains("1:64 (header)") })
    #expect(rows.contains { $0.contains("1:64 (options)") })
    let json = try await Sagflow.run(
      ["status", "--format", "json"], environment: ["SAGFLOW_HTTP_LISTEN": "127.0.0.1:\(http)"])
    #expect(json.status == 0, "\(json.errors)")
    let status = try JSONDecoder().decode(Status.self, from: Data(json.output.utf8))
    #expect(status.ledger["datagrams"]?["received"] == sent)
    _ = try await collector.stop()
  }

  @Test("sagflow status --watch looks again and again until it is interrupted")
  func watch() async throws {
    let collector = try await RunningCollector()
    let http = try await collector.httpPort()
    let program = try RunningProgram(
      Sagflow.path, ["status", "--watch", "--interval", "0.1", "--http", "127.0.0.1:\(http)"])
    try await eventually("three looks") {
      program.output.components(separatedBy: "no exporter has sent anything yet").count > 3
    }
    program.signal(SIGINT)
    #expect(try await program.end().status == 128 + SIGINT)
    _ = try await collector.stop()
  }

  @Test("a collector that does not answer, and something else that does, are 69")
  func unreachable() async throws {
    let nobody = try await Sagflow.run(["status", "--http", "127.0.0.1:1"])
    #expect(nobody.status == 69)
    #expect(nobody.errors.contains("http://127.0.0.1:1: no answer from a collector"), "\(nobody.errors)")
    let wrong = try await Sagflow.run(["status", "--http", "127.0.0.1"])
    #expect(wrong.status == 64, "\(wrong.errors)")
    #expect(wrong.errorLines.count == 1)
  }
}
