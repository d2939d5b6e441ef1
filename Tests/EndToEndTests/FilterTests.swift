import Foundation
import TestSupport
import Testing

@Suite("the filter at reception means what it means to query", .tags(.network, .slow), .unlessFast, .serialized)
struct FilterTests {
  private static let unmerged = ["SAGFLOW_AGGREGATION_ENABLED": "false"]

  private static let filters = [
    "proto udp", "not proto udp", "src port > 1023 and dst port < 1024", "port in [53 80 443]", "ipv4",
    "ipv6 or proto 1",
    "src net 10.0.0.0/9", "net 10.1.0.0/28", "dst net 203.0.113.0/25 and bytes > 200", "packets > 3", "bpp >= 100",
    "duration > 500", "pps > 10 or bps < 1000", "flags S and not flags F", "icmp-type 8", "in if 0", "tos 0",
    "exporter ip 127.0.0.1", "observation domain id > 0", "flows 1", "next ip 10.0.0.1", "src mask 0 and src as 0",
    "any",
    "not any", "direction ingress", "not direction egress", "dscp < 10", "net 10.0.0.0 255.128.0.0",
    "src and dst port > 1023", "src or dst port 53", "mpls any > 0 or vrf 0", "flow-type netflow_v9", "app 3:80",
  ]

  @Test("records that pass are those that query finds, and the rest is counted", arguments: ["5", "9", "10"])
  func agreement(version: String) async throws {
    let folder = try TemporaryFolder()
    let capture = Self.capture(version)
    let whole = try await Sagflow.replay([capture], into: folder.path + "/all", environment: Self.unmerged)
    let records = whole["records"] - whole["records options"]
    try #require(records > 50)
    for (index, filter) in Self.filters.enumerated() {
      let store = "\(folder.path)/\(index)"
      let ledger = try await Sagflow.replay([capture], into: store, [filter], environment: Self.unmerged)
      let counted = try await Sagflow.run(["query", "-r", folder.path + "/all", "--count", "--format", "csv", filter])
      let cells = counted.lines.last?.split(separator: ",").prefix(3).map(String.init) ?? []
      #expect(ledger["rows committed"] == Int(cells.first ?? ""), "\(filter)")
      #expect(ledger["records filtered out"] + ledger["rows committed"] == records, "\(filter)")
    }
  }

  @Test("-f reads the same filter from a file, for query, top and replay, and holds beside words")
  func files() async throws {
    let folder = try TemporaryFolder()
    let capture = Self.capture("9")
    let store = folder.path + "/store"
    try await Sagflow.replay([capture], into: store)
    let included = try folder.write(Array("src net 10.0.0.0/9 # half of them\n".utf8), as: "half.flt")
    let file = try folder.write(Array("# both\nproto udp\n  and @include half.flt\n".utf8), as: "udp.flt")
    let words = ["proto udp and src net 10.0.0.0/9"]
    for command in [
      ["query", "-r", store, "--format", "csv"], ["top", "-r", store, "--by", "dst_addr", "--format", "csv"],
      ["replay", capture, "--format", "csv"],
    ] {
      let expected = try await Sagflow.run(command + words)
      #expect(expected.lines.count > 1, "\(command)")
      for options in [["-f", file], ["-f", included, "proto udp"], ["--filter-file", included, "-f", file]] {
        let found = try await Sagflow.run(command + options)
        #expect(found.output == expected.output, "\(command) \(options): \(found.errors)")
        #expect(found.status == 0)
      }
      let missing = try await Sagflow.run(command + ["-f", folder.path + "/none.flt"])
      #expect(missing.status == 66, "\(command)")
      #expect(missing.errors.contains("none.flt: no such file"), "\(missing.errors)")
      let wrong = try folder.write(Array("ipv4 and\nsrc prt 80".utf8), as: "wrong.flt")
      let refused = try await Sagflow.run(command + ["-f", wrong])
      #expect(refused.status == 65, "\(command)")
      #expect(refused.errors.contains("\(wrong):2:5: expected ip"), "\(refused.errors)")
    }
  }

