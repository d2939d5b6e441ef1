import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite(
  "a replay is repeatable, and the same as receiving", .tags(.engine, .network, .slow), .unlessFast,
  .enabled(if: StoreReader.areInstalled, "python3 with duckdb, pytz and pyarrow is missing"))
struct ReplayTests {
  /// Keeps flow times as sent: a fixture's exporter is months behind the collector's clock.
  private static let trust = ["SAGFLOW_EXPORTERS_CLOCK": "trust"]
  private static let captures = Fixtures.realCaptures.map { Fixtures.path("real/\($0).pcap") }

  @Test("the same captures give the same files twice: names, rows, order, all columns")
  func repeatable() async throws {
    let folder = try TemporaryFolder()
    let stores = [folder.path + "/first", folder.path + "/second"]
    for store in stores { try await Sagflow.replay(Self.captures, into: store) }
    let first = try await StoreReader.pyarrow.rows(stores[0])
    let second = try await StoreReader.pyarrow.rows(stores[1])
    #expect(first.count > 500)
    #expect(first == second)
    #expect(try await StoreReader.duckdb.rows(stores[0]).count == first.count)
    // Columns without a value in any row are omitted; the schema has all.
    let schema = try await #require(StoreReader.python).run([
      "-c",
      "import duckdb, sys; print(*[r[0] for r in duckdb.execute(\"DESCRIBE SELECT * FROM read_parquet(?, hive_partitioning=false)\", [sys.argv[1] + '/**/*.parquet']).fetchall()])",
      stores[0],
    ])
    let names = schema.split(whereSeparator: \.isWhitespace)
    #expect(names.count == 59)
    #expect(names.first == "time_start")
    #expect(names.last == "reverse_packets")
  }

  /// Returns the row of a record for one direction; nil for a reverse direction without counts.
  private static func row(_ record: [String: Any], isReverse: Bool = false) throws -> String? {
    let fields = try #require(record["fields"] as? [String: Any])
    func value(_ names: String...) -> String { names.compactMap { fields[$0] }.first.map { "\($0)" } ?? "0" }
    let ends = [
      [value("sourceIPv4Address", "sourceIPv6Address"), value("destinationIPv4Address", "destinationIPv6Address")],
      [value("sourceTransportPort"), value("destinationTransportPort")],
      [value("ingressInterface"), value("egressInterface")],
    ].map { isReverse ? Array($0.reversed()) : $0 }
    // Reverse elements have the numbers of the forward ones (RFC 5103 §6.1).
    let counts =
      isReverse
      ? [value("29305/1"), value("29305/2"), value("29305/5"), value("29305/6")]
      : [value("octetDeltaCount"), value("packetDeltaCount"), value("ipClassOfService"), value("tcpControlBits")]
    if isReverse, counts[0] == "0", counts[1] == "0" { return nil }
    return (ends[0] + ends[1] + [value("protocolIdentifier")] + counts + ends[2] + ["\(record["domain"] ?? "")"])
      .joined(separator: ",")
  }

  @Test(
    "without aggregation each direction of a record that an exporter sent is a row", arguments: Fixtures.realCaptures)
  func recordForRecord(name: String) async throws {
    let folder = try TemporaryFolder()
    let capture = Fixtures.path("real/\(name).pcap")
    let ledger = try await Sagflow.replay(
      [capture], into: folder.path, environment: ["SAGFLOW_AGGREGATION_ENABLED": "false"])
    let records = try await Sagflow.run(["replay", "--records", capture])
    let flows = try JSONLines.objects(records.output).filter { $0["kind"] as? String == "flow" }
    let want = try flows.compactMap { try Self.row($0) } + flows.compactMap { try Self.row($0, isReverse: true) }
    #expect(ledger["rows committed"] == want.count)
    let rows = try await StoreReader.pyarrow.rows(folder.path)
    let got = rows.map {
      $0.text(
        "src_addr", "dst_addr", "src_port", "dst_port", "proto", "bytes", "packets", "ip_tos", "tcp_flags", "in_if",
        "out_if", "observation_domain_id")
    }
    // The contents of sampled packets are in their sections.
    if name == "softflowd-psamp" {
      #expect(got.count == want.count)
    } else {
      #expect(got.sorted() == want.sorted(), "\(Set(got).symmetricDifference(want).sorted().prefix(6))")
    }
    #expect(rows.allSatisfy { $0["flows"] == "1" })
  }

  @Test(
    "a biflow is one row with both directions' counts where the settings want pairs; sums by direction are those of rows"
  )
  func pairs() async throws {
    let folder = try TemporaryFolder()
    let capture = Fixtures.path("real/softflowd-v10-biflow.pcap")
    let stores = [folder.file("rows"), folder.file("pairs")]
    let asRows = try await Sagflow.replay([capture], into: stores[0])
    let asPairs = try await Sagflow.replay(
      [capture], into: stores[1], environment: ["SAGFLOW_EXPORTERS_BIFLOWS": "pairs"])
    let rows = try await StoreReader.pyarrow.rows(stores[0])
    let pairs = try await StoreReader.pyarrow.rows(stores[1])
    let reversed = pairs.filter { $0.number("reverse_packets") > 0 }
    #expect(reversed.count > 3)
    #expect(rows.allSatisfy { $0["reverse_bytes"].isEmpty && $0["reverse_packets"].isEmpty })
    func add(_ row: StoredRow, _ octets: String, _ packets: String, _ ends: String, to sums: inout [String: [Int]]) {
      let old = sums[ends] ?? [0, 0]
      sums[ends] = [old[0] + max(0, row.number(octets)), old[1] + max(0, row.number(packets))]
    }
    var (expected, found): ([String: [Int]], [String: [Int]]) = ([:], [:])
    for row in rows {
      add(row, "bytes", "packets", row.text("src_addr", "dst_addr", "src_port", "dst_port", "proto"), to: &expected)
    }
    for row in pairs {
      add(row, "bytes", "packets", row.text("src_addr", "dst_addr", "src_port", "dst_port", "proto"), to: &found)
    }
    for row in reversed {
      let ends = row.text("dst_addr", "src_addr", "dst_port", "src_port", "proto")
      add(row, "reverse_bytes", "reverse_packets", ends, to: &found)
    }
    #expect(found == expected)
    let reverse = "records of reverse directions"
    #expect(asRows[reverse] > 3 && asPairs[reverse] == 0)
    #expect(asRows["records"] == asPairs["records"] + asRows[reverse])
  }

  @Test(
    "what a socket receives becomes the rows that a replay of it gives",
    arguments: [
      [], ["--active-timeout", "2m", "--inactive-timeout", "100s"],
      ["--active-timeout", "3s", "--inactive-timeout", "1s"], ["aggregation off"],
    ])
  func socketAndReplay(options: [String]) async throws {
    var environment = Self.trust
    let isMerging = options != ["aggregation off"]
    let options = isMerging ? options : []
    if !isMerging { environment["SAGFLOW_AGGREGATION_ENABLED"] = "false" }
    let folder = try TemporaryFolder()
    let replayed = try await Sagflow.replay(Self.captures, into: folder.path, options, environment: environment)
    let collector = try await RunningCollector(options, environment: environment)
    for capture in Self.captures { try await Self.resend(capture, to: collector.port) }
    let received = try await collector.stop()
    #expect(received["datagrams"] == replayed["datagrams"])
    #expect(received["records"] == replayed["records"])
    let want = try await StoreReader.duckdb.rows(folder.path)
    let got = try await StoreReader.duckdb.rows(collector.store)
    if isMerging {
      // Flows received at another pace than captured are split at other times; their sums are the same.
      #expect(got.sums == want.sums)
    } else {
      #expect(got.map { "\($0.flow)" }.count == want.count)
      #expect(
        got.map { $0.flow.sorted { $0.key < $1.key }.description }.sorted()
          == want.map { $0.flow.sorted { $0.key < $1.key }.description }.sorted())
    }
  }

  /// Sends a capture's datagrams from their original source ports if these are free.
  private static func resend(_ capture: String, to port: UInt16) async throws {
    let octets = Octets(try Data(contentsOf: URL(fileURLWithPath: capture)))
    var senders: [UInt16: Int] = [:]
    var sockets = SocketList()
    var offset = 24
    while offset + 16 <= octets.count {
      let length = Int(octets[offset + 8]) | Int(octets[offset + 9]) << 8
      // Ethernet, IPv4 without options, UDP.
      let frame = Array(octets[offset + 16..<offset + 16 + length])
      let source = UInt16(frame[34]) << 8 | UInt16(frame[35])
      let index = try senders[source] ?? sockets.add(source)
      senders[source] = index
      try sockets.send(Array(frame[42...]), from: index, to: port)
      offset += 16 + length
    }
  }
}

