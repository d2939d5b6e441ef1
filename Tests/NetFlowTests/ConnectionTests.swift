import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// Cisco ASA NetFlow Implementation Guide: flow creation 1, teardown 2, denied 3, update 5.
@Suite("Connections of a firewall count once")
struct ConnectionTests {
  /// One event: kind, time (seconds), octets and packets of the initiator and then of the responder.
  private struct Event {
    var kind: Int
    var time: Int
    var counts: [Int]
    var flowID = 77
    var start = 1_749_999_000
    var port = 40_001

    init(_ kind: Int, _ time: Int, _ counts: [Int]) {
      self.kind = kind
      self.time = time
      self.counts = counts
    }

    func of(_ flowID: Int, start: Int = 1_749_999_000, port: Int = 40_001) -> Event {
      var event = self
      event.flowID = flowID
      event.start = start
      event.port = port
      return event
    }
  }

  /// - Parameter leavesOut: elements missing from the template.
  private static func message(_ events: [Event], leavesOut: Set<Int> = []) -> FlowMessage {
    let fields = [
      [148, 4], [8, 4], [12, 4], [7, 2], [11, 2], [4, 1], [233, 1], [323, 8], [152, 8], [231, 4], [298, 4], [232, 4],
      [299, 4],
    ]
    let records = events.map { event in
      [
        Wire.be32(event.flowID), [198, 51, 100, 10], [192, 0, 2, 20], Wire.be16(event.port), Wire.be16(443), [6],
        [UInt8(event.kind)], Array(UInt64(1_750_000_000 + event.time) * 1000, width: 8),
        Array(UInt64(event.start) * 1000, width: 8),
      ] + event.counts.map { Wire.be32($0) }
    }
    let kept = fields.indices.filter { !leavesOut.contains(fields[$0][0]) }
    return FlowMessage(
      version: 9, fields: kept.map { fields[$0] }, records: records.map { record in kept.map { record[$0] } })
  }

  /// Returns the counts of each event: octets and packets of the initiator, then of the responder.
  private static func counts(
    _ events: [Event], leavesOut: Set<Int> = [], by decoder: inout FlowDecoder, measured: Bool = false
  ) -> [[UInt64]] {
    let message = message(events, leavesOut: leavesOut)
    // The responder's records follow those of the events.
    let all = FlowDecoded([measured ? message.variable.octets : message.octets], by: &decoder).records
    let records = all.prefix(events.count)
    #expect(decoder.reverseCounts.count == records.count)
    let reverse = decoder.reverseCounts.filter { $0.octets | $0.packets != 0 }
    #expect(all.dropFirst(events.count).map { [$0.octets, $0.packets] } == reverse.map { [$0.octets, $0.packets] })
    return zip(records, decoder.reverseCounts).map { [$0.octets, $0.packets, $1.octets, $1.packets] }
  }

  private static func counts(_ events: [Event], leavesOut: Set<Int> = []) -> [[UInt64]] {
    var decoder = FlowDecoder()
    let whole = counts(events, leavesOut: leavesOut, by: &decoder)
    var apart = FlowDecoder()
    let single = events.flatMap { counts([$0], leavesOut: leavesOut, by: &apart, measured: true) }
    #expect(single == whole, "one by one")
    return whole
  }

  @Test("by their updates; the teardown that repeats their sum brings what is missing, of either direction")
  func teardown() {
    let updates = [Event(5, 6, [1000, 10, 5000, 20]), Event(5, 12, [200, 2, 700, 5]), Event(5, 14, [30, 1, 40, 1])]
    let end = Event(2, 14, [1230, 13, 5740, 26])
    let sent: [[UInt64]] = [[1000, 10, 5000, 20], [200, 2, 700, 5], [30, 1, 40, 1]]
    #expect(Self.counts([Event(1, 0, [0, 0, 0, 0])] + updates + [end]) == [[0, 0, 0, 0]] + sent + [[0, 0, 0, 0]])
    #expect(Self.counts([updates[0], updates[2], end]) == [sent[0], sent[2], [200, 2, 700, 5]])
    #expect(Self.counts([end]) == [[1230, 13, 5740, 26]])
    #expect(Self.counts([end, end]) == [[1230, 13, 5740, 26], [0, 0, 0, 0]])
    // A count below the previous one contributes nothing; other counts are unaffected.
    #expect(Self.counts([updates[0], Event(2, 14, [900, 13, 5740, 26])]) == [sent[0], [0, 3, 740, 6]])
  }

