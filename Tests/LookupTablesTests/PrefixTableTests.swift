import LookupTables
import NetworkBytes
import TestSupport
import Testing

@Suite("Longest prefixes")
struct PrefixTableTests {
  private static func table(_ prefixes: [TestPrefix]) -> PrefixTable { prefixes.table }
  private static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

  @Test("The longest prefix that holds an address counts, of its own family")
  func longest() throws {
    let table = Self.table([
      TestPrefix(address: try Self.address("10.0.0.0"), length: 8, value: 1),
      TestPrefix(address: try Self.address("10.1.0.0"), length: 16, value: 2),
      TestPrefix(address: try Self.address("10.1.2.3"), length: 32, value: 3),
      TestPrefix(address: try Self.address("2001:db8::"), length: 32, value: 4),
      TestPrefix(address: try Self.address("2001:db8::1"), length: 128, value: 5),
      TestPrefix(address: try Self.address("2001:db8:1::"), length: 48, value: 6),
    ])
    for (text, value) in [
      ("9.255.255.255", 0), ("10.0.0.0", 1), ("10.0.255.255", 1), ("10.1.0.0", 2), ("10.1.2.2", 2), ("10.1.2.3", 3),
      ("10.1.2.4", 2), ("10.2.0.0", 1), ("11.0.0.0", 0), ("::", 0), ("2001:db7:ffff::", 0), ("2001:db8::", 4),
      ("2001:db8::1", 5), ("2001:db8::2", 4), ("2001:db8:1::", 6), ("2001:db8:1:ffff:ffff:ffff:ffff:ffff", 6),
      ("2001:db8:2::", 4), ("2001:db9::", 0),
    ] as [(String, UInt32)] { #expect(table[try Self.address(text)] == value, "\(text)") }
  }

  @Test("Prefixes at both ends of the address space, and of no length at all")
  func ends() throws {
    let (all4, all6) = (
      try Self.address("255.255.255.255"), try Self.address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
    )
    let ends = Self.table([
      TestPrefix(address: all4, length: 32, value: 1), TestPrefix(address: all6, length: 128, value: 2),
      TestPrefix(address: IPAddress(v4: 0), length: 32, value: 3),
      TestPrefix(address: .unspecified, length: 128, value: 4),
    ])
    #expect([all4, all6, IPAddress(v4: 0), .unspecified].map { ends[$0] } == [1, 2, 3, 4])
    #expect([IPAddress(v4: .max - 1), IPAddress(v4: 1), IPAddress(high: 0, low: 1)].map { ends[$0] } == [0, 0, 0])
    let zero = Self.table([
      TestPrefix(address: IPAddress(v4: 0), length: 0, value: 7),
      TestPrefix(address: .unspecified, length: 0, value: 8),
    ])
    #expect([all4, IPAddress(v4: 0), all6, .unspecified].map { zero[$0] } == [7, 7, 8, 8])
    #expect(PrefixTable()[all4] == 0 && PrefixTable()[all6] == 0)
  }

  @Test("Any prefixes give what a search through all of them gives", arguments: 0..<12)
  func random(round: Int) throws {
    var random = SeededGenerator(seed: UInt64(round))
    // Few bits vary, so that prefixes are nested and adjacent.
    func any(_ isV4: Bool) -> IPAddress {
      let bits = random.next() & random.next()
      if isV4 { return IPAddress(v4: UInt32(truncatingIfNeeded: bits << 24 | bits & 0xff)) }
      return IPAddress(high: bits & 0xff00_0000_0000_0003, low: random.next() & 0xc000_0000_0000_0003)
    }
    var prefixes: [TestPrefix] = []
    for number in 0..<(1 << round) {
      let isV4 = random.below(2) == 0
      let length = random.below(isV4 ? 33 : 129)
      prefixes.append(TestPrefix(address: any(isV4), length: length, value: UInt32(number % 5)))
    }
    let table = prefixes.table
    for _ in 0..<400 {
      let address = any(random.below(2) == 0)
      #expect(table[address] == prefixes.value(of: address), "round \(round), \(address)")
    }
    let many = (0..<100).map { _ in any(random.below(2) == 0) }
    #expect(table.values(of: many.span) == many.map { table[$0] })
  }

  /// Returns the value of the longest matching prefix, found by trying each length. The prefixes are distinct.
  private static func reference(_ prefixes: [TestPrefix]) -> (IPAddress) -> UInt32 {
    var lengths: [Int: [IPAddress: UInt32]] = [:]
    for prefix in prefixes {
      let length = prefix.address.isV4 ? prefix.length + 96 : prefix.length
      lengths[length, default: [:]][prefix.address.masked(by: IPAddress.mask(leadingBits: length))] = prefix.value
    }
    return { address in
      for length in lengths.keys.sorted(by: >) where !address.isV4 || length >= 96 {
        if let value = lengths[length]?[address.masked(by: IPAddress.mask(leadingBits: length))] { return value }
      }
      return 0
    }
  }

  @Test("Prefixes that are dense in small parts of the address space, and lone ones far from them")
  func dense() throws {
    var random = SeededGenerator(seed: 9)
    let site = try Self.address("2001:db8::").high
    func any() -> IPAddress {
      let bits = random.next()
      switch random.below(8) {
      case 0: return IPAddress(v4: UInt32(truncatingIfNeeded: bits))
      case 1...3: return IPAddress(v4: 0x0a01_0000 | UInt32(truncatingIfNeeded: bits >> 40) & 0xffff)
      case 4: return IPAddress(high: bits, low: random.next())
      case 5: return IPAddress(high: site, low: bits)
      default: return IPAddress(high: site | bits & 0xf_ffff, low: 0)
      }
    }
    var prefixes: [TestPrefix] = []
    for number in 0..<40_000 {
      let address = any()
      let length = address.isV4 ? 24 + random.below(9) : 44 + random.below(85)
      prefixes.append(TestPrefix(address: address, length: length, value: UInt32(number % 1000) + 1))
    }
    // Each prefix contains the next: in every directory but the last, all slices but one are empty.
    for length in 0...64 { prefixes.append(TestPrefix(address: IPAddress(high: 1, low: 0), length: length, value: 7)) }
    for length in 0...32 { prefixes.append(TestPrefix(address: IPAddress(v4: 1), length: length, value: 8)) }
    let table = prefixes.table
    let reference = Self.reference(prefixes)
    var addresses = (0..<3000).map { _ in any() }
    for prefix in prefixes.prefix(1000) {
      addresses.append(prefix.address)
      addresses.append(
        prefix.address.isV4
          ? IPAddress(v4: prefix.address.v4 &+ 1) : IPAddress(high: prefix.address.high &+ 1, low: prefix.address.low))
    }
    for (address, value) in zip(addresses, table.values(of: addresses.span)) {
      #expect(value == reference(address), "\(address)")
      #expect(value == table[address], "\(address)")
    }
    #expect(table.memory < 3_000_000, "\(table.memory) octets for \(table.intervals) intervals")
  }

  @Test("The same prefix with two values is found, by line")
  func conflicts() throws {
    var builder = PrefixTableBuilder()
    for (line, (text, length, value)) in [
      ("10.0.0.0", 8, 1), ("2001:db8::", 32, 1), ("10.0.0.0", 8, 1), ("10.0.0.0", 9, 2), ("2001:db8::", 32, 2),
      ("10.0.0.0", 8, 3),
    ].enumerated() {
      builder.add(try Self.address(text), length: length, value: UInt32(value), line: UInt32(line + 1))
    }
    let found = builder.conflicts(limit: 10)
    #expect(found.map(\.address) == [try Self.address("2001:db8::"), try Self.address("10.0.0.0")])
    #expect(found.map(\.length) == [32, 8])
    #expect(found.map { [$0.lines.first, $0.lines.second] } == [[2, 5], [3, 6]])
    #expect(builder.conflicts(limit: 1).count == 1)
  }

  @Test("Half a million prefixes of each family take less than 100 MB")
  func memory() {
    var random = SeededGenerator(seed: 1)
    var builder = PrefixTableBuilder()
    for number in 0..<500_000 {
      let value = UInt32(number % 60_000) + 1
      builder.add(IPAddress(v4: UInt32(truncatingIfNeeded: random.next())), length: 12 + random.below(21), value: value)
      builder.add(IPAddress(high: random.next(), low: random.next()), length: 32 + random.below(97), value: value)
    }
    let table = builder.table()
    #expect(table.intervals > 1_000_000)
    #expect(table.memory < 100_000_000, "\(table.memory) octets")
  }
}

@Suite("Numbers")
struct NumberTableTests {
  @Test("Each number has its value, and others have none")
  func numbers() {
    var random = SeededGenerator(seed: 2)
    var entries: [UInt64: UInt32] = [0: 7, .max: 9]
    for number in 0..<5000 { entries[random.next() >> 32] = UInt32(number + 1) }
    let table = NumberTable(entries)
    for (number, value) in entries { #expect(table[number] == value) }
    for number in 1...1000 as ClosedRange<UInt64> where entries[number << 33] == nil {
      #expect(table[number << 33] == 0)
    }
    #expect(NumberTable()[0] == 0)
  }
}
