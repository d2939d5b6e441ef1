import Foundation
import TestSupport
import Testing

@Suite("IPFIX over TCP and TLS", .tags(.engine, .network, .slow), .unlessFast)
struct StreamTests {
  @Test(
    "the same flows over UDP, TCP and TLS are the same rows",
    .enabled(if: StoreReader.areInstalled, "python3 with duckdb, pytz and pyarrow is missing"))
  func sameRows() async throws {
    let collector = try await StreamCollector()
    let transports = collector.addresses + [try await collector.secureAddress()]
    for (index, address) in transports.enumerated() {
      let sent = try await collector.generate(
        address,
        ["--flows", "1500", "--rate", "0", "--seed", "9", "--domain", "\(index + 1)"]
          + (address.hasPrefix("tls") ? collector.credentials("edge1") : []))
      #expect(sent.status == 0, "\(sent.errors)")
    }
    let ledger = try await collector.stop()
    #expect(ledger["rows committed"] == 4500)
    #expect(ledger["lost by sequence number"] == 0)
    let rows = try await StoreReader.duckdb.rows(collector.store)
    func flows(_ domain: String) -> [String] {
      rows.filter { $0["observation_domain_id"] == domain }
        .map { $0.text("src_addr", "dst_addr", "src_port", "dst_port", "proto", "packets", "bytes") }.sorted()
    }
    #expect(flows("1").count == 1500)
    #expect(flows("2") == flows("1"))
    #expect(flows("3") == flows("1"))
  }

  @Test("over TLS exporters need a certificate of the authority with one of the names")
  func certificates() async throws {
    let collector = try await StreamCollector()
    let address = try await collector.secureAddress()
    let good = try await collector.generate(address, ["--flows", "20", "--rate", "0"] + collector.credentials("edge1"))
    #expect(good.status == 0, "\(good.errors)")
    let other = try await collector.generate(
      address, ["--flows", "20", "--rate", "0"] + collector.credentials("edge9"))
    #expect(other.status == 69)
    try await collector.program.says(
      "the client certificate is for edge9.example.com, which is not in tls.clientNames")
    let none = try await collector.generate(
      address, ["--flows", "20", "--rate", "0", "--ca", "\(collector.folder.path)/ca.pem"])
    #expect(none.status == 69)
    try await collector.program.says("the TLS handshake failed")
    let strange = try await collector.generate(
      address, ["--flows", "20", "--rate", "0", "--ca", "\(collector.folder.path)/edge9.pem"])
    #expect(strange.status == 69, "the collector is not of this authority")
    #expect(strange.errors.contains("cannot connect to \(address)"), "\(strange.errors)")
    let ledger = try await collector.stop()
    #expect(ledger["records"] == 20)
  }

  @Test("files of certificates are read again on reload; what is wrong with them is said, and the old ones serve on")
  func reload() async throws {
    let collector = try await StreamCollector()
    let address = try await collector.secureAddress()
    let key = try collector.read("server.key")
    try collector.write("no key", as: "server.key")
    collector.program.signal(SIGHUP)
    try await collector.program.says("tls.key: \(collector.folder.path)/server.key has no readable key")
    let flows = ["--flows", "5", "--rate", "0"]
    #expect(try await collector.generate(address, flows + collector.credentials("edge1")).status == 0)
    try collector.write(key, as: "server.key")
    try collector.write(try collector.text(names: ["edge9.example.com"]), as: "sagflow.yaml")
    collector.program.signal(SIGHUP)
    try await collector.program.says("tls.clientNames is now [edge9.example.com]")
    #expect(try await collector.generate(address, flows + collector.credentials("edge1")).status == 69)
    #expect(try await collector.generate(address, flows + collector.credentials("edge9")).status == 0)
    let ledger = try await collector.stop()
    #expect(ledger["records"] == 10)
  }

  @Test(
    "after SIGKILL what the journal has of connections is there, in order and once",
    .enabled(if: StoreReader.areInstalled, "python3 with duckdb, pytz and pyarrow is missing"))
  func killed() async throws {
    let collector = try await StreamCollector()
    let words = ["--flows", "40000", "--seed", "4", "--domain", "1"]
    async let sending = collector.generate(collector.addresses[1], words + ["--rate", "4000"])
    try await collector.counts { $0 > 100 }
    collector.program.signal(SIGKILL)
    let sent = try await sending
    #expect(sent.status == 69, "the exporter has noticed")
    _ = try await collector.program.end()
    let drained = try await Sagflow.run(["drain", "-c", "\(collector.folder.path)/sagflow.yaml"])
    #expect(drained.status == 0, "\(drained.errors)")
    let ledger = try PrintedLedger(drained.errors)
    #expect(ledger["datagrams"] > 100)
    #expect(ledger["lost by sequence number"] == 0, "nothing is missing in between")
    #expect(ledger["duplicate"] == 0)
    // With the same seed: stored flows are among them, each at most as often.
    let whole = try await StreamCollector()
    #expect(try await whole.generate(whole.addresses[1], words + ["--rate", "0"]).status == 0)
    _ = try await whole.stop()
    func flows(_ store: String) async throws -> [String: Int] {
      try await StoreReader.duckdb.rows(store).reduce(into: [:]) { counts, row in
        counts[row.text("src_addr", "dst_addr", "src_port", "dst_port", "proto", "packets", "bytes"), default: 0] += 1
      }
    }
    let (kept, all) = (try await flows(collector.store), try await flows(whole.store))
    #expect(kept.values.reduce(0, +) == ledger["rows committed"])
    #expect(kept.filter { $0.value > all[$0.key] ?? 0 } == [:])
  }

