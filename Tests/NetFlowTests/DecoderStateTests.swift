import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

@Suite("What a decoder knows, as octets")
struct DecoderStateTests {
  private static func exporter(_ number: Int) -> Endpoint {
    Endpoint(address: IPAddress(v4: UInt32(0x0a00_0000 + number)), port: 2055)
  }

  private static func arrival(_ number: Int) -> Int64 { 1_750_000_000_000_000_000 + Int64(number) * 1_000_000_000 }

  /// Returns a decoder that has received random messages, and some that create every other kind of state.
  private static func decoder(_ messages: inout RandomMessages, _ random: inout SeededGenerator) -> FlowDecoder {
    var decoder = FlowDecoder()
    var batch = FlowBatch()
    var sent = (0..<random.below(120)).map { _ in messages.next() }
    sent += [
      Wire.ipfix(
        Wire.set(3, Wire.optionsTemplate(900, scopes: 1, [[10, 4], [82, 65535]])),
        Wire.set(900, Wire.be32(1) + Wire.variable(Array("eth1".utf8)))),
      Wire.ipfix(
        Wire.set(3, Wire.optionsTemplate(901, scopes: 1, [[302, 8], [305, 4], [306, 4]])),
        Wire.set(901, zeros(7) + [3] + Wire.be32(10) + Wire.be32(90))),
      Wire.ipfix(
        Wire.set(2, Wire.template(902, [[8, 4], [12, 4], [85, 8]])),
        Wire.set(902, Wire.be32(1) + Wire.be32(2) + zeros(6) + [3, 232])),
      Wire.ipfix(Wire.set(903, random.octets(40))),
    ]
    for (number, message) in sent.enumerated() {
      decoder.decode(
        message.rawSpan, from: exporter(random.below(3)), to: UInt16(random.below(2)), arrival: arrival(number),
        into: &batch)
    }
    return decoder
  }

  private static func texts(_ batch: borrowing FlowBatch) -> [String] {
    var texts: [String] = []
    for index in 0..<batch.count { texts.append("\(batch.records[index])") }
    return texts
  }

  private static func isSame(_ a: borrowing FlowDecoder, _ b: borrowing FlowDecoder) -> Bool {
    func sessions(_ decoder: borrowing FlowDecoder) -> [String] {
      decoder.sessionSummaries.sorted { $0.key < $1.key }.map {
        "\($0.key) \($0.firstSeen) \($0.lastSeen) \($0.clockSkew) \($0.templates) \($0.counters.datagrams)"
      }
    }
    return a.counters == b.counters && a.waitingSets == b.waitingSets && a.lostBySequence == b.lostBySequence
      && a.origins.origins == b.origins.origins && a.origins.merged == b.origins.merged
      && a.evictedTotals == b.evictedTotals && sessions(a) == sessions(b)
  }

  @Test("comes back as it was, and decodes on as if it had never been octets")
  func roundTrip() throws {
    let seed = runSeed("STATE_SEED")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<60 {
      var messages = RandomMessages(seed: random.next())
      let heard = Self.decoder(&messages, &random)
      // State that is relearned is not saved; two decoders restored from the same state behave the same.
      var first = FlowDecoder()
      var second = FlowDecoder()
      first.restore(try heard.state.reread())
      second.restore(try first.state.reread())
      let isKept = Self.isSame(heard, first)
      #expect(isKept, "seed \(seed)")
      let isSame = Self.isSame(first, second)
      #expect(isSame, "seed \(seed)")
      for number in 0..<60 {
        let message = messages.next()
        let exporter = Self.exporter(random.below(3))
        var batch = FlowBatch()
        var other = FlowBatch()
        first.decode(message.rawSpan, from: exporter, arrival: Self.arrival(200 + number), into: &batch)
        second.decode(message.rawSpan, from: exporter, arrival: Self.arrival(200 + number), into: &other)
        #expect(Self.texts(batch) == Self.texts(other), "seed \(seed)")
      }
      #expect(first.counters == second.counters, "seed \(seed)")
    }
  }

  @Test("that were changed are a fault or a state that can be gone on with")
  func mutations() throws {
    let seed = runSeed("STATE_DAMAGE_SEED")
    var random = SeededGenerator(seed: seed)
    var (taken, refused) = (0, 0)
    for _ in 0..<30 {
      var messages = RandomMessages(seed: random.next())
      let parts = try Self.decoder(&messages, &random).state.parts()
      for _ in 0..<40 {
        var changed = parts
        let index = random.below(changed.count)
        Self.change(&changed[index].octets, &random)
        guard let state = try? FlowDecoderState(changed) else {
          refused += 1
          continue
        }
        taken += 1
        Self.goOn(state, &messages)
      }
    }
    #expect(taken > 0 && refused > 0, "seed \(seed): \(taken) taken, \(refused) refused")
  }

