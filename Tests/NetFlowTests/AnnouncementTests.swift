import FlowModel
import Foundation
import NetFlow
import NetworkBytes
import Testing

/// Rates, names and start times belong to the source port that announces them.
@Suite("Announcements of several ports")
struct AnnouncementTests {
  /// Ports of one exporter; messages are one second apart.
  private struct Ports: ~Copyable {
    var decoder = FlowDecoder()
    var second = 0

    mutating func send(_ message: [UInt8], from port: UInt16) -> FlowDecoded {
      second += 1
      let exporter = Endpoint(address: Wire.exporter.address, port: port)
      return FlowDecoded([message], by: &decoder, from: exporter, arrival: 1_750_000_000_000 + Int64(second) * 1000)
    }

    mutating func announce(_ rate: Int, from port: UInt16, domain: Int = 1) {
      _ = send(AnnouncementTests.rate(rate, domain: domain), from: port)
    }

    /// Returns the sampling rate of a flow from a port.
    mutating func rate(of port: UInt16, domain: Int = 1) -> UInt32? {
      send(AnnouncementTests.flow(domain), from: port).records.first?.samplingRate
    }

    /// Returns the interface name of a flow from a port.
    mutating func name(of port: UInt16) -> String? {
      let decoded = send(AnnouncementTests.flow(1), from: port)
      decoder.refreshNames()
      guard let record = decoded.records.first else { return nil }
      return decoder.names.name(.interface, 1, of: decoded.origins[Int(record.origin)])
    }

    var contradictions: UInt64 { decoder.counters[.contradiction] }
  }

  /// Returns a message with a flow through interface 1.
  fileprivate static func flow(_ domain: Int) -> [UInt8] {
    var message = FlowMessage(fields: [[1, 4], [10, 4]], records: [[Wire.be32(1), Wire.be32(1)]])
    message.domain = domain
    return message.octets
  }

  private static func options(_ fields: [[Int]], _ record: [UInt8], domain: Int = 1) -> [UInt8] {
    Wire.ipfix(Wire.set(3, Wire.optionsTemplate(300, scopes: 1, fields)) + Wire.set(300, record), domain: domain)
  }

  /// Returns a message that announces the rate of a whole domain.
  fileprivate static func rate(_ rate: Int, domain: Int = 1) -> [UInt8] {
    options([[149, 4], [34, 4]], Wire.be32(domain) + Wire.be32(rate), domain: domain)
  }

  private static func name(_ name: String) -> [UInt8] {
    options([[10, 4], [82, 65535]], Wire.be32(1) + Wire.variable(Array(name.utf8)))
  }

  @Test("serve ports that announce nothing, and no port that announces a rate itself")
  func ownRate() {
    var ports = Ports()
    #expect(ports.rate(of: 1) == 1)
    ports.announce(100, from: 2)
    #expect(ports.rate(of: 1) == 100)
    #expect(ports.contradictions == 0)
    ports.announce(10, from: 1)
    #expect(ports.rate(of: 1) == 10)
    #expect(ports.rate(of: 2) == 100)
    #expect(ports.contradictions == 1)
    ports.announce(1_000_000, from: 2)
    #expect(ports.rate(of: 1) == 10)
    #expect(ports.rate(of: 2) == 1_000_000)
  }

  @Test(
    "of another kind or domain change nothing for a port that announces a rate itself",
    arguments: [
      (1, [[149, 4], [34, 4]]), (1, [[10, 4], [34, 4]]), (1, [[302, 4], [34, 4]]), (0, [[10, 4], [34, 4]]),
    ])
  func otherKinds(_ domain: Int, _ fields: [[Int]]) {
    var ports = Ports()
    _ = ports.send(Self.options([[302, 4], [34, 4]], Wire.be32(7) + Wire.be32(10)), from: 1)
    #expect(ports.rate(of: 1) == 10)
    _ = ports.send(Self.options(fields, Wire.be32(1) + Wire.be32(1_000_000), domain: domain), from: 2)
    #expect(ports.rate(of: 1) == 10)
  }

  @Test("that contradict each other stay for sessions that were there before, and serve no later ones")
  func contradiction() {
    var ports = Ports()
    #expect(ports.rate(of: 3) == 1)
    ports.announce(100, from: 1)
    #expect(ports.rate(of: 3) == 100)
    ports.announce(200, from: 2)
    #expect(ports.contradictions == 1)
    #expect(ports.rate(of: 3) == 100)
    #expect(ports.rate(of: 4) == 1)
    // The port that announced it first may change it.
    ports.announce(150, from: 1)
    #expect(ports.rate(of: 3) == 150)
    #expect(ports.rate(of: 4) == 1)
    ports.announce(150, from: 2)
    #expect(ports.rate(of: 3) == 150)
    #expect(ports.rate(of: 4) == 150)
  }

