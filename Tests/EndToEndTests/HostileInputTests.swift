import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite(
  "hostile and malformed input is counted, and harms nothing else", .tags(.engine, .network, .slow), .unlessFast,
  .enabled(if: StoreReader.areInstalled, "python3 with duckdb, pytz and pyarrow is missing"))
struct HostileInputTests {
  @Test("the ledger has each malformed datagram under its name, in a replay as on a socket")
  func ledger() async throws {
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let template = ExportMessage.template(version: 10, id: 300)
    let data = ExportMessage.data([ExportedFlow(), ExportedFlow(sourcePort: 2)], id: 300)
    let datagrams: [Octets] = [
      ExportMessage.v5([ExportedFlow()], at: now),  // good, 1 record
      Octets(ExportMessage.v5([ExportedFlow()], at: now).prefix(20)),  // short_datagram
      [], [0],  // short_datagram
      u16(7, 1) + zeros(60), text("GET / HTTP/1.1\r\n"),  // bad_version
      ExportMessage.message(version: 10, data, at: now),  // unknown_template, 2 records later
      ExportMessage.message(version: 10, template + data, at: now),  // good, 2 records
      ExportMessage.message(version: 10, data + u16(300, 3) + zeros(8), at: now, sequence: 2),  // bad_set_length, 2
      ExportMessage.message(version: 10, u16(7, 8) + zeros(4) + data, at: now, sequence: 4),  // reserved_set, 2
      ExportMessage.message(version: 10, u16(2, 12, 255, 1, 8, 4) + data, at: now, sequence: 6),  // bad_template, 2
    ]
    var capture = ExportCapture(start: now)
    for datagram in datagrams { capture.append(datagram, at: now) }
    let folder = try TemporaryFolder()
    let file = try folder.write(capture.octets, as: "bad.pcap")
    let replayed = try await Sagflow.replay([file], into: folder.path + "/flows")
    let collector = try await RunningCollector()
    let socket = try LoopbackSocket()
    for datagram in datagrams { try socket.send(datagram, to: collector.port) }
    let received = try await collector.stop()
    for ledger in [replayed, received] {
      #expect(ledger["datagrams"] == 11)
      #expect(ledger["datagrams decoded"] == 6)
      #expect(ledger["datagrams short_datagram"] == 3)
      #expect(ledger["datagrams bad_version"] == 2)
      #expect(ledger["records"] == 11)
      #expect(ledger["early sets decoded later"] == 1)
      // Template 300 has no times: its records belong to the same two flows; v5's is a third.
      #expect(ledger["rows committed"] == 3)
      for name in ["unknown_template", "bad_set_length", "reserved_set", "bad_template"] {
        #expect(ledger[name] == 1, "\(name): \(ledger.text)")
      }
    }
  }

  @Test("thousands of random, cut and hostile datagrams: no crash, little memory, good flows go on")
  func storm() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let collector = try await RunningCollector()
    let socket = try LoopbackSocket()
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let good = [5, 9, 10].map { version -> Octets in
      version == 5
        ? ExportMessage.v5((1...30).map { ExportedFlow(sourcePort: $0) }, at: now)
        : ExportMessage.message(
          version: UInt16(version),
          ExportMessage.template(version: UInt16(version), id: 256)
            + ExportMessage.data((1...20).map { ExportedFlow(sourcePort: $0) }, id: 256), at: now)
    }
    let before = try Self.residentOctets(collector.program.identifier)
    let count = 20_000
    for sent in 1...count {
      try socket.send(Self.datagram(&random, good, now), to: collector.port)
      // Pauses so that a busy receiver keeps up: datagrams dropped by the kernel test nothing.
      if sent % 100 == 0 { try await pause(0.005) }
    }
    try #require(collector.program.isRunning, "seed \(seed)")
    let grown = try Self.residentOctets(collector.program.identifier) - before
    // A million templates of a thousand fields would be gigabytes.
    #expect(grown < 400 << 20, "seed \(seed): grown by \(grown >> 20) MiB")
    let witness = try LoopbackSocket()
    try witness.send(
      ExportMessage.v5([ExportedFlow(source: "203.0.113.77", packets: 77)], at: now), to: collector.port)
    let ledger = try await collector.stop()
    #expect(ledger["datagrams"] + ledger["datagrams dropped by the kernel"] == count + 1, "seed \(seed)")
    #expect(ledger["datagrams bad_version"] > 0)
    #expect(ledger["bad_template"] > 0)
    #expect(ledger["bad_set_length"] > 0)
    let rows = try await StoreReader.duckdb.rows(collector.store)
    #expect(rows.count == ledger["rows committed"])
    #expect(rows.filter { $0["src_addr"] == "203.0.113.77" }.map { $0["packets"] } == ["77"], "seed \(seed)")
  }

  private static func datagram(_ random: inout SeededGenerator, _ good: [Octets], _ now: Int64) -> Octets {
    var octets = good[random.below(good.count)]
    switch random.below(8) {
    case 0: return random.octets(random.below(1400))
    case 1: return u16([5, 9, 10][random.below(3)]) + random.octets(random.below(1400))
    case 2: return Octets(octets.prefix(random.below(octets.count)))
    case 3:
      for _ in 0...random.below(8) { octets[random.below(octets.count)] = UInt8(random.below(256)) }
      return octets
    case 4, 5:
      // Templates of all ids and domains, with as many fields as fit, of any element and length.
      let count = 1 + random.below(300)
      let fields = (0..<count).flatMap { _ in u16(UInt16(random.below(0x8000)), UInt16(random.below(0x10000))) }
      let body = u16(UInt16(256 + random.below(65_280)), UInt16(count)) + fields
      return ExportMessage.message(
        version: 10, u16(2, UInt16(4 + body.count)) + body, at: now, domain: UInt32(random.below(100_000)))
    default: return octets
    }
  }

  private static func residentOctets(_ process: Int32) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)
    return try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * 4096
  }
}