  @Test(
    "while the disk is full, exporters over TCP wait, and nothing of theirs is dropped",
    .enabled(if: FullDiskTests.canMount, "this process may not mount file systems"))
  func fullDisk() async throws {
    let folder = try TemporaryFolder()
    let disk = folder.path + "/disk"
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
    _ = try await #require(Tool("mount")).run(["-t", "tmpfs", "-o", "size=32m", "tmpfs", disk])
    defer { _ = try? Tool("umount")?.runBriefly(["-l", disk]) }
    let collector = try await StreamCollector(
      "journal: {maximumSize: 2M}", store: disk + "/flows", environment: ["SAGFLOW_STORE_ROTATION": "10"])
    let filler = disk + "/filler"
    _ = FileManager.default.createFile(atPath: filler, contents: nil)
    let handle = try #require(FileHandle(forWritingAtPath: filler))
    while (try? handle.write(contentsOf: Data(count: 4096))) != nil {}
    try handle.close()
    async let sending = collector.generate(collector.addresses[1], ["--flows", "60000", "--rate", "0"])
    try await eventually("a connection that waits") { try await collector.connections().paused == 1 }
    // It remains paused, and earlier data is not lost meanwhile.
    try await pause(3)
    #expect(try await collector.connections().paused == 1)
    try FileManager.default.removeItem(atPath: filler)
    #expect(try await sending.status == 0)
    // The kernel still holds megabytes of it.
    try await eventually("the end of the connection") { try await collector.connections().open == 0 }
    let ledger = try await collector.stop()
    #expect(ledger["rows committed"] == 60_000, "\(ledger.text)")
    #expect(ledger["rows dropped, store too slow"] == 0)
    #expect(ledger["lost by sequence number"] == 0)
  }

  @Test("connections that send nothing, nonsense or octet by octet cost others nothing")
  func hostile() async throws {
    let collector = try await StreamCollector("streams: {maximumConnectionsPerAddress: 200, maximumConnections: 200}")
    let port = try #require(collector.addresses[1].split(separator: ":").last.flatMap { UInt16($0) })
    var held: [Handoff] = []
    for number in 0..<1000 {
      let connection = try LoopbackConnection(to: port)
      // Refused connections may already be closed.
      switch number % 4 {
      case 0: break
      case 1: try? connection.send("GET / HTTP/1.1\r\n\r\n")
      case 2: try? connection.send("\u{0}\u{0A}\u{7f}\u{7f} a message that does not go on")
      default: try? connection.send("\u{0}")
      }
      if number % 100 < 15 { held.append(Handoff(connection)) }
    }
    try await eventually("room for one more") {
      let streams = try await collector.connections()
      let refused = streams.closed["too_many", default: 0] + streams.closed["too_many_of_address", default: 0]
      return streams.accepted + refused == 1000 && streams.open < 200
    }
    let sent = try await collector.generate(collector.addresses[1], ["--flows", "300", "--rate", "0"])
    #expect(sent.status == 0, "\(sent.errors)")
    #expect(held.count == 150)
    let ledger = try await collector.stop()
    #expect(ledger["datagrams decoded"] == ledger["datagrams"])
    #expect(ledger["records"] == 300)
  }

  /// Holds a connection open during its own lifetime.
  private final class Handoff {
    let connection: LoopbackConnection
    init(_ connection: consuming LoopbackConnection) { self.connection = connection }
  }

  private static let fixbuf = "/usr/include/fixbuf/public.h"

  @Test(
    "an Exporting Process of another make: CERT's libfixbuf over TCP",
    .enabled(
      if: Tool.isInstalled("cc", "pkg-config") && FileManager.default.fileExists(atPath: fixbuf),
      "libfixbuf-dev is missing"),
    .enabled(if: StoreReader.areInstalled, "python3 with duckdb, pytz and pyarrow is missing"))
  func libfixbuf() async throws {
    let collector = try await StreamCollector()
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("fixbuf.c").path
    let program = "\(collector.folder.path)/fixbuf"
    let flags = try await #require(Tool("pkg-config")).run(["--cflags", "--libs", "libfixbuf"])
    let words = flags.split(whereSeparator: \.isWhitespace).map(String.init)
    _ = try await #require(Tool("cc")).run([source, "-o", program] + words)
    let port = try #require(collector.addresses[1].split(separator: ":").last.map(String.init))
    let now = Int(Date().timeIntervalSince1970 * 1000)
    _ = try await #require(Tool(program)).run(["127.0.0.1", port, "2000", "\(now)"])
    try await collector.counts { $0 >= 2 }
    let ledger = try await collector.stop()
    #expect(ledger["rows committed"] == 2000)
    #expect(ledger["lost by sequence number"] == 0)
    let rows = try await StoreReader.duckdb.rows(collector.store)
    #expect(Set(rows.map { $0["observation_domain_id"] }) == ["42"])
    #expect(rows.map { $0.number("packets") }.sorted() == Array(1...2000))
    #expect(rows.allSatisfy { $0.number("src_port") == 1023 + $0.number("packets") })
  }
}
