import Foundation
import TestSupport
import Testing

@Suite(
  "what real exporters saw is what the store holds", .tags(.engine, .network, .slow), .unlessFast,
  .enabled(if: StoreReader.areInstalled, "python3 with duckdb, pytz and pyarrow is missing"))
struct ExporterTests {
  @Test(
    "softflowd reads a capture of packets: the same packets and octets of each 5-tuple are stored",
    .enabled(if: Tool.isInstalled("softflowd"), "softflowd is missing"), arguments: ["5", "9", "10"])
  func softflowd(version: String) async throws {
    let folder = try TemporaryFolder()
    let traffic = Traffic(conversations: 300, ipv6: version != "5", seed: 42)
    #expect(traffic.volumes.keys.contains { $0.contains("2001:") } == (version != "5"))
    let capture = try folder.write(traffic.file.octets, as: "traffic.pcap")
    let collector = try await RunningCollector()
    let exporter = try RunningProgram(
      try #require(Tool("softflowd")).path,
      [
        "-r", capture, "-n", "127.0.0.1:\(collector.port)", "-v", version, "-d", "-p", "none", "-c", "none",
      ])
    #expect(try await exporter.end().status == 0)
    let ledger = try await collector.stop()
    #expect(ledger["records"] - ledger["records options"] == traffic.volumes.count)
    #expect(ledger["rows committed"] == traffic.volumes.count)
    for reader in StoreReader.allCases {
      let rows = try await reader.rows(collector.store)
      #expect(rows.volumes == traffic.volumes, "\(reader)")
      let type = ["5": "netflow_v5", "9": "netflow_v9", "10": "ipfix"][version]
      #expect(rows.allSatisfy { $0["flow_type"] == type && $0["exporter_addr"] == "127.0.0.1" })
    }
  }

  @Test(
    "nfreplay sends what nfcapd took down: the same packets and octets are stored",
    .enabled(if: Tool.isInstalled("nfcapd", "nfreplay", "nfdump"), "nfdump is missing"), arguments: ["5", "9"])
  func nfreplay(version: String) async throws {
    let folder = try TemporaryFolder()
    let nfcapd = try await Listener(try #require(Tool("nfcapd"))) {
      ["-b", "127.0.0.1", "-p", "\($0)", "-w", folder.path, "-t", "3600"]
    }
    let sent = try await Sagflow.run([
      "generate", "--to", "127.0.0.1:\(nfcapd.port)", "--netflow-version", version, "--flows", "500", "--rate", "0",
      "--seed",
      "7",
    ])
    #expect(sent.status == 0, "\(sent.errors)")
    try await nfcapd.finish()
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("nfcapd.2") }
    let file = folder.path + "/" + (try #require(files.first))
    let listing = try await #require(Tool("nfdump")).run([
      "-r", file, "-q", "-6", "-N", "-o", "fmt:%sa %da %pr %pkt %byt",
    ])
    let collector = try await RunningCollector()
    let replayer = try RunningProgram(
      try #require(Tool("nfreplay")).path,
      ["-r", file, "-H", "127.0.0.1", "-p", "\(collector.port)", "-v", version, "-d", "100"])
    #expect(try await replayer.end().status == 0)
    let ledger = try await collector.stop()
    #expect(ledger["records"] - ledger["records options"] == 500)
    var want: [String: Volume] = [:]
    for line in listing.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      try #require(words.count == 5)
      let key = words[0..<3].joined(separator: " ")
      want[key] = want[key, default: Volume()] + Volume(packets: Int(words[3]) ?? -1, octets: Int(words[4]) ?? -1)
    }
    var got: [String: Volume] = [:]
    for row in try await StoreReader.duckdb.rows(collector.store) {
      let key = "\(row["src_addr"]) \(row["dst_addr"]) \(row["proto"])"
      got[key] = got[key, default: Volume()] + Volume(packets: row.number("packets"), octets: row.number("bytes"))
    }
    #expect(got == want)
  }

  @Test(
    "fprobe watches the loopback interface: what was sent there is stored",
    .enabled(if: Tool.isInstalled("fprobe") && getuid() == 0, "fprobe or root is missing"))
  func fprobe() async throws {
    let folder = try TemporaryFolder()
    let manager = try #require(ServiceManagerSocket(path: folder.path + "/notify"))
    let collector = try await RunningCollector(
      environment: ["NOTIFY_SOCKET": folder.path + "/notify", "WATCHDOG_USEC": "1000000"])
    let receiver = try LoopbackSocket(from: .loopback(0))
    let port = try receiver.port
    let probe = try RunningProgram(
      try #require(Tool("fprobe")).path,
      [
        "-i", "lo", "-f", "udp dst port \(port)", "-s", "1", "-d", "1", "-e", "1", "-q", "10000", "-l", "2",
        "-x", "7:9", "127.0.0.1:\(collector.port)",
      ])
    defer { probe.signal(SIGKILL) }
    // fprobe starts its five threads once the interface is open.
    try await eventually("fprobe's threads") {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/\(probe.identifier)/task").count >= 5
    }
    try await pause(0.5)
    var want: [String: Volume] = [:]
    // Two full messages: those with fewer than 30 records are delayed for five seconds. All sockets stay open, so that
    // no two use the same port.
    let senders = try (1...60).map { _ in Sender(try LoopbackSocket(from: .loopback(0))) }
    for (number, sender) in zip(1..., senders) {
      for packet in 0...number % 5 {
        try sender.socket.send(zeros(100 + packet), to: port)
        let key = "127.0.0.1,127.0.0.1,\(try sender.socket.port),\(port),17"
        want[key] = want[key, default: Volume()] + Volume(packets: 1, octets: 128 + packet)
      }
    }
    var heard = ""
    do {
      try await eventually(within: 120, "60 records") {
        while let message = manager.receive() { heard = message.hasPrefix("STATUS=") ? message : heard }
        return heard.contains(" datagrams, 60 records")
      }
    } catch {
      Issue.record("\(error); heard \(heard), fprobe said \(probe.output)")
    }
    let ledger = try await collector.stop()
    #expect(ledger["records"] == 60)
    let rows = try await StoreReader.pyarrow.rows(collector.store)
    #expect(rows.volumes == want)
    #expect(rows.allSatisfy { $0["in_if"] == "7" && $0["out_if"] == "9" })
  }
}

/// Keeps a socket open while an array holds it.
private final class Sender {
  let socket: LoopbackSocket

  init(_ socket: consuming LoopbackSocket) {
    self.socket = socket
  }
}
