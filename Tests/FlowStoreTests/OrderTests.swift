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

  @Test("The radix sort is a stable sort by key", arguments: [0, 1, 11, 12, 22, 33, 47, 63, 64])
  func radix(bits: Int) {
    var random = SeededGenerator(seed: seed &+ UInt64(bits))
    for count in [0, 1, 2, 100, 5000] {
      let mask = bits == 64 ? UInt64.max : 1 << UInt64(bits) - 1
      // High bits common to all keys must not matter.
      let shared = bits < 60 ? random.next() & ~mask : 0
      let few = Bool.random(using: &random) ? random.next() & mask : mask
      let items = (0..<count).map { SortItem(key: random.next() & few | shared, number: UInt32($0)) }
      var sorted = items
      radixSort(&sorted, bits: bits)
      let naive = items.enumerated().sorted { ($0.element.key, $0.offset) < ($1.element.key, $1.offset) }.map(\.element)
      #expect(sorted.map(\.number) == naive.map(\.number), "FLOWSTORE_TEST_SEED=\(seed), \(count) items")
      #expect(sorted.map(\.key) == naive.map(\.key))
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
