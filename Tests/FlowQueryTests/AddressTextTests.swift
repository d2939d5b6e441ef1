import NetworkBytes
import TestSupport
import Testing

@Suite("Addresses, read many at a time")
struct AddressTextTests {
  /// Parses a text surrounded by other octets.
  private static func read(_ text: String, _ random: inout SeededGenerator) -> UInt32? {
    let before = (0..<random.below(9)).map { _ in UInt8.random(in: 0...255, using: &random) }
    let after = (0..<IPAddress.textSlack).map { _ in UInt8.random(in: 0...255, using: &random) }
    let octets = before + Array(text.utf8) + after
    return IPAddress.dotted(octets.rawSpan, before.count..<(before.count + text.utf8.count))
  }

  /// Changes, adds or removes `count` octets.
  private static func mutate(_ text: inout [UInt8], _ count: Int, _ letters: [UInt8], _ random: inout SeededGenerator) {
    for _ in 0..<count where !text.isEmpty {
      switch random.below(3) {
      case 0: text[random.below(text.count)] = letters[random.below(letters.count)]
      case 1: text.insert(letters[random.below(letters.count)], at: random.below(text.count + 1))
      default: text.remove(at: random.below(text.count))
      }
    }
  }

  @Test("every address is read as it is written")
  func addresses() {
    let seed = runSeed("DOTTED_SEED")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      // Numbers of all lengths with equal frequency.
      let parts = (0..<4).map { _ in UInt32(random.below([10, 100, 256][random.below(3)])) }
      let address = parts.reduce(0) { $0 << 8 | $1 }
      let text = parts.map(String.init).joined(separator: ".")
      #expect(Self.read(text, &random) == address, "seed \(seed), \(text)")
    }
  }

  /// Parses a text surrounded by other octets.
  private static func readColons(_ text: String, _ random: inout SeededGenerator) -> IPAddress? {
    let before = (0..<random.below(9)).map { _ in UInt8.random(in: 0...255, using: &random) }
    // More digits and colons would be read along.
    let after = (0..<IPAddress.textSlack).map { _ in Array(":0a\u{0}".utf8)[random.below(4)] }
    let octets = before + Array(text.utf8) + after
    return IPAddress.colons(octets.rawSpan, before.count..<(before.count + text.utf8.count))
  }

  @Test("every IPv6 address is read as it is written")
  func colons() {
    let seed = runSeed("COLONS_SEED")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      // Words with many zero groups.
      func word() -> UInt64 {
        (0..<4).reduce(0) { word, _ in
          word << 16 | UInt64(random.below(2) == 0 ? 0 : random.below(1 << (4 * (1 + random.below(4)))))
        }
      }
      let address = IPAddress(high: word() | 1 << 61, low: word())
      #expect(Self.readColons(address.description, &random) == address, "seed \(seed), \(address)")
    }
    #expect(Self.readColons("::", &random) == .unspecified)
    #expect(Self.readColons("::1", &random) == IPAddress(high: 0, low: 1))
    #expect(Self.readColons("2001:DB8::", &random) == IPAddress(high: 0x2001_0db8_0000_0000, low: 0))
  }

  @Test("what is no IPv6 address is refused as the other reader does")
  func colonMutations() {
    let seed = runSeed("COLONS_MUTATION_SEED")
    var random = SeededGenerator(seed: seed)
    let letters = Array("0123456789abcdefABCDEF::::::g. -/".utf8)
    for _ in 0..<50_000 {
      let zeros = random.below(3) == 0
      let groups = (0..<8).map { _ in zeros ? 0 : random.below(1 << (4 * random.below(5))) }
      var text = Array(groups.map { String($0, radix: 16) }.joined(separator: ":").utf8)
      if random.below(2) == 0 {
        text = Array(IPAddress(high: random.next() << 32, low: random.next() >> 40).description.utf8)
      }
      Self.mutate(&text, random.below(5), letters, &random)
      let spelled = String(decoding: text, as: UTF8.self)
      let wanted = spelled.contains(".") || !spelled.contains(":") ? nil : IPAddress(spelled)
      #expect(Self.readColons(spelled, &random) == wanted, "seed \(seed), '\(spelled)'")
    }
  }

  @Test("what is none is refused as the other reader does, but for zeros before a number")
  func mutations() {
    let seed = runSeed("DOTTED_MUTATION_SEED")
    var random = SeededGenerator(seed: seed)
    let letters = Array("0123456789....:/af -\u{0}".utf8)
    for _ in 0..<50_000 {
      var text = Array((0..<4).map { _ in String(random.below(300)) }.joined(separator: ".").utf8)
      Self.mutate(&text, random.below(4), letters, &random)
      let spelled = String(decoding: text, as: UTF8.self)
      let plain = spelled.split(separator: ".", omittingEmptySubsequences: false).map { part in
        part.count > 3
          ? String(part) : String(part.drop { $0 == "0" }.isEmpty ? part.suffix(1) : part.drop { $0 == "0" })
      }.joined(separator: ".")
      let wanted = spelled.contains(":") ? nil : IPAddress(plain)?.v4
      #expect(Self.read(spelled, &random) == wanted, "seed \(seed), '\(spelled)'")
    }
  }
}
