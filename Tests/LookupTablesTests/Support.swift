import LookupTables
import NetworkBytes
import TestSupport

/// A prefix of a table, and its value.
struct TestPrefix: CustomStringConvertible {
  var address: IPAddress
  var length: Int
  var value: UInt32

  var mask: IPAddress { .mask(leadingBits: address.isV4 ? length + 96 : length) }

  func holds(_ other: IPAddress) -> Bool {
    other.isV4 == address.isV4 && other.masked(by: mask) == address.masked(by: mask)
  }

  /// Its first and last address.
  var ends: [IPAddress] {
    let first = address.masked(by: mask)
    return [first, IPAddress(high: first.high | ~mask.high, low: first.low | ~mask.low)]
  }

  var description: String { "\(address)/\(length) = \(value)" }
}

extension [TestPrefix] {
  var table: PrefixTable {
    var builder = PrefixTableBuilder()
    for (line, prefix) in enumerated() {
      builder.add(prefix.address, length: prefix.length, value: prefix.value, line: UInt32(line))
    }
    return builder.table()
  }

  /// Returns the value of the longest prefix that contains an address, by linear search; for equal prefixes the later
  /// one counts.
  func value(of address: IPAddress) -> UInt32 {
    enumerated().filter { $0.element.holds(address) }
      .max { ($0.element.length, $0.offset) < ($1.element.length, $1.offset) }?.element.value ?? 0
  }

  /// Returns nested and adjacent prefixes in a few regions, far apart and close together.
  static func random(_ count: Int, _ random: inout SeededGenerator) -> [TestPrefix] {
    let places = (0..<4).map { _ in random.next() }
    return (0..<count).map { number in
      let (isV4, place) = (random.below(2) == 0, places[random.below(places.count)])
      // The number of varying bits is random.
      let bits = random.next() >> UInt64(random.below(64))
      let low = random.below(3) == 0 ? random.next() >> UInt64(random.below(64)) : 0
      let address =
        isV4 ? IPAddress(v4: UInt32(truncatingIfNeeded: place ^ bits)) : IPAddress(high: place ^ bits, low: low)
      return TestPrefix(
        address: address, length: random.below(isV4 ? 33 : 129), value: UInt32(truncatingIfNeeded: number % 7))
    }
  }

  /// Returns addresses at and next to the ends of the prefixes, and some random ones.
  func addresses(_ random: inout SeededGenerator) -> [IPAddress] {
    var found = flatMap(\.ends).flatMap { end in
      [end.next(0), end.next(1), end.next(-1)]
    }
    for _ in 0..<20 { found.append(IPAddress(high: random.next(), low: random.next())) }
    for _ in 0..<20 { found.append(IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))) }
    return found.shuffled(using: &random)
  }
}

extension IPAddress {
  /// Returns the address that many steps later, wrapping around.
  fileprivate func next(_ steps: Int) -> IPAddress {
    if isV4 { return IPAddress(v4: UInt32(truncatingIfNeeded: Int(v4) + steps)) }
    let next = (UInt128(high) << 64 | UInt128(low)) &+ UInt128(truncatingIfNeeded: steps)
    return IPAddress(high: UInt64(truncatingIfNeeded: next >> 64), low: UInt64(truncatingIfNeeded: next))
  }
}
