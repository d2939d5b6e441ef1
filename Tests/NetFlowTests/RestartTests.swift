import NetFlow
import NetworkBytes
import Testing

/// After a restart an exporter may renumber its templates: data decoded with an old layout would be garbage. Anything
/// that merely looks like a restart must not lose data.
@Suite("Restarts of exporters")
struct RestartTests {
  /// Returns a v9 message; at second 0 the exporter has been up for 1,000 s unless `boot` differs.
  private static func v9(
    _ sets: [UInt8]..., sequence: Int, at second: Int, boot: Int = -1000, header: Int? = nil
  ) -> [UInt8] {
    Wire.v9(
      Array(sets.joined()), sequence: sequence, exportTime: Scene.start + (header ?? second),
      upTime: (second - boot) * 1000)
  }

  private static func ipfix(_ sets: [UInt8]..., sequence: Int, at second: Int) -> [UInt8] {
    Wire.ipfix(Array(sets.joined()), sequence: sequence, exportTime: Scene.start + second)
  }

  private static let usual = Layout.usual
  private static let other = Layout.other

  // MARK: v9

  @Test("make v9 data wait for new templates")
  func v9Restart() {
    var scene = Scene()
    #expect(scene.send(Self.v9(Self.usual.template(9), Self.usual.data(1), sequence: 5000, at: 0), at: 0) == [1])
    #expect(scene.send(Self.v9(Self.other.data(2), sequence: 0, at: 60, boot: 30), at: 60) == [])
    #expect(scene.waitingSets == 1)
    #expect(scene.send(Self.v9(Self.other.template(9), sequence: 1, at: 61, boot: 30), at: 61) == [2])
    #expect(scene.send(Self.v9(Self.other.data(3), sequence: 2, at: 62, boot: 30), at: 62) == [3])
    #expect(scene.counters.sequence.restarts == 1)
    #expect(scene.counters.sequence.lost == 0)
  }

  @Test("are none to those who switch that off")
  func off() {
    var scene = Scene { $0.rules.detectsRestarts = false }
    scene.send(Self.v9(Self.usual.template(9), sequence: 5000, at: 0), at: 0)
    #expect(scene.send(Self.v9(Self.usual.data(2), sequence: 0, at: 60, boot: 30), at: 60) == [2])
    scene.send(Self.ipfix(Self.usual.template(10), Self.usual.data(1), sequence: 5000, at: 0), at: 0)
    #expect(scene.send(Self.ipfix(Self.usual.data(3), sequence: 0, at: 1), at: 1) == [3])
    #expect(scene.send(Self.ipfix(Self.usual.data(4), sequence: 1, at: 2), at: 2) == [4])
  }

  /// A message from the same device that follows the one at second 0 with number 7.
  struct Innocent: Sendable, CustomTestStringConvertible {
    var what: String
    var message: [UInt8]
    var second: Double

    var testDescription: String { what }
  }

  static let innocents = [
    Innocent(what: "a clock that is set", message: v9(usual.data(2), sequence: 8, at: 60, header: 3660), second: 60),
    Innocent(what: "a message that was held up", message: v9(usual.data(2), sequence: 8, at: 60), second: 2000),
    Innocent(
      what: "a clock that is set, and lost messages",
      message: v9(usual.data(2), sequence: 30, at: 60, header: -3600), second: 60),
    Innocent(
      what: "a suspended host: its uptime stood still for ten minutes",
      message: v9(usual.data(2), sequence: 9, at: 610, boot: -400), second: 610),
    Innocent(
      what: "an uptime that stands still",
      message: v9(usual.data(2), sequence: 8, at: 60, boot: -940), second: 60),
    Innocent(what: "a late message", message: v9(usual.data(2), sequence: 6, at: -1), second: 1),
  ]

  @Test("are not seen where there are none", arguments: innocents)
  func innocent(_ innocent: Innocent) {
    var scene = Scene()
    scene.send(Self.v9(Self.usual.template(9), Self.usual.data(1), sequence: 7, at: 0), at: 0)
    #expect(scene.send(innocent.message, at: innocent.second) == [2])
    #expect(scene.counters.sequence.restarts == 0)
  }

  @Test("are not seen in a wrap of the uptime or of the number")
  func wraps() {
    var scene = Scene()
    let wrap = (1 << 32) / 1000 + 1
    scene.send(Self.v9(Self.usual.template(9), sequence: 0xffff_ffff, at: 0, boot: 20 - wrap), at: 0)
    #expect(scene.send(Self.v9(Self.usual.data(2), sequence: 0, at: 60, boot: 20 - wrap), at: 60) == [2])
    scene.send(Self.ipfix(Self.usual.template(10), Self.usual.data(1), sequence: 0xffff_ffff, at: 0), at: 0)
    #expect(scene.send(Self.ipfix(Self.usual.data(3), sequence: 0, at: 1), at: 1) == [3])
    #expect(scene.counters.sequence == SequenceCounters())
  }

