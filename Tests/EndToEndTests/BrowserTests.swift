import Foundation
import TestSupport
import Testing

/// The Python environment installed by `make test-engines`, which no other target needs.
private let enginesPython = ProcessInfo.processInfo.environment["ENGINES_PYTHON"].flatMap { Tool($0) }

@Suite(
  "the page and the API, asked by a browser and by their description", .tags(.engine, .network, .slow), .unlessFast,
  .enabled(if: enginesPython != nil, "make test-engines runs these"))
struct BrowserTests {
  /// Sends the contents of a typical store: flows of a real exporter, synthetic ones, and interfaces with malicious
  /// names.
  private static func feed(_ port: UInt16, _ folder: TemporaryFolder) async throws {
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let traffic = Traffic(conversations: 300, ipv6: true, seed: 42, start: UInt64(now - 300_000) * 1_000_000)
    let capture = try folder.write(traffic.file.octets, as: "traffic.pcap")
    if let softflowd = Tool("softflowd") {
      let exporter = try RunningProgram(
        softflowd.path, ["-r", capture, "-n", "127.0.0.1:\(port)", "-v", "9", "-d", "-p", "none", "-c", "none"])
      #expect(try await exporter.end().status == 0)
    }
    let sent = try await Sagflow.run([
      "generate", "--to", "127.0.0.1:\(port)", "--flows", "20000", "--rate", "10000", "--seed", "7",
    ])
    #expect(sent.status == 0, "\(sent.errors)")
    let socket = try LoopbackSocket()
    try socket.send(
      ExportMessage.interfaceTable(
        ["<script>window.injected = 1</script>", "\"><img src=x onerror=alert(1)>"], width: 64, at: now), to: port)
    let flows = hour()
    for first in stride(from: 0, to: flows.count, by: 20) {
      let part = Array(flows[first..<min(first + 20, flows.count)])
      try socket.send(ExportMessage.v5(part, at: now, sequence: UInt32(first)), to: port)
    }
  }

  private struct Server {
    var address: String
    var port: UInt16
    var proto: UInt8 = 6
    /// Mbit/s.
    var rate: Double
    /// Minutes of the hour in which it sends.
    var minutes = 0..<60
  }

  private static let servers = [
    Server(address: "10.20.1.10", port: 443, rate: 42), Server(address: "10.20.1.11", port: 443, rate: 25),
    Server(address: "10.20.2.5", port: 25, rate: 6), Server(address: "10.20.2.6", port: 993, rate: 9),
    Server(address: "10.20.3.20", port: 445, rate: 30), Server(address: "10.20.4.40", port: 5060, proto: 17, rate: 4),
    Server(address: "10.20.5.53", port: 53, proto: 17, rate: 2), Server(address: "10.20.6.60", port: 3306, rate: 12),
    Server(address: "10.20.7.70", port: 22, rate: 120, minutes: 24..<37),
    Server(address: "10.20.8.80", port: 8080, rate: 5, minutes: 8..<60),
  ]

  /// Returns the past hour of a small network, in flows of a minute.
  private static func hour() -> [ExportedFlow] {
    var random = SeededGenerator(seed: 3)
    return servers.flatMap { server in
      server.minutes.flatMap { minute in
        (0..<3).map { client in
          let noise = Double.random(in: -0.12...0.12, using: &random)
          let rate = server.rate * (1 + 0.35 * sin(Double(minute) / 9 + server.rate) + noise)
          let octets = rate / 3 * 60_000_000 / 8
          let began = UInt32(60 - minute) * 60_000
          return ExportedFlow(
            source: server.address,
            destination: client == 0 ? "198.51.100.\(server.port % 7 + 1)" : "203.0.113.\(client)",
            sourcePort: server.port, destinationPort: UInt16(50_000 + minute * 3 + client), proto: server.proto,
            packets: UInt32(octets / 900), octets: UInt32(octets), began: began, ended: began - 59_999)
        }
      }
    }
  }

  @Test("Chromium shows the command line's figures, filters, zooms, and runs nothing that an exporter sent")
  func page() async throws {
    let folder = try TemporaryFolder()
    // One screenshot is in the README; set a directory to keep them.
    let pictures = ProcessInfo.processInfo.environment["PAGE_PICTURES"] ?? folder.path
    let token = try folder.write("operators-token-0123456789\n", as: "token")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: token)
    let open = try await RunningCollector(
      ["--active-timeout", "3600s", "--inactive-timeout", "3600s"],
      configuration: "http: {resolve: true}\n")
    let guarded = try await RunningCollector(configuration: "http: {tokenFile: \(token)}\n")
    try await Self.feed(open.port, folder)
    let ports = (try await open.httpPort(), try await guarded.httpPort())
    try await eventually("all flows") {
      try await Sagflow.run(["top", "-r", open.store, "--by", "in_if_name"]).output.contains("<script>")
    }
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("page.py").path
    let driver = try RunningProgram(
      try #require(enginesPython).path,
      [
        script, Sagflow.path, open.store, "http://127.0.0.1:\(ports.0)",
        "http://127.0.0.1:\(ports.1)", "operators-token-0123456789", pictures,
      ], environment: ["HOME": folder.path])
    let outcome = try await driver.end(within: 600)
    print(outcome.output)
    #expect(outcome.status == 0, "\(outcome.output)\n\(outcome.errors)")
    let ledger = try await open.stop()
    #expect(ledger["datagrams dropped by the kernel"] == 0)
    _ = try await guarded.stop()
  }

  @Test("the API answers as its description says, to whatever may be asked")
  func description() async throws {
    let folder = try TemporaryFolder()
    let collector = try await RunningCollector()
    try await Self.feed(collector.port, folder)
    let port = try await collector.httpPort()
    let driver = try RunningProgram(
      try #require(enginesPython).path,
      [
        "-m", "schemathesis.cli", "run", "http://127.0.0.1:\(port)/api/v1/openapi.json", "--max-examples", "25",
        "--seed",
        "1", "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance",
        "--suppress-health-check", "all", "--no-color",
      ], environment: ["HOME": folder.path])
    let outcome = try await driver.end(within: 900)
    #expect(outcome.status == 0, "\(outcome.output)\n\(outcome.errors)")
    _ = try await collector.stop()
  }
}
