import Foundation
import NetworkBytes
import TestSupport
import Testing

/// The Python environment installed by `make test-engines`, which no other target needs.
private let enginesPython = ProcessInfo.processInfo.environment["ENGINES_PYTHON"].flatMap { Tool($0) }

/// A store in which some files lack columns, because they were written before these existed.
private struct UnitedStore {
  /// Written by `sagflow replay -o` of the version with 43 columns, from captures of `Fixtures/real`.
  private static let fixture = Fixtures.path("store-43-columns")
  static let oldDay = "2026-11-23"

  /// The columns added since, with the values other than 0 and null in newer files, as `flows,packets,octets`.
  static let columns: [String: [String: String]] = [
    "nat_event": ["4": "2,30,3000", "5": "1,30,3000"],
    "firewall_event": ["1": "1,4,400", "3": "1,5,500"],
    "forwarding_status": ["64": "1,4,400", "130": "1,5,500"],
    "port_block_start": ["1024": "1,10,1000", "2048": "1,20,2000"],
    "port_block_end": ["2047": "1,10,1000", "3071": "1,20,2000"],
    "layer2_segment_id": ["7001": "1,4,400"],
    "mpls_top_label_addr": ["192.0.2.99": "1,4,400"],
    "src_label": ["berlin/acme": "4,59,5900", "rest": "1,10,1000"],
    "dst_label": ["rest": "5,69,6900"],
    "src_country": [:], "dst_country": [:],
    "src_as_name": ["Example, Inc.": "2,9,900"],
    "dst_as_name": [:],
    "exporter_name": ["cgn": "3,60,6000"],
    "reverse_bytes": [:], "reverse_packets": [:],
  ]

  let path: String
  private let folder: TemporaryFolder

  /// Copies the old files and writes newer ones.
  ///
  /// - Parameter newerFirst: whether newer files come first by name, which is the order in which readers open files:
  ///   their time is then before the old ones', otherwise after.
  init(newerFirst: Bool) async throws {
    folder = try TemporaryFolder()
    path = folder.file("flows")
    try FileManager.default.copyItem(atPath: Self.fixture, toPath: path)
    let environment = [
      "SAGFLOW_LABELS_PREFIXES": try folder.write(
        "prefix,site,customer\n0.0.0.0/0,rest,\n10.0.0.0/8,berlin,acme\n10.0.0.1/32,rest,\n", as: "prefixes.csv"),
      "SAGFLOW_LABELS_EXPORTERS": try folder.write("exporter,name\n192.0.2.7,cgn\n", as: "exporters.csv"),
      "SAGFLOW_LABELS_AS_NAMES": try folder.write("as,name\n64500,\"Example, Inc.\"\n", as: "as.csv"),
    ]
    // 2025-06-15, or 2026-12-24.
    let time: UInt32 = newerFirst ? 1_750_000_000 : 1_798_110_000
    let captures = [
      try folder.write(Self.translator(time), as: "translator.pcap"),
      try folder.write(Self.firewall(time + 600), as: "firewall.pcap"),
    ]
    try await Sagflow.replay(captures, into: path, environment: environment)
  }

  /// Returns NAT events in NetFlow v9.
  private static func translator(_ time: UInt32) -> Octets {
    capture(
      from: "192.0.2.7",
      v9(time: time) {
        template(256, f(8, 4), f(12, 4), f(4, 1), f(1, 4), f(2, 4), f(230, 1), f(225, 4), f(361, 2), f(362, 2))
        data(
          256,
          ip("10.0.0.1") + ip("198.51.100.1") + u8(6) + u32(1000, 10) + u8(4) + ip("203.0.113.1") + u16(1024, 2047),
          ip("10.0.0.2") + ip("198.51.100.1") + u8(6) + u32(2000, 20) + u8(4) + ip("203.0.113.1") + u16(2048, 3071),
          ip("10.0.0.3") + ip("198.51.100.2") + u8(17) + u32(3000, 30) + u8(5) + ip("203.0.113.1") + u16(0, 0))
      })
  }

  /// Returns firewall events in IPFIX.
  private static func firewall(_ time: UInt32) -> Octets {
    capture(
      from: "192.0.2.8",
      ipfix(time: time) {
        template(256, f(8, 4), f(12, 4), f(4, 1), f(1, 8), f(2, 8), f(233, 1), f(89, 1), f(351, 8), f(47, 4), f(16, 4))
        data(
          256,
          ip("10.0.0.4") + ip("198.51.100.3") + u8(6) + u64(400, 4) + u8(1, 64) + u64(7001) + ip("192.0.2.99")
            + u32(64500),
          ip("10.0.0.5") + ip("198.51.100.4") + u8(6) + u64(500, 5) + u8(3, 130) + u64(0) + ip("0.0.0.0") + u32(64500))
      })
  }

