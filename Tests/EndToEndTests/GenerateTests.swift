import Foundation
import TestSupport
import Testing

@Suite(
  "generate sends exactly what it reports", .tags(.engine, .network, .slow), .unlessFast,
  .enabled(if: StoreReader.areInstalled, "python3 with duckdb, pytz and pyarrow is missing"))
struct GenerateTests {
  private func generate(
    _ collector: RunningCollector, version: String, address: String = "127.0.0.1", _ more: [String] = []
  ) async throws -> [Int] {
    let outcome = try await Sagflow.run(
      ["generate", "--to", "\(address):\(collector.port)", "--netflow-version", version] + more)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors == "")
    // sent N flows in N datagrams of N octets to ADDRESS, seed N
    return outcome.output.split(separator: " ").compactMap { Int($0) }
  }

  @Test("what it says it sent is what the collector stored", arguments: ["5", "9", "10"])
  func sent(version: String) async throws {
    let collector = try await RunningCollector(environment: ["SAGFLOW_AGGREGATION_ENABLED": "false"])
    let numbers = try await generate(
      collector, version: version, ["--flows", "2500", "--rate", "0", "--sampling", "64", "--domain", "258"])
    try #require(numbers.count >= 3)
    #expect(numbers[0] == 2500)
    let ledger = try await collector.stop()
    #expect(ledger["datagrams"] == numbers[1])
    #expect(ledger["records"] - ledger["records options"] == 2500)
    #expect(ledger["rows committed"] == 2500)
    #expect(ledger["lost by sequence number"] == 0)
    let rows = try await StoreReader.duckdb.rows(collector.store)
    #expect(rows.count == 2500)
    #expect(Set(rows.map { $0["sampling_rate"] }) == ["64"])
    #expect(Set(rows.map { $0["observation_domain_id"] }) == ["258"])
    #expect(rows.contains { $0["src_addr"].contains(":") } == (version != "5"))
  }

  @Test("the same seed sends the same flows, another one others")
  func seeds() async throws {
    func flows(_ seed: String) async throws -> [String] {
      let collector = try await RunningCollector(environment: ["SAGFLOW_AGGREGATION_ENABLED": "false"])
      _ = try await generate(collector, version: "9", ["--flows", "300", "--rate", "0", "--seed", seed])
      _ = try await collector.stop()
      return try await StoreReader.pyarrow.rows(collector.store)
        .map { $0.text("src_addr", "dst_addr", "src_port", "dst_port", "proto", "packets", "bytes") }.sorted()
    }
    let first = try await flows("5")
    #expect(first.count == 300)
    #expect(try await flows("5") == first)
    #expect(try await flows("6") != first)
  }

  @Test("a capture that it writes has all flows, on a clock of its own", arguments: ["5", "9", "10"])
  func capture(version: String) async throws {
    let folder = try TemporaryFolder()
    let (capture, store) = (folder.path + "/flows.pcap", folder.path + "/flows")
    let written = try await Sagflow.run([
      "generate", "-o", capture, "--netflow-version", version, "--flows", "6000", "--rate", "100", "--domain", "2",
    ])
    #expect(written.status == 0, "\(written.errors)")
    #expect(written.output.hasPrefix("wrote 6000 flows in "))
    let replayed = try await Sagflow.run(["replay", capture, "-o", store])
    #expect(replayed.status == 0, "\(replayed.errors)")
    let rows = try await StoreReader.duckdb.rows(store)
    #expect(rows.reduce(0) { $0 + (Int($1["flows"]) ?? 0) } == 6000)
    #expect(Set(rows.map { $0["exporter_addr"] }) == ["198.18.0.3"])
    // 6000 records at 100 per second take a minute.
    #expect(Set(rows.map { $0["time_start"].prefix(18) }).count >= 6)
  }

  @Test("either a collector or a capture, and a clock for that")
  func mistakes() async throws {
    for (arguments, word) in [
      ([], "--to or --output"), (["--to", "127.0.0.1:9", "-o", "x.pcap"], "--to or --output"),
      (["-o", "x.pcap", "--rate", "0"], "--rate 0"),
    ] {
      let outcome = try await Sagflow.run(["generate"] + arguments)
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains(word), "\(outcome.errors)")
    }
    let refused = try await Sagflow.run(["generate", "-o", "/no/such/folder/x.pcap"])
    #expect(refused.status != 0)
    #expect(refused.errors.contains("/no/such/folder/x.pcap"), "\(refused.errors)")
  }

  @Test("it sends to IPv6 addresses")
  func ipv6() async throws {
    let collector = try await RunningCollector(address: "::1")
    let numbers = try await generate(collector, version: "10", address: "[::1]", ["--flows", "100", "--rate", "0"])
    #expect(numbers.first == 100)
    let ledger = try await collector.stop()
    #expect(ledger["records"] == 100)
    let rows = try await StoreReader.pyarrow.rows(collector.store)
    #expect(Set(rows.map { $0["exporter_addr"] }) == ["::1"])
  }

  @Test("it keeps to the rate it is told")
  func rate() async throws {
    let collector = try await RunningCollector()
    let start = Date()
    let numbers = try await generate(collector, version: "5", ["--flows", "300", "--rate", "200"])
    let seconds = Date().timeIntervalSince(start)
    #expect(numbers.first == 300)
    // The last message is due after 300 minus its own flows; a busy machine may be later.
    #expect(seconds > 1.2)
    #expect(try await collector.stop()["records"] == 300)
  }
}