  @Test("of ports that have long been silent contradict nothing: the exporter may have restarted")
  func silence() {
    var ports = Ports()
    ports.announce(100, from: 1)
    ports.second += 500
    ports.announce(200, from: 2)
    #expect(ports.rate(of: 3) == 1)
    ports.second += 700
    ports.announce(300, from: 4)
    #expect(ports.rate(of: 3) == 300)
    #expect(ports.rate(of: 5) == 300)
    #expect(ports.rate(of: 1) == 100)
  }

  @Test("with names: each port's flows have its own, those of others what was announced first")
  func names() {
    var ports = Ports()
    _ = ports.send(Self.name("forged"), from: 2)
    #expect(ports.name(of: 1) == "forged")
    _ = ports.send(Self.name("eth1"), from: 1)
    #expect(ports.name(of: 1) == "eth1")
    #expect(ports.name(of: 2) == "forged")
    #expect(ports.name(of: 3) == "forged")
    #expect(ports.contradictions == 1)
    _ = ports.send(Self.name("forged again"), from: 2)
    #expect(ports.name(of: 1) == "eth1")
    // Once no port contradicts, all names belong to the exporter.
    _ = ports.send(Self.name("eth1"), from: 2)
    for port in [1, 2, 3] { #expect(ports.name(of: UInt16(port)) == "eth1") }
  }

  @Test("are counted with the session that contradicts, once for each change")
  func counted() {
    var ports = Ports()
    ports.announce(100, from: 1)
    for _ in 0..<5 { ports.announce(200, from: 2) }
    for session in ports.decoder.sessionSummaries {
      #expect(session.counters.contradictions == (session.key.exporter.port == 2 ? 1 : 0))
    }
  }

  @Test("are kept over a restart, each port's own")
  func kept() throws {
    var ports = Ports()
    #expect(ports.rate(of: 3) == 1)
    for message in [Self.rate(100), Self.name("eth1")] { _ = ports.send(message, from: 1) }
    for message in [Self.rate(200), Self.name("forged")] { _ = ports.send(message, from: 2) }
    let state = try ports.decoder.state.reread()
    var later = Ports()
    later.second = ports.second
    later.decoder.restore(state)
    #expect([1, 2, 3, 4].map { later.rate(of: $0) } == [100, 200, 100, 1])
    #expect([1, 2, 3, 4].map { later.name(of: $0) } == ["eth1", "forged", "eth1", "eth1"])
    // Repeated announcements are then known.
    later.announce(200, from: 2)
    #expect(later.contradictions == ports.contradictions)
  }

  @Test("of earlier versions, which did not tell ports apart, serve all until they are announced again")
  func earlierVersion() throws {
    let counters = """
      {"datagrams": 2, "rejectedDatagrams": 0, "flowRecords": 0, "optionsRecords": 2, "templates": 2,
       "clockCorrected": 0, "earlyDecoded": 0, "earlyGivenUp": 0, "issues": {},
       "sequence": {"lost": 0, "gaps": 0, "reordered": 0, "duplicates": 0, "restarts": 0}}
      """
    let written = """
      {"sessions": [], "lostBySequence": 0, "retired": \(counters),
       "origins": {"origins": [{"exporter": "::", "domain": 0, "version": 0}], "merged": 0, "numbers": [],
                   "countBySender": [], "maximumCount": 1048576, "maximumPerSender": 4096},
       "announcements": [{"address": "\(Wire.exporter.address)", "domain": 1, "ports": [1, 2], "names": [],
                          "rates": {"domain": 100, "bySampler": [], "byInterface": []}}]}
      """
    let state = try JSONDecoder().decode(FlowDecoderState.self, from: Data(written.utf8))
    var later = Ports()
    later.decoder.restore(state)
    #expect(later.rate(of: 3) == 100)
    later.announce(200, from: 2)
    #expect(later.rate(of: 3) == 200)
    #expect(later.contradictions == 0)
  }

  @Test("of many ports are kept within bounds: the longest silent ones are forgotten")
  func manyPorts() {
    var ports = Ports()
    for port in 1...500 as ClosedRange<UInt16> { ports.announce(100, from: port) }
    #expect(ports.rate(of: 1000) == 100)
    #expect(ports.contradictions == 0)
    ports.announce(10, from: 1000)
    for port in 1...30 as ClosedRange<UInt16> { ports.announce(1_000_000, from: port) }
    #expect(ports.rate(of: 1000) == 10)
  }
}
