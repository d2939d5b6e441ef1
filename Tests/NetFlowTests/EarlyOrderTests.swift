import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// Sets of many templates wait in one queue.
@Suite("Early data of many templates")
struct EarlyOrderTests {
  private static let ids = 300..<340

  private static func data(_ id: Int, _ octets: Int) -> [UInt8] { Wire.ipfix(Wire.set(id, Wire.be32(octets))) }
  private static func template(_ id: Int) -> [UInt8] { Wire.ipfix(Wire.set(2, Wire.template(id, [[1, 4]]))) }

  /// Decodes a message and everything that it makes decodable.
  private static func decode(_ message: [UInt8], by decoder: inout FlowDecoder) -> [Int] {
    var batch = FlowBatch()
    decoder.decode(message.rawSpan, from: Wire.exporter, arrival: 1_750_000_000_000_000_000, into: &batch)
    while decoder.decodeEarly(limit: 64, into: &batch).isMore {}
    return batch.records.map { Int($0.octets) }
  }

  @Test("are found by their template, in the order in which they came")
  func random() {
    let seed = runSeed("EARLY_ORDER_SEED")
    var random = SeededGenerator(seed: seed)
    var decoder = FlowDecoder()
    var waiting: [Int: [Int]] = [:]
    var known: Set<Int> = []
    for number in 1...5000 {
      let id = Self.ids.lowerBound + random.below(Self.ids.count)
      // A few templates early on, so that some sets leave from the middle; the others later.
      if random.below(number < 2000 ? 200 : 30) == 0, !known.contains(id) {
        known.insert(id)
        #expect(Self.decode(Self.template(id), by: &decoder) == waiting.removeValue(forKey: id) ?? [], "seed \(seed)")
        continue
      }
      let decoded = Self.decode(Self.data(id, number), by: &decoder)
      #expect(decoded == (known.contains(id) ? [number] : []), "seed \(seed)")
      if !known.contains(id) { waiting[id, default: []].append(number) }
    }
    for id in Self.ids where !known.contains(id) {
      #expect(Self.decode(Self.template(id), by: &decoder) == waiting[id] ?? [], "seed \(seed)")
    }
    #expect(decoder.waitingSets == 0)
    #expect(decoder.counters.earlyDecoded == decoder.counters[.unknownTemplate])
  }

  @Test("leave from the front when there is no more room, and the rest is found all the same")
  func bounded() {
    let seed = runSeed("EARLY_ORDER_SEED")
    var random = SeededGenerator(seed: seed)
    var options = FlowDecoderOptions()
    options.rules.limits.earlyOctetsPerSession = 132 * 500
    var decoder = FlowDecoder(options: options)
    var last: [Int: Int] = [:]
    for number in 1...5000 {
      let id = Self.ids.lowerBound + random.below(Self.ids.count)
      if random.below(400) == 0, last[id] == nil || decoder.counters[.unknownTemplate] > 2000 {
        let decoded = Self.decode(Self.template(id), by: &decoder)
        #expect(decoded == decoded.sorted(), "seed \(seed)")
        // At most the waiting sets are decoded, including the newest of them.
        #expect(decoded.count <= 500 && (decoded.isEmpty || decoded.last == last[id]), "seed \(seed)")
        last[id] = .max
        continue
      }
      _ = Self.decode(Self.data(id, number), by: &decoder)
      if last[id] != .max { last[id] = number }
      let counters = decoder.counters
      #expect(
        counters[.unknownTemplate] == counters.earlyDecoded + counters.earlyGivenUp + decoder.waitingSets,
        "seed \(seed)")
    }
    #expect(decoder.counters.earlyGivenUp > 0)
  }
}