  @Test("are not seen in an uptime of another unit, whatever is lost once that is known")
  func otherUnit() {
    var scene = Scene()
    func message(_ sequence: Int, at second: Int) -> [UInt8] {
      Wire.v9(
        Self.usual.template(9), Self.usual.data(sequence), sequence: sequence, exportTime: Scene.start + second,
        upTime: 10 + second / 100)
    }
    for (sequence, second) in [(1, 0), (2, 60), (3, 120), (5, 180), (9, 240)] {
      #expect(scene.send(message(sequence, at: second), at: Double(second)) == [UInt64(sequence)])
    }
    #expect(scene.counters.sequence.restarts == 0)
    #expect(scene.sessions.count == 1)
  }

  @Test("are told from two devices that take turns: each keeps its templates, though their layouts differ")
  func failOverPair() {
    var scene = Scene()
    func first(_ sets: [UInt8]..., sequence: Int, at second: Int) -> [UInt8] {
      Self.v9(Array(sets.joined()), sequence: sequence, at: second, boot: -7000)
    }
    func second(_ sets: [UInt8]..., sequence: Int, at second: Int) -> [UInt8] {
      Self.v9(Array(sets.joined()), sequence: sequence, at: second, boot: -100_000)
    }
    #expect(scene.send(first(Self.usual.template(9), Self.usual.data(1), sequence: 90_000, at: 0), at: 0) == [1])
    // The second exporter's data precede its template.
    #expect(scene.send(second(Self.other.data(2), sequence: 100, at: 1), at: 1) == [])
    #expect(scene.send(first(Self.usual.data(3), sequence: 90_001, at: 2), at: 2) == [3])
    #expect(scene.send(second(Self.other.template(9), sequence: 101, at: 3), at: 3) == [2])
    #expect(scene.send(first(Self.usual.data(4), sequence: 90_002, at: 4), at: 4) == [4])
    #expect(scene.send(second(Self.other.data(5), sequence: 102, at: 5), at: 5) == [5])
    #expect(scene.counters.sequence == SequenceCounters())
    #expect(scene.sessions.map(\.key.stream).sorted() == [0, 1])
  }

  @Test("that fail over to a device that has just been booted are undone when the first comes back")
  func failBack() {
    var scene = Scene()
    scene.send(Self.v9(Self.usual.template(9), sequence: 5000, at: 0), at: 0)
    scene.send(Self.v9(Self.other.template(9), sequence: 3, at: 60, boot: 30), at: 60)
    #expect(scene.send(Self.v9(Self.other.data(2), sequence: 4, at: 61, boot: 30), at: 61) == [2])
    #expect(scene.send(Self.v9(Self.usual.data(3), sequence: 5001, at: 90), at: 90) == [3])
    #expect(scene.send(Self.v9(Self.other.data(4), sequence: 5, at: 91, boot: 30), at: 91) == [4])
  }

