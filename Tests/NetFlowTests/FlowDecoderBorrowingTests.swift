import NetFlow
import NetworkBytes
import Testing

/// A device may send from several ports, with templates from only one of them; several devices may share an address.
@Suite("Templates of an exporter's other sessions")
struct FlowDecoderBorrowingTests {
  private static let layout = Layout.usual

  private static func v9(_ sets: [UInt8]..., sequence: Int, at second: Int, boot: Int = 0) -> [UInt8] {
    Wire.v9(
      Array(sets.joined()), sequence: sequence, exportTime: Scene.start + second, upTime: (1000 + second - boot) * 1000)
  }

  private static func ipfix(_ sets: [UInt8]..., sequence: Int, at second: Int = 0, domain: Int = 1) -> [UInt8] {
    Wire.ipfix(Array(sets.joined()), sequence: sequence, domain: domain, exportTime: Scene.start + second)
  }

  // MARK: Continuation

  @Test("serve the session that goes on where theirs stopped, at the same worker and at another", arguments: [0, 1])
  func continued(_ worker: Int) {
    var scene = Scene()
    #expect(scene.send(Self.v9(Self.layout.template(9), sequence: 7, at: 0), at: 0) == [])
    let data = Self.layout.data(5)
    #expect(scene.send(Self.v9(data, sequence: 8, at: 1), at: 1, port: 2, worker: worker) == [5])
    // Each datagram has its own source port.
    #expect(scene.send(Self.v9(data, sequence: 9, at: 2), at: 2, port: 3) == [5])
    #expect(scene.send(Self.v9(data, sequence: 10, at: 3), at: 3, port: 4, worker: worker) == [5])
    #expect(scene.counters.issues == ["session_continued": 3])
  }

  @Test("serve likewise in IPFIX, and what is defined anew on the way holds from there on")
  func redefined() {
    var scene = Scene()
    scene.send(Self.ipfix(Self.layout.template(10), Self.layout.data(1), sequence: 100))
    #expect(scene.send(Self.ipfix(Self.layout.data(2), sequence: 101), at: 1, port: 2) == [2])
    let other = Layout.other
    #expect(scene.send(Self.ipfix(other.template(10), sequence: 102), at: 2, port: 3) == [])
    #expect(scene.send(Self.ipfix(other.data(3), sequence: 102), at: 3, port: 4) == [3])
    #expect(scene.send(Self.ipfix(other.data(4), sequence: 103), at: 4, port: 5) == [4])
  }

  /// The first message of a second session that does not continue the one of port 1, which stopped before number 101 at
  /// second 10.
  struct Stranger: Sendable, CustomTestStringConvertible {
    var what: String
    var sequence = 101
    var boot = 0
    var domain = 1
    var address = Scene.address
    var version = 9
    var isSilent = true

    var testDescription: String { what }
  }

  static let strangers = [
    Stranger(what: "another number", sequence: 102), Stranger(what: "a number of before", sequence: 100),
    Stranger(what: "another boot", boot: 500), Stranger(what: "another domain", domain: 2),
    Stranger(what: "another address", address: 1), Stranger(what: "another version", version: 10),
    Stranger(what: "while the first goes on", isSilent: false),
  ]

  @Test("do not serve a session that does not provably continue theirs: its data wait", arguments: strangers)
  func notContinued(_ stranger: Stranger) {
    var scene = Scene()
    scene.send(Self.v9(Self.layout.template(9), sequence: 100, at: 10), at: 10)
    if !stranger.isSilent { scene.send(Self.v9(Self.layout.data(1), sequence: 101, at: 11), at: 11) }
    let message =
      stranger.version == 9
      ? Wire.v9(
        Layout.other.data(9), sequence: stranger.sequence, domain: stranger.domain, exportTime: Scene.start + 12,
        upTime: (1012 - stranger.boot) * 1000)
      : Self.ipfix(Layout.other.data(9), sequence: stranger.sequence, at: 12)
    #expect(scene.send(message, at: 12, port: 2, address: stranger.address) == [])
    #expect(scene.waitingSets == 1)
    #expect(scene.tick(at: 20) == [])
    // Its own template finally arrives.
    let template =
      stranger.version == 9
      ? Wire.v9(
        Layout.other.template(9), sequence: stranger.sequence + 1, domain: stranger.domain,
        exportTime: Scene.start + 21, upTime: (1021 - stranger.boot) * 1000)
      : Self.ipfix(Layout.other.template(10), sequence: stranger.sequence + 1, at: 21)
    #expect(scene.send(template, at: 21, port: 2, address: stranger.address) == [9])
  }

  @Test("serve no session that begins at 0, as any does, unless it is the same socket's")
  func beginning() {
    var scene = Scene()
    scene.send(Self.ipfix(Self.layout.template(10), sequence: 0))
    #expect(scene.send(Self.ipfix(Layout.other.data(9), sequence: 0, at: 1), at: 1, port: 2) == [])
    #expect(scene.send(Self.ipfix(Self.layout.data(7), sequence: 0, at: 2), at: 2, to: 9996) == [7])
    #expect(scene.send(Self.ipfix(Layout.other.template(10), sequence: 1, at: 3), at: 3, port: 2) == [9])
  }

  @Test("of one socket that sends to two ports stay apart")
  func twoListeningPorts() {
    var scene = Scene()
    scene.send(Self.ipfix(Layout.usual.template(10), sequence: 0), to: 9995)
    scene.send(Self.ipfix(Layout.other.template(10), sequence: 0), to: 9996)
    for sequence in 0..<3 {
      #expect(scene.send(Self.ipfix(Layout.usual.data(5), sequence: sequence), to: 9995) == [5])
      #expect(scene.send(Self.ipfix(Layout.other.data(6), sequence: sequence), to: 9996) == [6])
    }
    #expect(scene.sessions.map(\.key.localPort).sorted() == [9995, 9996])
  }

