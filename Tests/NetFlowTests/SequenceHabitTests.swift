import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// Exporters that count differently from the RFCs: their counting is detected, and loss is still reported.
@Suite("Sequence numbers of odd exporters")
struct SequenceHabitTests {
  /// What an exporter's sequence numbers count, and whether a message's own units are included.
  struct Exporter: Sendable, CustomTestStringConvertible {
    var what: String
    var version: Int
    var includesItself: Bool
    var units: @Sendable (_ flows: Int, _ options: Int) -> Int

    var testDescription: String { "v\(version): \(what)" }

    /// Returns a message; `before` is what was sent before it, in this exporter's units.
    func message(flows: Int, options: Int, before: Int, time: Int) -> [UInt8] {
      let number = (before + (includesItself ? units(flows, options) : 0)) & 0xffff_ffff
      let time = 1_750_000_000 + time
      switch version {
      case 5:
        return Wire.v5(
          Array(repeatElement(Wire.v5Record, count: flows).joined()), sequence: number, exportTime: time)
      case 9:
        let templates =
          Wire.set(0, Wire.template(256, [[4, 1]])) + Wire.set(1, Wire.optionsTemplateV9(257, scopes: [], [[41, 1]]))
        return Wire.v9(templates + Self.data(flows, options), sequence: number, exportTime: time)
      default:
        let templates =
          Wire.set(2, Wire.template(256, [[4, 1]])) + Wire.set(3, Wire.optionsTemplate(257, scopes: 1, [[41, 1]]))
        return Wire.ipfix(templates + Self.data(flows, options), sequence: number, exportTime: time)
      }
    }

    private static func data(_ flows: Int, _ options: Int) -> [UInt8] {
      (flows > 0 ? Wire.set(256, Array(repeating: 6, count: flows)) : [])
        + (options > 0 ? Wire.set(257, Array(repeating: 1, count: options)) : [])
    }
  }

  static let exporters = [
    Exporter(what: "data records before, as it should", version: 10, includesItself: false) { $0 + $1 },
    Exporter(what: "data records with its own", version: 10, includesItself: true) { $0 + $1 },
    Exporter(what: "flows before", version: 10, includesItself: false) { flows, _ in flows },
    Exporter(what: "flows with its own, as softflowd", version: 10, includesItself: true) { flows, _ in flows },
    Exporter(what: "messages", version: 10, includesItself: false) { _, _ in 1 },
    Exporter(what: "two a message, as Open vSwitch", version: 10, includesItself: false) { _, _ in 2 },
    Exporter(what: "messages, as it should", version: 9, includesItself: false) { _, _ in 1 },
    Exporter(what: "data records before", version: 9, includesItself: false) { $0 + $1 },
    Exporter(what: "flows with its own", version: 9, includesItself: true) { flows, _ in flows },
    Exporter(what: "flows before, as it should", version: 5, includesItself: false) { flows, _ in flows },
    Exporter(what: "flows with its own", version: 5, includesItself: true) { flows, _ in flows },
    Exporter(what: "messages", version: 5, includesItself: false) { _, _ in 1 },
  ]

  /// Returns messages of random sizes with the units sent before each.
  private static func stream(
    _ exporter: Exporter, count: Int, from first: Int, _ numbers: inout SeededGenerator
  ) -> [(octets: [UInt8], units: Int)] {
    var before = first
    return (0..<count).map { index in
      let flows = Int.random(in: 1...30, using: &numbers)
      let options = exporter.version != 5 && index % 4 == 2 ? Int.random(in: 1...3, using: &numbers) : 0
      defer { before += exporter.units(flows, options) }
      return (
        exporter.message(flows: flows, options: options, before: before, time: index), exporter.units(flows, options)
      )
    }
  }

  private static func count(_ messages: [[UInt8]]) -> SequenceCounters {
    let flows = FlowDecoded(messages).counters.sequence
    #expect(Decoded(messages).counters.sequence == flows, "the lossless decoder counts otherwise")
    return flows
  }

  @Test("report nothing where nothing was lost", arguments: exporters, [0, 0xffff_fc00])
  func clean(_ exporter: Exporter, _ first: Int) {
    for seed in UInt64(1)...6 {
      var numbers = SeededGenerator(seed: seed)
      let messages = Self.stream(exporter, count: 60, from: first, &numbers).map(\.octets)
      #expect(Self.count(messages) == SequenceCounters(), "seed \(seed)")
    }
  }