  private static func change(_ octets: inout [UInt8], _ random: inout SeededGenerator) {
    guard !octets.isEmpty else { return }
    for _ in 0...random.below(3) {
      let place = random.below(octets.count)
      switch random.below(5) {
      case 0: octets[place] = [0, 1, 127, 128, 255][random.below(5)]
      case 1: octets.removeSubrange(place..<min(octets.count, place + 1 + random.below(9)))
      case 2: octets.insert(contentsOf: random.octets(1 + random.below(9)), at: place)
      case 3: octets.replaceSubrange(place..<min(octets.count, place + 9), with: Array(repeating: 0xff, count: 9))
      default: octets[place] ^= 1 << UInt8(random.below(8))
      }
      if octets.isEmpty { return }
    }
  }

  /// Uses every part of a state, to check that nothing traps.
  private static func goOn(_ state: FlowDecoderState, _ messages: inout RandomMessages) {
    var decoder = FlowDecoder()
    decoder.restore(state)
    var batch = FlowBatch()
    for number in 0..<20 {
      let message = messages.next()
      decoder.decode(message.rawSpan, from: exporter(number % 3), arrival: arrival(300 + number), into: &batch)
    }
    decoder.tick(to: arrival(4000) / 1_000_000, into: &batch)
    decoder.end(at: arrival(5000) / 1_000_000, into: &batch)
    _ = decoder.sessionSummaries
    _ = decoder.names
    #expect(throws: Never.self) { try decoder.state.reread() }
  }

  @Test(
    "has sessions that never gave a record left out, but for the newest that have something; nothing goes uncounted")
  func leftOut() throws {
    var options = FlowDecoderOptions()
    options.rules.limits.keptWithoutRecords = 2
    var decoder = FlowDecoder(options: options)
    let template = Wire.set(2, Wire.template(256, [[1, 4]]))
    let flow = Wire.set(256, Wire.be32(1))
    let sent = [
      Wire.ipfix(template, flow), Wire.ipfix(template), Wire.ipfix(flow), Wire.v9([]), Wire.ipfix(template),
      Wire.ipfix(flow),
    ]
    var batch = FlowBatch()
    for (number, message) in sent.enumerated() {
      decoder.decode(message.rawSpan, from: Self.exporter(number), arrival: Self.arrival(number), into: &batch)
    }
    #expect(decoder.waitingSets == 2)
    var later = FlowDecoder()
    later.restore(try decoder.state.reread())
    #expect(Set(later.sessionSummaries.map(\.key.exporter)) == Set([0, 4, 5].map(Self.exporter)))
    #expect(later.counters.datagrams == 6)
    #expect(later.counters[.unknownTemplate] == 2)
    #expect(later.waitingSets == 1)
    #expect(later.counters.earlyGivenUp == 1)
    // The running decoder keeps all of them.
    #expect(decoder.sessionSummaries.count == 6)
    #expect(decoder.counters.earlyGivenUp == 0)
  }

  @Test("keeps two devices behind one port apart, whichever was heard last", arguments: [0, 1])
  func devicesOfOnePort(_ last: Int) throws {
    let layouts = [Layout.usual, Layout.other]
    func message(_ device: Int, _ sets: [UInt8], sequence: Int, at second: Int) -> [UInt8] {
      Wire.v9(
        sets, sequence: sequence + device * 90_000, exportTime: Scene.start + second,
        upTime: (second + 7000 + device * 90_000) * 1000)
    }
    var decoder = FlowDecoder()
    var batch = FlowBatch()
    func decode(_ message: [UInt8], by decoder: inout FlowDecoder, at second: Int) -> Int {
      let before = batch.count
      decoder.decode(
        message.rawSpan, from: Self.exporter(0), arrival: Int64(Scene.start + second) * 1_000_000_000, into: &batch)
      return batch.count - before
    }
    let sent = [0, 1, 0, 1, last]
    for (second, device) in sent.enumerated() {
      let sets = layouts[device].template(9) + layouts[device].data(second)
      #expect(decode(message(device, sets, sequence: second, at: second), by: &decoder, at: second) == 1)
    }
    var later = FlowDecoder()
    later.restore(try decoder.state.reread())
    for (number, device) in [0, 1, 0].enumerated() {
      let data = layouts[device].data(number + 100)
      #expect(decode(message(device, data, sequence: 10 + number, at: 10 + number), by: &later, at: 10 + number) == 1)
      #expect(batch.records.last?.octets == UInt64(number + 100))
    }
    #expect(later.sessionSummaries.count == 2)
  }
}