  @Test("names of hosts are resolved on demand alone, in filters of query, top and replay, and in tables")
  func hosts() async throws {
    let folder = try TemporaryFolder()
    let capture = Self.capture("9")
    let store = folder.path + "/store"
    try await Sagflow.replay([capture], into: store)
    for command in [["query", "-r", store, "--format", "csv"], ["replay", capture, "--format", "csv"]] {
      let expected = try await Sagflow.run(command + ["exporter ip in [127.0.0.1 ::1]"])
      #expect(expected.lines.count > 1, "\(command)")
      let found = try await Sagflow.run(command + ["--resolve-filter", "exporter ip localhost"])
      #expect(found.status == 0, "\(found.errors)")
      #expect(found.output == expected.output, "\(command)")
      let unasked = try await Sagflow.run(command + ["exporter ip localhost"])
      #expect(unasked.status != 0)
      #expect(unasked.errors.contains("--resolve-filter"), "\(unasked.errors)")
      // A name that no resolver accepts (RFC 6761 §6.4).
      let missing = try await Sagflow.run(command + ["--resolve-filter", "exporter ip a.invalid"])
      #expect(missing.status != 0)
      #expect(
        missing.errors.contains("column 13: expected a host name that resolves ("), "\(missing.errors)")
    }
    let top = ["top", "-r", store, "--by", "exporter_addr", "--resolve"]
    let table = try await Sagflow.run(top)
    #expect(table.status == 0, "\(table.errors)")
    let hosts = (try? String(contentsOfFile: "/etc/hosts", encoding: .utf8)) ?? ""
    let isNamed = hosts.split(separator: "\n").contains { line in
      line.split(whereSeparator: \.isWhitespace).prefix(2) == ["127.0.0.1", "localhost"]
    }
    #expect(table.output.contains(isNamed ? "127.0.0.1 (localhost)" : "127.0.0.1"), "\(table.output)")
    let refused = try await Sagflow.run(top + ["--format", "json"])
    #expect(refused.status == 64)
    #expect(refused.errors.contains("only tables show host names"), "\(refused.errors)")
  }

  @Test("--bottom gives the end of the whole ranking, the least first")
  func bottom() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/store"
    try await Sagflow.replay([Self.capture("9")], into: store)
    let top = ["top", "-r", store, "--by", "src_addr,dst_addr,dst_port", "--format", "csv"]
    func octets(_ options: [String]) async throws -> [Int] {
      let outcome = try await Sagflow.run(top + options)
      #expect(outcome.status == 0, "\(outcome.errors)")
      // After the key: flows, packets, bytes, pps, bps.
      return outcome.lines.dropFirst().compactMap { line in Int(line.split(separator: ",")[5]) }
    }
    let all = try await octets(["-n", "100000"])
    #expect(Set(all).count > 5)
    #expect(try await octets(["--bottom", "-n", "5"]) == Array(all.reversed().prefix(5)))
  }

  /// Returns a capture from a real exporter.
  private static func capture(_ version: String) -> String {
    Fixtures.path("real/softflowd-v\(version).pcap")
  }

  @Test("collect takes what the configuration lets pass, and another filter on reload")
  func reload() async throws {
    let configuration = "filter: dst port 443\naggregation:\n  enabled: false\n"
    let collector = try await RunningCollector(configuration: configuration)
    func generate(_ seed: String) async throws {
      let outcome = try await Sagflow.run([
        "generate", "--to", "127.0.0.1:\(collector.port)", "--flows", "2000", "--rate", "0", "--seed", seed,
      ])
      #expect(outcome.status == 0)
    }
    try await generate("1")
    // Datagrams waiting in the kernel are still filtered as before.
    try await collector.counts(2000, "records", "flow")
    try Data("filter: not dst port 443\naggregation:\n  enabled: false\n".utf8)
      .write(to: URL(fileURLWithPath: collector.configurationFile))
    collector.program.signal(SIGHUP)
    try await collector.program.says("filter is now \"not dst port 443\"")
    // Workers apply it with the next datagrams or clock tick.
    try await pause(2)
    try await generate("1")
    let ledger = try await collector.stop()
    // The same flows twice: first those that match, then the others.
    #expect(ledger["records"] == 4000)
    #expect(ledger["rows committed"] == 2000)
    #expect(ledger["records filtered out"] == 2000)
    let https = try await Sagflow.run(["query", "-r", collector.store, "--count", "--format", "csv", "dst port 443"])
    let count = Int(https.lines.last?.split(separator: ",").first ?? "") ?? -1
    #expect(count > 100)
    #expect(count < 1900)
  }

  @Test("a filter that is not understood is told with file, line and column")
  func mistakes() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Array("filter: src prt 80\n".utf8), as: "sagflow.yaml")
    let check = try await Sagflow.run(["config", "check", "-c", file])
    #expect(check.status == 78)
    #expect(check.errors.contains("\(file):1"), "\(check.errors)")
    #expect(check.errors.contains("column 5: expected ip"), "\(check.errors)")
    let coarse = try folder.write(
      Array("filter: exporter ip 10.0.0.1\naggregation:\n  key: [src_addr]\n".utf8), as: "coarse.yaml")
    let refused = try await Sagflow.run(["config", "check", "-c", coarse])
    #expect(refused.status == 78)
    #expect(refused.errors.contains("uses exporter_addr, which aggregation.key leaves out"), "\(refused.errors)")
    let named = try folder.write(Array("filter: in if-name 'Gi 0/1'\n".utf8), as: "named.yaml")
    let nameless = try await Sagflow.run(["config", "check", "-c", named])
    #expect(nameless.status == 78)
    #expect(nameless.errors.contains("uses in_if_name, which records do not have"), "\(nameless.errors)")

    let capture = Fixtures.path("real/softflowd-v5.pcap")
    let missing = try await Sagflow.run(["replay", capture, "/no/such.pcap"])
    #expect(missing.status == 66)
    #expect(
      missing.errors.contains("/no/such.pcap: no such file; and as a filter, column 1: expected"), "\(missing.errors)")
    let records = try await Sagflow.run(["replay", "--records", capture, "proto udp"])
    #expect(records.status == 64)
  }
}
