import Foundation
import TestSupport
import Testing

@Suite(
  "top answers as nfdump does of the same datagrams", .tags(.engine, .network), .unlessFast,
  .enabled(if: Tool.isInstalled("nfcapd", "nfdump"), "nfcapd or nfdump is missing"))
struct NfdumpAgreementTests {
  /// nfdump's statistic, the key of `top`, and the filter for both. Excluded are times and rates, which differ by a
  /// millisecond because flows are sent twice, and `ip`, where nfdump counts a flow from an address to itself twice.
  private static let questions: [(statistic: String, key: String, filter: String)] = [
    ("srcip", "src_addr", "any"), ("dstip", "dst_addr", "src net 10.0.0.0/8"), ("dstport", "dst_port", "proto tcp"),
    ("srcport", "src_port", "bytes > 10k and not port 443"), ("proto", "proto", "packets > 5 or flags S"),
    ("inif", "in_if", "dst port in [80 443]"), ("srcas", "src_as", "src net 10.0.0.0/12 or dst net 10.0.0.0/12"),
    ("srcip", "src_addr", "bpp > 500 and packets > 2"), ("dstip", "dst_addr", "ipv4 and (flags A or icmp-type 8)"),
    ("srcip", "src_addr", "src or dst port 443"), ("dstport", "dst_port", "src and dst port > 1023"),
    ("dstip", "dst_addr", "not net 10.0.0.0 255.240.0.0 and tos > 3"), ("proto", "proto", "src and dst net 10.0.0.0/8"),
  ]

  @Test("sums by address, port, protocol and interface under filters", arguments: ["5", "9"])
  func sums(version: String) async throws {
    let folder = try TemporaryFolder()
    let nfcapd = try await Listener(try #require(Tool("nfcapd"))) {
      ["-w", folder.path, "-p", "\($0)", "-b", "127.0.0.1", "-t", "3600", "-B", "20000000"]
    }
    let collector = try await RunningCollector(environment: ["SAGFLOW_AGGREGATION_ENABLED": "false"])
    for port in [nfcapd.port, collector.port] {
      let outcome = try await Sagflow.run([
        "generate", "--to", "127.0.0.1:\(port)", "--netflow-version", version, "--flows", "20000", "--rate", "20000",
        "--seed", "11",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    try await nfcapd.finish()
    let ledger = try await collector.stop()
    #expect(ledger["rows committed"] == 20_000)
    let file = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasPrefix("nfcapd.2") })
    let nfdump = try #require(Tool("nfdump"))
    for (statistic, key, filter) in Self.questions {
      let theirs = try await nfdump.run([
        "-r", "\(folder.path)/\(file)", "-s", "\(statistic)/bytes", "-n", "0", "-o", "csv", filter,
      ])
      let ours = try await Sagflow.run(
        ["top", "-r", collector.store, "--by", key, "-n", "1000000", "--format", "csv", filter])
      #expect(ours.status == 0, "\(ours.errors)")
      // nfdump: ts,te,td,pr,val,fl,flP,pkt,pktP,byt,…
      let wanted = theirs.split(separator: "\n").dropFirst().prefix { $0.hasPrefix("20") }.map { line in
        let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        return [cells[4], cells[5], cells[7], cells[9]]
      }
      let found = ours.lines.dropFirst().map { $0.split(separator: ",").prefix(4).map(String.init) }
      #expect(Set(found) == Set(wanted), "v\(version) \(statistic) \(filter): \(found.count) and \(wanted.count)")
      #expect(!wanted.isEmpty, "\(statistic) \(filter)")
    }
  }
}