  private static func capture(from exporter: String, _ message: Message) -> Octets {
    var file = CaptureFile()
    let source = Endpoint(address: IPAddress(exporter) ?? .unspecified, port: 5000)
    file.append(
      datagram: message.octets, from: source, to: .loopback(2055), at: UInt64(message.time) * 1_000_000_000)
    return file.octets
  }
}

/// Rows of the store with one value in a column, on one day.
private struct Group {
  var day: String
  /// Empty if a reader returns null, or the 0 of a missing value.
  var value: String
  var isNull: Bool
  var flows: Int
  var packets: Int
  var octets: Int

  static func sum(_ groups: [Group]) -> String {
    "\(groups.reduce(0) { $0 + $1.flows }),\(groups.reduce(0) { $0 + $1.packets }),\(groups.reduce(0) { $0 + $1.octets })"
  }

  /// Returns sums by value.
  static func sums(_ groups: [Group]) -> [String: String] {
    Dictionary(grouping: groups, by: \.value).mapValues(sum)
  }
}

extension Group {
  /// - Parameter row: a row printed by `unions.py`.
  init(_ row: [String?]) throws {
    try #require(row.count == 5)
    func number(_ place: Int) throws -> Int { try #require(row[place].flatMap { Int($0) }) }
    day = try #require(row[0])
    value = row[1].flatMap { $0 == "0" ? nil : $0 } ?? ""
    isNull = row[1] == nil
    (flows, packets, octets) = (try number(2), try number(3), try number(4))
  }
}

extension UnitedStore {
  /// Checks each newer column, as read by another program, against the data sent and against `top`.
  ///
  /// - Parameter nullNumbers: whether the reader returns null, not 0, for numbers in files without the column.
  func check(_ reader: String, _ python: Tool, nullNumbers: Bool) async throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("unions.py").path
    let names = Self.columns.keys.sorted()
    let outcome = try await RunningProgram(python.path, ["-B", script, path, reader] + names).end(within: 600)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let answers = try JSONDecoder().decode([String: [[String?]]].self, from: Data(outcome.output.utf8))
    let whole = try await Sagflow.run(["query", "-r", path, "--count", "--format", "csv"])
    let total = try #require(whole.lines.last).split(separator: ",").prefix(3).joined(separator: ",")
    for (column, sent) in Self.columns {
      let groups = try #require(answers[column]).map { try Group($0) }
      #expect(Group.sum(groups) == total, "\(column)")
      #expect(Group.sums(groups.filter { !$0.value.isEmpty }) == sent, "\(column)")
      let old = groups.filter { $0.day == Self.oldDay }
      #expect(Group.sums(old) == ["": "335,1026,410788"], "\(column)")
      let isNullable =
        column.hasPrefix("reverse_") || ["_label", "_addr", "_country", "_name"].contains { column.hasSuffix($0) }
      #expect(old.allSatisfy { $0.isNull == (isNullable || nullNumbers) }, "\(column)")
      #expect(try await top(column) == Group.sums(groups), "\(column)")
    }
  }

  /// Returns the sums by value from `top`.
  private func top(_ column: String) async throws -> [String: String] {
    let outcome = try await Sagflow.run(["top", "-r", path, "--by", column, "--format", "json", "-n", "100"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try Dictionary(
      JSONLines.objects(outcome.output).map { row in
        let value = row[column].flatMap { $0 is NSNull ? nil : "\($0)" } ?? ""
        let numbers = ["flows", "packets", "bytes"].map { row[$0].map { "\($0)" } ?? "" }
        return (value == "0" ? "" : value, numbers.joined(separator: ","))
      }, uniquingKeysWith: { "\($0) and \($1)" })
  }
}

@Suite("files with and without newer columns are one store", .tags(.engine, .slow), .unlessFast, .serialized)
struct UnionTests {
  private static let hasReaders =
    (try? Tool.python?.runBriefly(["-c", "import duckdb, polars, pyarrow.dataset, pytz"])) != nil

  @Test(
    "DuckDB, pyarrow and Polars, asked as the documents say, and top have the same sums, and null where nothing was",
    .enabled(if: Self.hasReaders, "python3 with duckdb, polars, pyarrow and pytz is missing"),
    arguments: ["duckdb", "pyarrow", "polars"], [true, false])
  func readers(reader: String, newerFirst: Bool) async throws {
    try await UnitedStore(newerFirst: newerFirst).check(reader, try #require(Tool.python), nullNumbers: true)
  }
}

@Suite(
  "files with and without newer columns are one store to the engine of ClickHouse", .tags(.engine, .slow), .unlessFast,
  .enabled(if: enginesPython != nil, "make test-engines runs these"))
struct UnionEngineTests {
  @Test(
    "chdb, asked as the documents say, and top have the same sums; numbers are 0 where nothing was",
    arguments: [true, false])
  func chdb(newerFirst: Bool) async throws {
    try await UnitedStore(newerFirst: newerFirst).check("chdb", try #require(enginesPython), nullNumbers: false)
  }
}