  @Test("leave an earlier run that a step of a clock must not bring back", arguments: [(-40, 0), (0, -40), (-40, 300)])
  func earlierRun(_ host: Int, _ exporter: Int) {
    var scene = Scene()
    scene.send(Self.v9(Self.usual.template(9), Self.usual.data(1), sequence: 5000, at: 10, boot: 0), at: 10)
    scene.send(Self.v9(Self.other.template(9), sequence: 0, at: 60, boot: 40), at: 60)
    #expect(scene.send(Self.v9(Self.other.data(2), sequence: 1, at: 61, boot: 40), at: 61) == [2])
    #expect(scene.counters.sequence.restarts == 1)
    if exporter != 0, host != 0 {
      let message = Self.v9(Self.other.data(3), sequence: 2, at: 62, boot: 40, header: 62 + exporter)
      #expect(scene.send(message, at: 62) == [3])
    }
    // By one of the clocks it was booted when the earlier run was. Another exporter takes its place among the recent ones.
    scene.send(Self.v9(Self.usual.template(9), sequence: 0, at: 70), at: 70, port: 65)
    let message = Self.v9(Self.other.data(4), sequence: 3, at: 71, boot: 40, header: 71 + exporter)
    #expect(scene.send(message, at: Double(71 + host)) == [4])
    // It is still the current run when the clock is set again, though an arrival of the earlier run has a later time.
    scene.send(Self.v9(Self.usual.template(9), sequence: 1, at: 72), at: 72, port: 65)
    #expect(
      scene.send(Self.v9(Self.other.data(5), sequence: 4, at: 72, boot: 40, header: 72 + exporter), at: -68) == [5])
    // If the exporter's clock was set as well, the earlier run would fit by both.
    if host == 0 { return }
    scene.send(Self.v9(Self.usual.template(9), sequence: 2, at: 73), at: 73, port: 65)
    #expect(
      scene.send(Self.v9(Self.other.data(6), sequence: 5, at: 73, boot: 40, header: 73 + exporter), at: 33) == [6])
  }

  @Test("again and again leave few traces")
  func many() {
    var scene = Scene()
    for run in 0..<20 {
      for sequence in 0..<2 {
        let second = run * 100 + sequence
        scene.send(
          Self.v9(Self.usual.template(9), sequence: sequence, at: second, boot: run * 100 - 10), at: Double(second))
      }
    }
    #expect(scene.counters.sequence.restarts == 19)
    #expect(scene.counters.datagrams == 40)
    #expect(scene.sessions.count == 4)
  }

  // MARK: IPFIX

  @Test("of IPFIX exporters are seen with the message after, and the data of both wait")
  func ipfixRestart() {
    var scene = Scene()
    scene.send(Self.ipfix(Self.usual.template(10), Self.usual.data(1), sequence: 5000, at: 0), at: 0)
    #expect(scene.send(Self.ipfix(Self.other.data(2), sequence: 0, at: 60), at: 60) == [])
    #expect(scene.send(Self.ipfix(Self.other.data(3), sequence: 1, at: 61), at: 61) == [])
    #expect(scene.waitingSets == 2)
    #expect(scene.send(Self.ipfix(Self.other.template(10), sequence: 2, at: 62), at: 62) == [2, 3])
    #expect(scene.counters.sequence.restarts == 1)
    #expect(scene.counters.sequence.lost == 0)
  }

  @Test("of IPFIX exporters that send their templates first lose nothing and wait for nothing")
  func templatesFirst() {
    var scene = Scene()
    scene.send(Self.ipfix(Self.usual.template(10), Self.usual.data(1), sequence: 5000, at: 0), at: 0)
    scene.send(Self.ipfix(Self.usual.template(10, id: 300), sequence: 5001, at: 1), at: 1)
    #expect(scene.send(Self.ipfix(Self.other.template(10), Self.other.data(2), sequence: 0, at: 60), at: 60) == [2])
    #expect(scene.send(Self.ipfix(Self.other.data(3), sequence: 1, at: 61), at: 61) == [3])
    // The other template from before the restart is not trusted.
    #expect(scene.send(Self.ipfix(Self.usual.data(4, id: 300), sequence: 2, at: 62), at: 62) == [])
    #expect(scene.counters.sequence.restarts == 1)
  }

  @Test("of IPFIX exporters that send templates alone first, with a number that comes again, wait for nothing either")
  func templatesAlone() {
    var scene = Scene()
    scene.send(Self.ipfix(Self.usual.template(10), Self.usual.data(1), sequence: 5000, at: 0), at: 0)
    scene.send(Self.ipfix(Self.usual.template(10, id: 300), sequence: 5001, at: 1), at: 1)
    scene.send(Self.ipfix(Self.other.template(10), sequence: 0, at: 60), at: 60)
    scene.send(Self.ipfix(Self.other.template(10, id: 301), sequence: 0, at: 60), at: 60)
    #expect(scene.send(Self.ipfix(Self.other.data(2), sequence: 0, at: 61), at: 61) == [2])
    #expect(scene.send(Self.ipfix(Self.other.data(3), sequence: 1, at: 62), at: 62) == [3])
    #expect(scene.send(Self.ipfix(Self.other.data(4, id: 301), sequence: 2, at: 63), at: 63) == [4])
    // The other template from before the restart is not trusted.
    #expect(scene.send(Self.ipfix(Self.usual.data(5, id: 300), sequence: 3, at: 64), at: 64) == [])
    #expect(scene.counters.sequence.restarts == 1)
    #expect(scene.counters.sequence.lost == 0)
    #expect(scene.counters.sequence.reordered == 0)
  }

  @Test("of IPFIX exporters of which nothing but the first messages came are read by the templates in these")
  func cutShort() {
    var scene = Scene()
    scene.send(Self.ipfix(Self.usual.template(10), Self.usual.data(1), sequence: 5000, at: 0), at: 0)
    scene.send(Self.ipfix(Self.other.template(10), sequence: 0, at: 60), at: 60)
    #expect(scene.send(Self.ipfix(Self.other.data(2), sequence: 0, at: 61), at: 61) == [2])
    #expect(scene.end(at: 62) == [])
    #expect(scene.counters.earlyGivenUp == 0)
  }

  @Test(
    "of IPFIX exporters whose first data overtake their template are not read by the one of before", arguments: [0, 1])
  func overtaken(_ first: Int) {
    var scene = Scene()
    scene.send(Self.ipfix(Self.usual.template(10), Self.usual.data(1), sequence: 5000, at: 0), at: 0)
    #expect(scene.send(Self.ipfix(Self.other.data(3), sequence: first, at: 60), at: 60) == [])
    let earlier = first == 0 ? [] : Self.other.data(2)
    #expect(
      scene.send(Self.ipfix(Self.other.template(10), earlier, sequence: 0, at: 60), at: 60).sorted()
        == (first == 0 ? [3] : [2, 3]))
    #expect(scene.send(Self.ipfix(Self.other.data(4), sequence: first + 1, at: 61), at: 61) == [4])
    #expect(scene.counters.sequence.restarts == 1)
    #expect(scene.counters.sequence.lost == 0)
  }

  @Test("are none where the old numbers go on after messages that were late twice", arguments: [3, 2])
  func stragglers(_ second: Int) {
    var scene = Scene()
    scene.send(Self.ipfix(Self.usual.template(10), Self.usual.data(1), sequence: 5000, at: 0), at: 0)
    #expect(scene.send(Self.ipfix(Self.usual.data(2), sequence: 3, at: -60), at: 1) == [])
    #expect(scene.send(Self.ipfix(Self.usual.data(3), sequence: second, at: -60), at: 1) == [])
    #expect(scene.send(Self.ipfix(Self.usual.data(4), sequence: 5001, at: 2), at: 2).sorted() == [2, 3, 4])
    #expect(scene.send(Self.ipfix(Self.usual.data(5), sequence: 5002, at: 3), at: 3) == [5])
    #expect(scene.counters.sequence.restarts == 0)
    #expect(scene.counters.sequence.lost == 0)
  }

  @Test("are none where the old numbers go on after a late message of templates alone")
  func lateTemplates() {
    var scene = Scene()
    scene.send(Self.ipfix(Self.usual.template(10), Self.usual.data(1), sequence: 5000, at: 0), at: 0)
    for _ in 0..<2 { scene.send(Self.ipfix(Self.usual.template(10), sequence: 0, at: -60), at: 1) }
    #expect(scene.send(Self.ipfix(Self.usual.data(2), sequence: 5001, at: 2), at: 2) == [2])
    #expect(scene.counters.sequence.restarts == 0)
  }

  @Test("are none where the old numbers go on: a message was late")
  func straggler() {
    var scene = Scene()
    scene.send(Self.ipfix(Self.usual.template(10), Self.usual.data(1), sequence: 5000, at: 0), at: 0)
    #expect(scene.send(Self.ipfix(Self.usual.data(2), sequence: 3, at: -60), at: 1) == [])
    #expect(scene.send(Self.ipfix(Self.usual.data(3), sequence: 5001, at: 2), at: 2).sorted() == [2, 3])
    #expect(scene.counters.sequence.restarts == 0)
    #expect(scene.counters.sequence.lost == 0)
  }

  @Test("are none where two streams take turns")
  func twoStreams() {
    var scene = Scene()
    scene.send(Self.ipfix(Self.usual.template(10), Self.usual.data(1), sequence: 90_000, at: 0), at: 0)
    var octets: [UInt64] = []
    for turn in 0..<6 {
      octets += scene.send(
        Self.ipfix(Self.usual.data(7), sequence: 100 + turn, at: 2 * turn + 1), at: Double(2 * turn + 1))
      octets += scene.send(
        Self.ipfix(Self.usual.data(8), sequence: 90_001 + turn, at: 2 * turn + 2), at: Double(2 * turn + 2))
    }
    #expect(octets.filter { $0 == 7 }.count == 6)
    #expect(octets.filter { $0 == 8 }.count == 6)
    #expect(scene.counters.sequence.restarts == 0)
    #expect(scene.counters.sequence.lost == 0)
  }

  @Test("are none where nothing follows: at the end the data is read as before")
  func last() {
    var scene = Scene()
    scene.send(Self.ipfix(Self.usual.template(10), Self.usual.data(1), sequence: 5000, at: 0), at: 0)
    #expect(scene.send(Self.ipfix(Self.usual.data(2), sequence: 0, at: 60), at: 60) == [])
    #expect(scene.end(at: 61) == [2])
  }

  @Test("are not told by numbers that are always 0, nor is loss", arguments: [9, 10])
  func alwaysZero(_ version: Int) {
    var scene = Scene()
    for second in 0..<8 {
      let sets = Self.usual.template(version) + Self.usual.data(2)
      let message = version == 9 ? Self.v9(sets, sequence: 0, at: second) : Self.ipfix(sets, sequence: 0, at: second)
      #expect(scene.send(message, at: Double(second)) == [2])
    }
    #expect(scene.counters.sequence == SequenceCounters())
  }
}
