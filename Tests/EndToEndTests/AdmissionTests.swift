import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite(
  "collect and replay decode only what exporters.allow, deny and maximumRate let in", .tags(.network, .slow),
  .unlessFast)
struct AdmissionTests {
  /// Sends v5 datagrams of one flow each from an address of this host.
  private static func send(_ count: Int, from address: String, to port: UInt16) throws {
    let source = Endpoint(address: try #require(IPAddress(address)), port: 0)
    let socket = try LoopbackSocket(from: source)
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    for number in 0..<count {
      try socket.send(
        ExportMessage.v5([ExportedFlow(sourcePort: UInt16(1000 + number))], at: now, sequence: UInt32(number)), to: port
      )
    }
  }

  @Test("others are refused and counted, on a reload others are, and a restart after kill -9 refuses the same again")
  func collect() async throws {
    let folder = try TemporaryFolder()
    let collector = try await RunningCollector(
      configuration: "exporters: {allow: [127.0.0.0/30, 127.0.0.66], deny: [127.0.0.66]}\nstore: {rotation: 3600}\n",
      store: folder.path + "/flows", drains: false)
    try Self.send(3, from: "127.0.0.1", to: collector.port)
    try Self.send(5, from: "127.0.0.9", to: collector.port)
    try Self.send(7, from: "127.0.0.66", to: collector.port)
    try await collector.counts(15, "datagrams", "received")
    try await collector.counts(3, "datagrams", "taken")
    try await collector.counts(5, "datagrams", "refused_not_allowed")
    try await collector.counts(7, "datagrams", "refused_denied")
    let http = try await collector.httpPort()
    let metrics = try await HTTPAnswer.get("/metrics", from: http).body
    #expect(metrics.contains("sagflow_datagrams_refused_total{reason=\"not_allowed\"} 5\n"))
    #expect(metrics.contains("sagflow_datagrams_refused_total{reason=\"denied\"} 7\n"))
    #expect(metrics.contains("sagflow_sessions 1\n"))
    try await collector.program.says(
      "datagrams are refused by exporters.allow and exporters.deny, the newest from 127.0.0.")
    try Data("exporters: {deny: [127.0.0.1]}\nstore: {rotation: 3600}\n".utf8).write(
      to: URL(fileURLWithPath: collector.configurationFile))
    collector.program.signal(SIGHUP)
    try await collector.program.says("exporters.allow is now [], was [127.0.0.0/30, 127.0.0.66]")
    try await collector.program.says("exporters.deny is now [127.0.0.1], was [127.0.0.66]")
    // A worker applies the change shortly after it is logged: datagrams until then are refused as before.
    try await eventually("datagrams that are refused after the reload") {
      try Self.send(1, from: "127.0.0.1", to: collector.port)
      try await Task.sleep(for: .milliseconds(300))
      return try await collector.count("datagrams", "refused_denied") ?? 0 > 7
    }
    let before = try await collector.count("datagrams", "refused_not_allowed")
    try await eventually("datagrams that are taken after the reload") {
      try Self.send(1, from: "127.0.0.9", to: collector.port)
      try await Task.sleep(for: .milliseconds(300))
      return try await !HTTPAnswer.get("/metrics", from: http).body.contains("sagflow_sessions 1\n")
    }
    #expect(try await collector.count("datagrams", "refused_not_allowed") == before)
    collector.program.signal(SIGKILL)
    _ = try await collector.program.end()
    let drain = try await Sagflow.run(
      ["drain", "-o", collector.store], environment: ["SAGFLOW_EXPORTERS_DENY": "127.0.0.9,127.0.0.66"])
    #expect(drain.status == 0, "\(drain.errors)")
    let ledger = try PrintedLedger(drain.errors)
    #expect(ledger["datagrams not allowed"] == 0)
    #expect(ledger["datagrams denied"] > 12, "\(ledger.text)")
    #expect(ledger["datagrams decoded"] > 3, "\(ledger.text)")
    #expect(ledger["rows committed"] > 0)
  }

  @Test("an address over its rate loses what is beyond it, others nothing")
  func rate() async throws {
    let collector = try await RunningCollector(environment: [
      "SAGFLOW_EXPORTERS_MAXIMUM_RATE": "50", "SAGFLOW_RECEIVE_WORKERS": "1",
    ])
    for _ in 0..<10 { try Self.send(100, from: "127.0.0.9", to: collector.port) }
    try Self.send(20, from: "127.0.0.1", to: collector.port)
    try await collector.program.says("their sender exceeds exporters.maximumRate, the newest from 127.0.0.9;")
    let ledger = try await collector.stop()
    #expect(ledger["datagrams over their rate"] > 100, "\(ledger.text)")
    #expect(ledger["datagrams decoded"] >= 70, "\(ledger.text)")
    #expect(
      ledger["datagrams decoded"] + ledger["datagrams over their rate"] + ledger["datagrams dropped by the kernel"]
        == 1020,
      "\(ledger.text)")
  }

  @Test("a replay asks the same of a capture's senders, also record by record")
  func replay() async throws {
    let folder = try TemporaryFolder()
    var captures: [String] = []
    for (number, exporter) in ["192.0.2.1", "198.51.100.1", "2001:db8::1"].enumerated() {
      var capture = ExportCapture(exporter: exporter, start: 1_750_000_000_000)
      for second in 0...number { capture.send(ExportedFlow(), after: Double(second)) }
      captures.append(try folder.write(capture.octets, as: "\(number).pcap"))
    }
    let settings = try folder.write(text("exporters: {allow: [192.0.2.0/24, \"2001:db8::/32\"]}\n"), as: "c.yaml")
    let ledger = try await Sagflow.replay(captures, into: folder.path + "/flows", ["-c", settings])
    #expect(ledger["datagrams"] == 6)
    #expect(ledger["datagrams decoded"] == 4)
    #expect(ledger["datagrams not allowed"] == 2)
    let records = try await Sagflow.run(["replay", "--records", "-c", settings] + captures)
    #expect(records.status == 0, "\(records.errors)")
    let exporters = try JSONLines.objects(records.output).compactMap { $0["exporter"] as? String }
    #expect(exporters == ["192.0.2.1", "2001:db8::1", "2001:db8::1", "2001:db8::1"])
    #expect(records.errors.contains("2 datagrams were refused by exporters.allow"))
  }
}
