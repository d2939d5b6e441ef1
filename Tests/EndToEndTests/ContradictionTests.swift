import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite("what another port of an exporter's address announces", .tags(.engine, .network, .slow), .unlessFast)
struct ContradictionTests {
  /// Returns an IPFIX message of an exporter.
  private static func message(_ pieces: Piece..., time: UInt32) -> Octets {
    ipfix(time: time) { for piece in pieces { piece } }.octets
  }

  /// Returns a message with a rate for the whole domain, and a name for interface 1.
  private static func announcement(_ rate: UInt32, _ name: String, at time: UInt32) -> Octets {
    message(
      optionsTemplates(
        definition(900, scopes: 1, f(149, 4), f(34, 4)), definition(901, scopes: 1, f(10, 4), f(82, variable))),
      data(900, u32(1, rate)), data(901, u32(1), v(text(name))), time: time)
  }

  /// Returns a message with a flow through interface 1, identified by its source port.
  private static func flow(_ port: UInt16, at time: UInt32) -> Octets {
    message(
      template(256, f(8, 4), f(12, 4), f(7, 2), f(11, 2), f(4, 1), f(1, 4), f(2, 4), f(10, 4)),
      data(256, u32(0x0a00_0001, 0x0a00_0002), u16(port, 53), u8(17), u32(100, 1, 1)), time: time)
  }

  private struct Row: Decodable {
    var src_port: Int
    var sampling_rate: Int
    var in_if_name: String?
  }

  @Test("changes neither rate nor names of a port that announces its own, nor of those that were served before")
  func replayed() async throws {
    let sent: [(port: UInt16, message: (UInt32) -> Octets)] = [
      (5000, { Self.flow(1, at: $0) }), (7000, { Self.flow(2, at: $0) }),
      (5000, { Self.announcement(100, "eth1", at: $0) }), (5000, { Self.flow(3, at: $0) }),
      (7000, { Self.flow(4, at: $0) }),
      (6000, { Self.announcement(1_000_000, "forged", at: $0) }), (6000, { Self.flow(5, at: $0) }),
      (5000, { Self.flow(6, at: $0) }), (7000, { Self.flow(7, at: $0) }), (8000, { Self.flow(8, at: $0) }),
    ]
    var capture = CaptureFile()
    for (second, (port, message)) in sent.enumerated() {
      let time = sampleTime + UInt32(second)
      capture.append(
        datagram: message(time), from: Endpoint(address: IPAddress(v4: 0xc000_0201), port: port),
        to: Endpoint(address: IPAddress(v4: 0xc000_0202), port: 9995), at: UInt64(time) * 1_000_000_000)
    }
    let folder = try TemporaryFolder()
    let file = try folder.write(capture.octets, as: "ports.pcap")
    let outcome = try await Sagflow.run(["replay", "--format", "json", file])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let rows = try outcome.output.split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
    let rates = Dictionary(rows.map { ($0.src_port, $0.sampling_rate) }) { first, _ in first }
    #expect(rates == [1: 1, 2: 1, 3: 100, 4: 100, 5: 1_000_000, 6: 100, 7: 100, 8: 1])
    let names = Dictionary(rows.map { ($0.src_port, $0.in_if_name) }) { first, _ in first }
    for (port, name) in names where port != 5 { #expect(name == "eth1", "row \(port)") }
    #expect(names[5] == "forged")
    #expect(try PrintedLedger(outcome.errors)["contradiction"] == 2)
  }

  @Test("is counted, and said once in the log")
  func collected() async throws {
    let collector = try await RunningCollector()
    let real = try LoopbackSocket()
    let forged = try LoopbackSocket()
    let now = UInt32(Date().timeIntervalSince1970)
    try real.send(Self.announcement(100, "eth1", at: now), to: collector.port)
    try await collector.counts(2, "records", "options")
    for rate in [1000, 2000] as [UInt32] {
      try forged.send(Self.announcement(rate, "forged", at: now), to: collector.port)
    }
    // Two rates and a name.
    try await collector.counts(3, "issues", "contradiction")
    try await collector.program.says("announce different sampling rates")
    let ledger = try await collector.stop()
    #expect(ledger["contradiction"] == 3)
    #expect(collector.program.errors.components(separatedBy: "announce different").count == 2)
  }
}
