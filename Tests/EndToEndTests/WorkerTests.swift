import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite(
  "several workers share the work and nothing is lost between them", .tags(.engine, .network, .slow), .unlessFast,
  .enabled(if: StoreReader.areInstalled, "python3 with duckdb, pytz and pyarrow is missing"))
struct WorkerTests {
  @Test("many sources, two workers: the totals are what was sent, in files of both")
  func totals() async throws {
    let collector = try await RunningCollector(["--workers", "2"])
    #expect(collector.program.errors.contains("with 2 workers"))
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    var packets = 0
    for source in 1...16 {
      let socket = try LoopbackSocket(from: .loopback(0))
      for message in 0..<10 {
        let flows = (0..<30).map {
          ExportedFlow(
            source: "10.0.\(source).\($0 + 1)", sourcePort: UInt16(message), packets: UInt32(source + $0), octets: 1000)
        }
        packets += flows.reduce(0) { $0 + Int($1.packets) }
        try socket.send(
          ExportMessage.v5(flows, at: now, sequence: UInt32(message * 30), engine: UInt16(source)), to: collector.port)
      }
    }
    let ledger = try await collector.stop()
    #expect(ledger["datagrams"] == 160)
    #expect(ledger["rows committed"] == 4800)
    #expect(ledger["lost by sequence number"] == 0)
    let rows = try await StoreReader.duckdb.rows(collector.store)
    #expect(rows.reduce(0) { $0 + $1.number("packets") } == packets)
    // flows-host-time-WORKER-sequence.parquet
    let workers = Set(rows.compactMap { $0.file.split(separator: "-").dropLast().last })
    #expect(workers == ["0", "1"])
  }

  @Test("templates of one port serve data that would be given up, at any worker", arguments: [9, 10])
  func templates(version: UInt16) async throws {
    let collector = try await RunningCollector(["--workers", "2"])
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let teacher = try LoopbackSocket(from: .loopback(0))
    try teacher.send(
      ExportMessage.message(version: version, ExportMessage.template(version: version, id: 400), at: now),
      to: collector.port)
    // The worker that receives it must have seen it before the other one looks.
    try await collector.counts(1, "datagrams", "received")
    for source in 1...16 {
      let socket = try LoopbackSocket(from: .loopback(0))
      try socket.send(
        ExportMessage.message(
          version: version, ExportMessage.data([ExportedFlow(sourcePort: UInt16(source))], id: 400), at: now),
        to: collector.port)
    }
    let ledger = try await collector.stop()
    #expect(ledger["records"] == 16)
    // Until the end either worker might still receive its own template.
    #expect(ledger["early sets decoded later"] == 16)
    #expect(ledger["early sets given up"] == 0)
    let rows = try await StoreReader.pyarrow.rows(collector.store)
    #expect(rows.map { $0.number("src_port") }.sorted() == Array(1...16))
  }

  @Test("data that came before any template is stored at the end if one port has sent it", arguments: [9, 10])
  func earlyData(version: UInt16) async throws {
    let collector = try await RunningCollector(["--workers", "2"])
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    for source in 1...16 {
      let socket = try LoopbackSocket(from: .loopback(0))
      try socket.send(
        ExportMessage.message(
          version: version, ExportMessage.data([ExportedFlow(sourcePort: UInt16(source))], id: 400), at: now),
        to: collector.port)
    }
    try await collector.counts(16, "datagrams", "received")
    let teacher = try LoopbackSocket(from: .loopback(0))
    try teacher.send(
      ExportMessage.message(version: version, ExportMessage.template(version: version, id: 400), at: now),
      to: collector.port)
    try await collector.counts(17, "datagrams", "received")
    let ledger = try await collector.stop()
    #expect(ledger["records"] == 16)
    #expect(ledger["early sets decoded later"] == 16)
    let rows = try await StoreReader.duckdb.rows(collector.store)
    #expect(rows.map { $0.number("src_port") }.sorted() == Array(1...16))
  }
}