  @Test("whatever order their events come in")
  func order() {
    let seed = runSeed("CONNECTION_SEED")
    var random = SeededGenerator(seed: seed)
    for round in 0..<200 {
      var decoder = FlowDecoder()
      var events: [Event] = []
      var sums: [Int: [Int]] = [:]
      for flowID in 1...4 {
        var sum = [0, 0, 0, 0]
        for time in 0..<random.below(5) {
          let counts = (0..<4).map { _ in random.below(1000) }
          sum = zip(sum, counts).map { $0 + $1 }
          events.append(Event(5, time, counts).of(flowID))
        }
        events.append(Event(2, 5, sum).of(flowID))
        sums[flowID] = sum
      }
      events.shuffle(using: &random)
      var found: [Int: [Int]] = [:]
      for (event, counts) in zip(events, Self.counts(events, by: &decoder)) {
        found[event.flowID] = zip(found[event.flowID] ?? [0, 0, 0, 0], counts).map { $0 + Int($1) }
      }
      #expect(found == sums, "seed \(seed), round \(round)")
    }
  }

  @Test("with updates after the teardown that are newer than it, and without those that are not")
  func late() {
    #expect(
      Self.counts([
        Event(2, 14, [1230, 13, 40, 4]), Event(5, 14, [30, 1, 9, 1]), Event(5, 12, [200, 2, 8, 1]),
        Event(5, 15, [7, 1, 6, 1]),
      ]) == [[1230, 13, 40, 4], [0, 0, 0, 0], [0, 0, 0, 0], [7, 1, 6, 1]])
  }

  @Test("apart by their number, whatever ports they have; by their start if they have none")
  func numbers() {
    let events = [
      Event(5, 1, [100, 1, 0, 0]).of(1), Event(5, 1, [500, 5, 0, 0]).of(2), Event(2, 9, [150, 2, 0, 0]).of(1),
      Event(2, 9, [500, 5, 0, 0]).of(2),
    ]
    #expect(Self.counts(events).map { $0[0] } == [100, 500, 50, 0])
    let unnumbered = zip(events, [10, 20, 10, 20]).map { $0.of(0, start: $1) }
    #expect(Self.counts(unnumbered).map { $0[0] } == [100, 500, 50, 0])
    #expect(Self.counts(unnumbered, leavesOut: [148]).map { $0[0] } == [100, 500, 50, 0])
    let ports = zip(events, [10, 20, 10, 20]).map { $0.of(0, port: $1) }
    #expect(Self.counts(ports, leavesOut: [148, 152]).map { $0[0] } == [100, 500, 50, 0])
  }

  @Test("one after another of the same number and ports: another start, or an event after the teardown")
  func reuse() {
    let events = [
      Event(5, 1, [100, 1, 0, 0]), Event(2, 9, [100, 1, 0, 0]), Event(5, 20, [40, 1, 0, 0]),
      Event(2, 29, [60, 2, 0, 0]), Event(2, 39, [5, 1, 0, 0]),
    ]
    let restarted = zip(events, [1, 1, 2, 2, 3]).map { $0.of(77, start: $1) }
    #expect(Self.counts(restarted).map { $0[0] } == [100, 0, 40, 20, 5])
    #expect(Self.counts(events, leavesOut: [152]).map { $0[0] } == [100, 0, 40, 20, 5])
    #expect(Self.counts(events.map { $0.of(0) }, leavesOut: [148, 152]).map { $0[0] } == [100, 0, 40, 20, 5])
    // The teardown was lost.
    let lost = [events[0], Event(1, 15, [0, 0, 0, 0]), events[2], events[3]]
    #expect(Self.counts(lost, leavesOut: [152]).map { $0[0] } == [100, 0, 40, 20])
  }

  @Test("by what denials, alerts and creations say, and without events by what records say")
  func others() {
    let events = [3, 4, 1, 0, 9].map { Event($0, 1, [10, 1, 20, 2]) }
    #expect(Self.counts(events + events) == Array(repeating: [10, 1, 20, 2], count: 10))
    let plain = Self.message([Event(5, 1, [10, 1, 20, 2]), Event(2, 1, [10, 1, 20, 2])], leavesOut: [233])
    #expect(FlowDecoded([plain.octets]).records.map(\.octets) == [10, 10, 20, 20])
  }

  @Test("also over a restart")
  func restarts() throws {
    var first = FlowDecoder()
    _ = Self.counts([Event(5, 6, [1000, 10, 5000, 20]), Event(2, 9, [70, 7, 1, 1]).of(5)], by: &first)
    var second = FlowDecoder()
    second.restore(try first.state.reread())
    #expect(
      Self.counts([Event(2, 14, [1230, 13, 5740, 26]), Event(5, 8, [70, 7, 1, 1]).of(5)], by: &second)
        == [[230, 3, 740, 6], [0, 0, 0, 0]])
  }

  @Test("and of a bounded number; what was forgotten counts whole")
  func bound() {
    var options = FlowDecoderOptions()
    options.maximumTotals = 2
    var decoder = FlowDecoder(options: options)
    let updates = (1...3).map { Event(5, 1, [100, 1, 0, 0]).of($0) }
    let ends = [3, 1].map { Event(2, 2, [100, 1, 0, 0]).of($0) }
    #expect(Self.counts(updates + ends, by: &decoder).map { $0[0] } == [100, 100, 100, 0, 100])
    #expect(decoder.evictedTotals == 2)
  }
}
