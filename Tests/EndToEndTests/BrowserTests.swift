import Foundation
import TestSupport
import Testing

/// What `make test-engines` installs and no other target needs.
private let enginesPython = ProcessInfo.processInfo.environment["ENGINES_PYTHON"].flatMap { Tool($0) }

@Suite(
  "the page and the API, asked by a browser and by their description", .tags(.engine, .network, .slow), .unlessFast,
  .enabled(if: enginesPython != nil, "make test-engines runs these"))
struct BrowserTests {
  /// Sends what a store on the way has: flows of a real exporter, made ones, and interfaces with names that mean harm.
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
    let flows = (0..<40).map {
      ExportedFlow(sourcePort: UInt16(2000 + $0), octets: 1_000_000, began: UInt32($0 * 1000))
    }
    for first in stride(from: 0, to: flows.count, by: 20) {
      try socket.send(ExportMessage.v5(Array(flows[first..<(first + 20)]), at: now, sequence: UInt32(first)), to: port)
    }
  }

  @Test("Chromium shows the command line's figures, filters, zooms, and runs nothing that an exporter sent")
  func page() async throws {
    let folder = try TemporaryFolder()
    // Its picture is in the README; who wants to see them names a directory.
    let pictures = ProcessInfo.processInfo.environment["PAGE_PICTURES"] ?? folder.path
    let token = try folder.write("operators-token-0123456789\n", as: "token")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: token)
    let open = try await RunningCollector(["--active-timeout", "3600s", "--inactive-timeout", "3600s"])
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