  // MARK: Agreement

  @Test("serve data that would be given up if all sessions agree and the data fits exactly", arguments: [0, 1])
  func agreed(_ worker: Int) {
    var scene = Scene()
    scene.send(Self.v9(Self.layout.template(9), sequence: 7, at: 0))
    #expect(scene.send(Self.v9(Self.layout.data(5), sequence: 900, at: 1), at: 1, port: 2, worker: worker) == [])
    // Not a whole number of records.
    let odd = Wire.set(256, Array(repeating: 3, count: 13))
    #expect(scene.send(Self.v9(odd, sequence: 901, at: 2), at: 2, port: 2, worker: worker) == [])
    #expect(scene.tick(at: 1700) == [])
    #expect(scene.tick(at: 1803) == [5])
    #expect(scene.counters.issues["template_agreed"] == 1)
    #expect(scene.counters.earlyGivenUp == 1)
    // Later data need not wait.
    #expect(scene.send(Self.v9(Self.layout.data(6), sequence: 902, at: 1804), at: 1804, port: 2, worker: worker) == [6])
    #expect(scene.end(at: 1805) == [])
  }

  @Test("serve at the end, too")
  func agreedAtTheEnd() {
    var scene = Scene()
    scene.send(Self.ipfix(Self.layout.template(10), sequence: 0))
    #expect(scene.send(Self.ipfix(Self.layout.data(5), sequence: 0, at: 1), at: 1, port: 2) == [])
    #expect(scene.end() == [5])
  }

  @Test("serve nothing where sessions disagree, or their boots differ")
  func disagreed() {
    var scene = Scene()
    scene.send(Self.ipfix(Layout.usual.template(10), sequence: 5), port: 1)
    scene.send(Self.ipfix(Layout.other.template(10), sequence: 50), port: 2)
    #expect(scene.send(Self.ipfix(Layout.usual.data(5), sequence: 500), port: 3) == [])
    #expect(scene.end() == [])
    #expect(scene.counters.earlyGivenUp == 1)
    var booted = Scene()
    booted.send(Self.v9(Self.layout.template(9), sequence: 7, at: 0), port: 1)
    #expect(booted.send(Self.v9(Self.layout.data(5), sequence: 900, at: 1, boot: 600), at: 1, port: 2) == [])
    #expect(booted.end() == [])
  }

  @Test("that were agreed on are left when the port has its own, and when others no longer agree")
  func ownAfterAgreement() {
    var scene = Scene()
    scene.send(Self.ipfix(Self.layout.template(10), sequence: 5), port: 1)
    scene.send(Self.ipfix(Self.layout.data(1), sequence: 700), port: 2)
    scene.send(Self.ipfix(Self.layout.data(1), sequence: 900), port: 3)
    #expect(scene.tick(at: 1801) == [1, 1])
    scene.send(Self.ipfix(Layout.other.template(10), sequence: 701), at: 1802, port: 2)
    #expect(scene.send(Self.ipfix(Layout.other.data(2), sequence: 701), at: 1803, port: 2) == [2])
    #expect(scene.send(Self.ipfix(Layout.usual.data(3), sequence: 901), at: 1804, port: 3) == [])
    #expect(scene.waitingSets == 1)
  }

  @Test("serve nobody where that is switched off")
  func off() {
    var scene = Scene { $0.rules.sharesTemplates = false }
    scene.send(Self.v9(Self.layout.template(9), sequence: 7, at: 0))
    #expect(scene.send(Self.v9(Self.layout.data(5), sequence: 8, at: 1), at: 1, port: 2) == [])
    #expect(scene.end() == [])
    #expect(scene.counters.earlyGivenUp == 1)
  }

  @Test("are withdrawn with the session that told them, and when it has no room for them")
  func withdrawn() {
    var scene = Scene {
      $0.rules.limits.sessions = 2
      $0.rules.limits.templatesPerSession = 1
    }
    scene.send(Self.ipfix(Self.layout.template(10), sequence: 5), at: 0, port: 1)
    scene.send(Self.ipfix(Self.layout.template(10, id: 300), sequence: 5), at: 1, port: 1)
    #expect(scene.counters[.templateEvicted] == 1)
    scene.send(Self.ipfix(Self.layout.data(1), sequence: 700), at: 2, port: 2)
    scene.send(Self.ipfix(Self.layout.data(1, id: 300), sequence: 701), at: 3, port: 2)
    // Evicts the first session.
    scene.send(Self.ipfix(Self.layout.data(1), sequence: 900), at: 4, port: 3)
    #expect(scene.counters[.sessionEvicted] == 1)
    #expect(scene.end() == [])
    #expect(scene.counters.earlyGivenUp == 3)
  }

  @Test("of 64 sessions at most are compared, those that were heard last")
  func bounds() {
    var scene = Scene()
    scene.send(Self.ipfix(Layout.other.template(10), sequence: 5), at: 0, port: 1)
    for port in UInt16(2)...65 {
      scene.send(Self.ipfix(Self.layout.template(10), sequence: Int(port) * 10), at: Double(port), port: port)
    }
    #expect(scene.send(Self.ipfix(Self.layout.data(1), sequence: 7000), at: 70, port: 70) == [])
    #expect(scene.end() == [1])
  }
}
