import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite(
  "flows age by arrival, in a replay as in the hours that it replays", .tags(.engine, .network, .slow), .unlessFast,
  .enabled(if: StoreReader.areInstalled, "python3 with duckdb, pytz and pyarrow is missing"))
struct AgingTests {
  /// 2025-06-15 15:00:00 UTC, milliseconds.
  private static let start: Int64 = 1_750_000_000_000 - 1_750_000_000_000 % 3_600_000

  /// Returns the rows of flows in v5 messages, each sent at its second.
  private func rows(
    _ messages: [(seconds: Double, flows: [ExportedFlow])], _ options: [String] = [], configuration: String = ""
  ) async throws -> [StoredRow] {
    var capture = ExportCapture(start: Self.start)
    for message in messages { capture.send(message.flows, after: message.seconds) }
    return try await rows(capture, options, configuration: configuration)
  }

  private func rows(
    _ capture: ExportCapture, _ options: [String] = [], configuration: String = ""
  ) async throws -> [StoredRow] {
    let folder = try TemporaryFolder()
    let file = try folder.write(capture.octets, as: "flows.pcap")
    let yaml = try folder.write(text(configuration), as: "c.yaml")
    try await Sagflow.replay([file], into: folder.path + "/flows", ["-c", yaml] + options)
    return try await StoreReader.pyarrow.rows(folder.path + "/flows")
  }

  private func summary(_ rows: [StoredRow]) -> [String] {
    rows.map { $0.text("src_port", "packets", "bytes", "flows", "end_reason") }.sorted()
  }

  @Test("a silence above the inactive timeout splits a flow, one just below does not")
  func idle() async throws {
    let one = ExportedFlow(sourcePort: 1, packets: 2, octets: 200)
    let other = ExportedFlow(sourcePort: 2, packets: 1, octets: 40)
    // 14.8 s of silence, twice, then 15.2 s. A datagram of another flow in the same second must not count for this
    // flow.
    let rows = try await rows([
      (9.1, [other]), (9.9, [one]), (24.7, [one]), (39.1, [other]), (39.5, [one]), (54.1, [other]), (54.7, [one]),
    ])
    #expect(summary(rows) == ["1,2,200,1,4", "1,6,600,3,1", "2,1,40,1,1", "2,2,80,2,4"])
  }

  @Test("a flow that goes on is written every active timeout")
  func active() async throws {
    let steady = (0...65).map { (Double($0) * 10, [ExportedFlow(packets: 1, octets: 100)]) }
    let rows = try await rows(steady)
    // 0…290, 300…590, 600…650.
    #expect(summary(rows) == ["40000,30,3000,30,2", "40000,30,3000,30,2", "40000,6,600,6,4"])
    let starts = rows.map { $0.number("time_start") }.sorted()
    #expect(starts == [0, 300, 600].map { Int(Self.start) + $0 * 1000 })
  }

  @Test("options change both timers")
  func options() async throws {
    let messages = stride(from: 0.0, through: 60, by: 5).map { ($0, [ExportedFlow()]) }
    let short = try await rows(messages, ["--active-timeout", "20s", "--inactive-timeout", "10s"])
    #expect(summary(short) == ["40000,1,100,1,4"] + Array(repeating: "40000,4,400,4,2", count: 3))
    let apart = try await rows(messages, ["--active-timeout", "20s", "--inactive-timeout", "4s"])
    #expect(summary(apart) == Array(repeating: "40000,1,100,1,1", count: 12) + ["40000,1,100,1,4"])
    let long = try await rows(messages, ["--active-timeout", "1h", "--inactive-timeout", "10m"])
    #expect(summary(long) == ["40000,13,1300,13,4"])
  }

  @Test("with aggregation.endOfFlow FIN and RST end a TCP flow at once, without it they do not")
  func endOfFlow() async throws {
    func tcp(_ flags: UInt8) -> [ExportedFlow] { [ExportedFlow(proto: 6, flags: flags)] }
    let messages = [(0.0, tcp(0x02)), (1.0, tcp(0x11)), (2.0, tcp(0x02)), (3.0, tcp(0x14)), (4.0, tcp(0x10))]
    let ended = try await rows(messages, configuration: "aggregation: {endOfFlow: true}")
    #expect(summary(ended) == ["40000,1,100,1,4", "40000,2,200,2,3", "40000,2,200,2,3"])
    #expect(ended.map { $0["tcp_flags"] }.sorted() == ["16", "19", "22"])
    let open = try await rows(messages)
    #expect(summary(open) == ["40000,5,500,5,4"])
    #expect(open.map { $0["tcp_flags"] } == ["23"])
    // A FIN bit has no meaning without TCP.
    let udp = try await rows(
      [(0, [ExportedFlow(flags: 1)]), (1, [ExportedFlow(flags: 1)])],
      configuration: "aggregation: {endOfFlow: true}")
    #expect(summary(udp) == ["40000,2,200,2,4"])
  }

