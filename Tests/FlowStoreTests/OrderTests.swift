import FlowModel
import FlowStore
import NetworkBytes
import TestSupport
import Testing

@Suite("Order and numbers")
struct OrderTests {
  /// Returns IPv4, IPv6 and boundary addresses, with neighbours that differ in one digit.
  private static func addresses(_ count: Int, _ random: inout SeededGenerator) -> [IPAddress] {
    let edges: [IPAddress] = [
      .unspecified, IPAddress(high: 0, low: 1), IPAddress(high: .max, low: .max), IPAddress(v4: 0), IPAddress(v4: .max),
      IPAddress(high: 0, low: 0xffff_0000_0000 - 1), IPAddress(high: 0, low: 0x1_0000_0000_0000),
      IPAddress(high: 0x1000_0000_0000_0000, low: 0), IPAddress(high: 0x0001_0000_0000_0000, low: 0),
    ]
    return edges
      + (0..<count).map { _ in
        switch Int.random(in: 0..<4, using: &random) {
        case 0: IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))
        case 1: IPAddress(v4: 0x0a00_0000 | UInt32(truncatingIfNeeded: random.next() & 0x1ff))
        case 2: IPAddress(high: random.next() & 0xffff_000f_0000_ffff, low: random.next() & 0x00ff_0000_ffff)
        default: IPAddress(high: random.next(), low: random.next())
        }
      }
  }

  @Test("Addresses are in the order of their texts' octets", arguments: [0, 1, 2, 30, 4000])
  func addressOrder(count: Int) {
    var random = SeededGenerator(seed: seed &+ UInt64(count))
    let addresses = Array(Set(Self.addresses(count, &random))).shuffled(using: &random)
    let order = AddressOrder.sorted(addresses)
    let naive = addresses.indices.sorted {
      Array(addresses[$0].description.utf8).lexicographicallyPrecedes(Array(addresses[$1].description.utf8))
    }
    #expect(order.map { Int($0) } == naive, "FLOWSTORE_TEST_SEED=\(seed)")
  }

  @Test("Every IPv4 octet is in its text's place", arguments: [0, 8, 16, 24] as [UInt32])
  func octetOrder(shift: UInt32) {
    let addresses = (0..<256).map { IPAddress(v4: UInt32($0) << shift) }
    #expect(
      AddressOrder.sorted(addresses).map { addresses[Int($0)].description } == addresses.map(\.description).sorted())
  }

  @Test("The radix sort is a stable sort by some bits", arguments: [0, 1, 11, 12, 22, 33, 47, 63, 64])
  func radix(bits: Int) {
    var random = SeededGenerator(seed: seed &+ UInt64(bits))
    var spare: [UInt64] = []
    for count in [0, 1, 2, 100, 5000, 30] {
      let low = Int.random(in: 0...(64 - bits), using: &random)
      let mask = (bits == 64 ? UInt64.max : 1 << UInt64(bits) - 1) << UInt64(low)
      // Bits above that all items have must not matter.
      let shared = low + bits < 64 ? random.next() << UInt64(low + bits) : 0
      let few = Bool.random(using: &random) ? random.next() : .max
      let below = low == 0 ? 0 : UInt64.max >> UInt64(64 - low)
      let items = (0..<count).map { _ in random.next() & few & (mask | below) | shared }
      var sorted = items
      radixSort(&sorted, &spare, from: low, bits: bits)
      let naive = items.enumerated().sorted { ($0.element & mask, $0.offset) < ($1.element & mask, $1.offset) }
        .map(\.element)
      #expect(sorted == naive, "FLOWSTORE_TEST_SEED=\(seed), \(count) items, \(bits) bits from \(low)")
    }
  }

  @Test(
    "Rows are ordered by exporter, source and destination, also if the ranks of all do not fit into a word",
    arguments: [(1, 3), (500, 1), (3000, 40), (140_000, 1100)])
  func rowOrder(rows: Int, exporters: Int) {
    var random = SeededGenerator(seed: seed &+ UInt64(rows))
    let origins = (0..<exporters).map {
      FlowOrigin(exporter: IPAddress(v4: UInt32($0) &* 0x0101_0307), domain: 0, version: 9)
    }
    var batch = FlowBatch()
    for row in 0..<rows {
      var record = FlowRecord()
      record.origin = UInt32.random(in: 0..<UInt32(exporters), using: &random)
      // Nearly all distinct, but for some that differ only in one of the two.
      record.source = IPAddress(v4: row % 8 == 0 ? 1 : UInt32(truncatingIfNeeded: random.next()))
      record.destination = IPAddress(v4: row % 9 == 0 ? 2 : UInt32(truncatingIfNeeded: random.next()))
      batch.records.append(record)
    }
    var columns = RowColumns()
    columns.append(batch, 0..<rows, room: rows)
    var sorter = RowSorter()
    sorter.sort(columns, origins: origins)
    func key(_ row: UInt32) -> (String, String, String) {
      let record = batch.records[Int(row)]
      return (
        origins[Int(record.origin)].exporter.description, record.source.description, record.destination.description
      )
    }
    #expect(Set(sorter.order).count == rows)
    let isOrdered = zip(sorter.order, sorter.order.dropFirst()).allSatisfy { key($0) <= key($1) }
    #expect(isOrdered, "FLOWSTORE_TEST_SEED=\(seed)")
    var ranks: [UInt32] = []
    for (place, of) in [\FlowRecord.source, \.destination].enumerated() {
      sorter.ranks(place + 1, of: columns, into: &ranks)
      let texts = Set(batch.records.map { $0[keyPath: of].description }).sorted()
      let isRank = zip(sorter.order, ranks).allSatisfy { row, rank in
        texts[Int(rank)] == batch.records[Int(row)][keyPath: of].description
      }
      #expect(isRank, "FLOWSTORE_TEST_SEED=\(seed)")
    }
  }

  @Test("Values are numbered in order of first appearance, also after all were forgotten")
  func interner() {
    var random = SeededGenerator(seed: seed)
    var numbers = Interner<IPAddress>()
    for count in [1, 600, 20_000, 10] {
      numbers.removeAll()
      var naive: [IPAddress: UInt32] = [:]
      let pool = Self.addresses(count, &random)
      for _ in 0..<(count * 2) {
        let address = pool.randomElement(using: &random) ?? .unspecified
        let expected = naive[address] ?? UInt32(naive.count)
        naive[address] = expected
        let number = numbers.number(of: address)
        if number != expected { Issue.record("\(address): \(number), not \(expected); FLOWSTORE_TEST_SEED=\(seed)") }
      }
      #expect(numbers.values.count == naive.count)
      #expect(numbers.values.indices.allSatisfy { naive[numbers.values[$0]] == UInt32($0) })
    }
  }
}
