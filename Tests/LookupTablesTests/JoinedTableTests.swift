import LookupTables
import NetworkBytes
import TestSupport
import Testing

@Suite("Tables against a search through all prefixes")
struct JoinedTableTests {
  @Test("A table, and three joined ones, have what the longest prefix has, one by one and many at once")
  func longest() {
    let seed = runSeed("LOOKUP_TEST_SEED")
    for round in 0..<40 {
      var random = SeededGenerator(seed: seed &+ UInt64(round))
      let parts = (0..<3).map { _ in [TestPrefix].random(random.below(1 << (round % 9)), &random) }
      let tables = parts.map(\.table)
      let joined = JoinedTable(tables[0], tables[1], tables[2])
      let addresses = parts.flatMap { $0 }.addresses(&random)
      // Any number of addresses per call: complete groups of a search, and a partial one.
      let chunk = 1 + random.below(200)
      for begin in stride(from: 0, to: addresses.count, by: chunk) {
        let some = Array(addresses[begin..<min(begin + chunk, addresses.count)])
        let found = tables.map { $0.values(of: some.span) }
        for (index, (address, values)) in zip(some, joined.values(of: some.span)).enumerated() {
          let expected = parts.map { $0.value(of: address) }
          let place: Comment = "LOOKUP_TEST_SEED=\(seed), round \(round), \(address)"
          #expect(tables.map { $0[address] } == expected, place)
          #expect(found.map { $0[index] } == expected, place)
          #expect([values.first, values.second, values.third] == expected, place)
          #expect(joined[address] == values, place)
        }
      }
    }
  }

  @Test("Joined tables of the same networks have no more intervals than one of them")
  func sameNetworks() {
    var random = SeededGenerator(seed: 4)
    let prefixes = [TestPrefix].random(5000, &random)
    let tables = [1, 2, 3].map { (factor: UInt32) in
      prefixes.map { TestPrefix(address: $0.address, length: $0.length, value: $0.value * factor) }.table
    }
    let joined = JoinedTable(tables[0], tables[1], tables[2])
    #expect(joined.intervals == tables[0].intervals)
    #expect(JoinedTable(PrefixTable(), PrefixTable(), PrefixTable()).intervals == PrefixTable().intervals)
  }

  @Test("Prefixes below one another, with all others below the last, take no more memory than others")
  func skewed() throws {
    var random = SeededGenerator(seed: 5)
    let begin = try #require(IPAddress("2001:db8:1:2::"))
    var prefixes = (0...64).map { TestPrefix(address: begin, length: $0, value: UInt32($0 + 1)) }
    for number in 0..<100_000 {
      let address = IPAddress(v4: 0x0a01_0000 | UInt32(number) % 0x4000)
      prefixes.append(TestPrefix(address: address, length: 32, value: UInt32(number)))
      let high = begin.high & ~0xffff_ffff | random.next() >> 46
      prefixes.append(TestPrefix(address: IPAddress(high: high, low: 0), length: 64, value: UInt32(number)))
    }
    for length in 0...18 { prefixes.append(TestPrefix(address: IPAddress(v4: 0x0a01_0000), length: length, value: 1)) }
    let table = prefixes.table
    #expect(table.memory < table.intervals * 24, "\(table.memory) octets for \(table.intervals) intervals")
    for prefix in prefixes.suffix(200) { #expect(table[prefix.address] == prefixes.value(of: prefix.address)) }
  }
}