  @Test("a coarser key merges what it does not tell apart, and leaves out what differs")
  func coarserKey() async throws {
    let rows = try await rows(
      [
        (0, [ExportedFlow(source: "10.0.0.1", destinationPort: 443), ExportedFlow(source: "10.0.1.1")]),
        (1, [ExportedFlow(source: "10.0.0.200", destination: "192.0.2.9", sourcePort: 1, destinationPort: 443)]),
        (2, [ExportedFlow(source: "10.0.0.1", destinationPort: 80, packets: 5)]),
      ], configuration: "aggregation: {key: [src_addr/24, dst_port]}")
    let got = rows.map { $0.text("src_addr", "dst_addr", "src_port", "dst_port", "proto", "packets", "flows") }
    #expect(
      got.sorted() == ["10.0.0.0,::,0,443,0,2,2", "10.0.0.0,::,0,80,0,5,1", "10.0.1.0,::,0,443,0,1,1"].sorted())
  }

  @Test("a full cache writes the flows seen least recently")
  func noRoom() async throws {
    let flows = (1...1500).map { ExportedFlow(sourcePort: UInt16($0)) }
    let rows = try await rows(
      [(0, Array(flows[..<1000])), (1, [flows[0]]), (2, Array(flows[1000...]))],
      configuration: "aggregation: {maximumFlows: 1024}")
    let early = rows.filter { $0["end_reason"] == "5" }.map { $0.number("src_port") }
    #expect(rows.count == 1500)
    // At most a sixty-fourth more than necessary.
    #expect((476...476 + 1024 / 64).contains(early.count))
    #expect(early.sorted() == Array(2...early.count + 1))
    #expect(rows.filter { $0["src_port"] == "1" }.map { $0.text("packets", "end_reason") } == ["2,4"])
  }

  @Test("ten hours of capture stand in the folders of their hours, aged as in those hours")
  func tenHours() async throws {
    var capture = ExportCapture(start: Self.start)
    // A conversation that lasts 24 s every minute, and one that never ends.
    for minute in 0..<600 {
      for second in [0.0, 8, 16, 24] {
        let own = ExportedFlow(sourcePort: UInt16(1000 + minute), packets: 3, octets: 300, began: 7000, ended: 100)
        capture.send(own, ExportedFlow(destination: "198.51.100.1", proto: 47), after: Double(minute) * 60 + second)
      }
      for second in [32.0, 40, 48, 56] {
        capture.send(ExportedFlow(destination: "198.51.100.1", proto: 47), after: Double(minute) * 60 + second)
      }
    }
    let rows = try await rows(capture)
    let tunnel = rows.filter { $0["proto"] == "47" }
    let short = rows.filter { $0["proto"] == "17" }
    #expect(short.count == 600)
    #expect(short.allSatisfy { $0.text("packets", "flows", "end_reason") == "12,4,1" })
    // 4 s or 8 s between records: each 300 s has its row, and no row is longer.
    #expect(tunnel.reduce(0) { $0 + $1.number("flows") } == 4800)
    #expect((116...122).contains(tunnel.count))
    #expect(tunnel.allSatisfy { $0.number("time_end") - $0.number("time_start") < 300_000 })
    #expect(tunnel.filter { $0["end_reason"] != "2" }.map { $0["end_reason"] } == ["4"])
    for row in rows {
      // A row leaves the cache within two seconds after its timer expires; it is stored in the folder of that moment.
      let left =
        switch row["end_reason"] {
        case "1": row.number("time_end") + 100 + 15_001
        case "2": row.number("time_start") + 300_000
        default: row.number("time_end")
        }
      let folders = [left, left + 2000].map(Self.folder)
      #expect(folders.contains { row.file.hasPrefix($0) }, "\(row)")
    }
    let hours = Set(rows.map { $0.file.split(separator: "/").prefix(2).joined(separator: "/") })
    #expect(hours.count == 11 || hours.count == 10)
    #expect(hours.contains("date=2025-06-15/hour=15"))
    #expect(hours.contains("date=2025-06-16/hour=00"))
  }

  private static func folder(_ milliseconds: Int) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "'date='yyyy-MM-dd'/hour='HH'/'"
    return formatter.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
  }

  @Test("a running collector writes a flow once its timer has run out, and its file once the window is over")
  func live() async throws {
    let collector = try await RunningCollector(
      ["--active-timeout", "2s", "--inactive-timeout", "1s"], environment: ["SAGFLOW_STORE_ROTATION": "1s"])
    let socket = try LoopbackSocket()
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    try socket.send(ExportMessage.v5([ExportedFlow(packets: 7)], at: now), to: collector.port)
    var rows: [StoredRow] = []
    for _ in 0..<1200 where rows.isEmpty {
      try await pause(0.1)
      rows = try await StoreReader.pyarrow.rows(collector.store)
    }
    #expect(rows.map { $0.text("packets", "end_reason") } == ["7,1"])
    #expect(abs(rows.first.map { $0.number("time_start") } ?? 0) - Int(now) <= 1)
    let ledger = try await collector.stop()
    #expect(ledger["flows idle"] == 1)
    #expect(ledger["rows committed"] == 1)
  }
}