  @Test("of softflowd are understood after four messages")
  func softflowd() {
    let softflowd = Self.exporters[3]
    var before = 0
    let messages = [21, 29, 28, 21, 3].map { flows in
      defer { before += flows }
      return softflowd.message(flows: flows, options: 0, before: before, time: before)
    }
    #expect(Self.count(messages) == SequenceCounters())
    #expect(Self.count(Array(messages.prefix(4))) == SequenceCounters())
    // Afterwards a loss counts as a loss.
    let lost = softflowd.message(flows: 5, options: 0, before: before + 40, time: 200)
    #expect(Self.count(messages + [lost]).lost == 40)
  }

  @Test("tell what was lost, came late or twice once the habit is known", arguments: exporters)
  func faults(_ exporter: Exporter) {
    let seed = UInt64.random(in: .min ... .max)
    var numbers = SeededGenerator(seed: seed)
    for _ in 0..<4 {
      let first = Bool.random(using: &numbers) ? 0 : 0xffff_ff00
      let messages = Self.stream(exporter, count: 400, from: first, &numbers)
      var sent = messages.prefix(40).map(\.octets)
      var expected = SequenceCounters()
      var index = 40
      while index < messages.count - 1 {
        switch Int.random(in: 0..<20, using: &numbers) {
        case 0:
          expected.gaps += 1
          expected.lost += UInt64(messages[index].units)
          // One message arrives after each loss, so that each is a separate gap.
          sent.append(messages[index + 1].octets)
          index += 2
        case 1 where messages[index].units > 0:
          expected.gaps += 1
          expected.reordered += 1
          sent.append(messages[index + 1].octets)
          sent.append(messages[index].octets)
          index += 2
        case 2:
          expected.duplicates += 1
          sent += [messages[index].octets, messages[index].octets]
          index += 1
        default:
          sent.append(messages[index].octets)
          index += 1
        }
      }
      #expect(Self.count(sent) == expected, "seed \(seed)")
    }
  }

  @Test("tell loss from the first message on where they count as they should", arguments: [0, 6, 9])
  func lossAtOnce(_ index: Int) {
    var numbers = SeededGenerator(seed: 3)
    let messages = Self.stream(Self.exporters[index], count: 20, from: 9, &numbers)
    let sent = messages.enumerated().filter { $0.offset % 3 != 1 }.map(\.element.octets)
    let lost = messages.enumerated().filter { $0.offset % 3 == 1 }.map { UInt64($0.element.units) }
    let counters = Self.count(sent)
    // Of 20 messages, 1, 4 … 19 are lost; nothing arrives after the last.
    #expect(counters.gaps == UInt64(lost.count - 1))
    #expect(counters.lost == lost.dropLast().reduce(0, +))
  }

  @Test("are understood anew when an exporter changes its habit, as after an upgrade")
  func changedHabit() {
    var numbers = SeededGenerator(seed: 5)
    let odd = Self.stream(Self.exporters[3], count: 60, from: 0, &numbers).map(\.octets)
    let good = Self.stream(Self.exporters[0], count: 200, from: 0, &numbers)
    let known = Self.count(odd + good.prefix(100).map(\.octets))
    // Later messages with the new counting add only real loss.
    let later = odd + good.map(\.octets).enumerated().filter { $0.offset != 150 }.map(\.element)
    #expect(Self.count(later).lost == known.lost + UInt64(good[150].units))
    #expect(Self.count(later).gaps == known.gaps + 1)
  }

  @Test("of IPFIX say nothing after a message whose records nobody could count, in flow records too")
  func uncounted() {
    let templates = Wire.set(2, Wire.template(256, [[4, 1]]) + Wire.template(257, [[82, 65535]]))
    for set in [Wire.set(999, [1]), Wire.set(257, [200, 1]), Wire.hex("0100 0003")] {
      let counters = Self.count([
        Wire.ipfix(templates, set, sequence: 0), Wire.ipfix(Wire.set(256, [6]), sequence: 40),
        Wire.ipfix(Wire.set(256, [6]), sequence: 42),
      ])
      #expect(counters.lost == 1)
      #expect(counters.gaps == 1)
    }
  }
}