/// Keeps sockets open until everything is sent.
private struct SocketList: ~Copyable {
  private var sockets: [SocketBox] = []

  private final class SocketBox {
    let socket: LoopbackSocket
    init(_ socket: consuming LoopbackSocket) { self.socket = socket }
  }

  mutating func add(_ port: UInt16) throws -> Int {
    do {
      sockets.append(SocketBox(try LoopbackSocket(from: .loopback(port))))
    } catch {
      sockets.append(SocketBox(try LoopbackSocket(from: .loopback(0))))
    }
    return sockets.count - 1
  }

  func send(_ payload: Octets, from index: Int, to port: UInt16) throws {
    try sockets[index].socket.send(payload, to: port)
  }
}

extension [StoredRow] {
  /// Packets, octets and records by the standard key.
  fileprivate var sums: [String: [Int]] {
    reduce(into: [:]) { sums, row in
      let key = row.text(
        "exporter_addr", "observation_domain_id", "flow_type", "src_addr", "dst_addr", "src_port", "dst_port", "proto",
        "ip_tos", "in_if", "out_if", "src_vlan", "dst_vlan", "direction", "vrf_id", "nat_event", "firewall_event",
        "forwarding_status", "layer2_segment_id", "sampling_rate")
      let old = sums[key] ?? [0, 0, 0]
      sums[key] = [
        old[0] + row.number("packets"), old[1] + row.number("bytes"), old[2] + row.number("flows"),
      ]
    }
  }
}
