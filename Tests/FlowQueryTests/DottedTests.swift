import NetworkBytes
import TestSupport
import Testing

@Suite("Dotted decimal, read many at a time")
struct DottedTests {
  /// Reads a text between other octets.
  private static func read(_ text: String, _ random: inout SeededGenerator) -> UInt32? {
    let before = (0..<random.below(9)).map { _ in UInt8.random(in: 0...255, using: &random) }
    let after = (0..<IPAddress.dottedSlack).map { _ in UInt8.random(in: 0...255, using: &random) }
    let octets = before + Array(text.utf8) + after
    return IPAddress.dotted(octets.rawSpan, before.count..<(before.count + text.utf8.count))
  }

  @Test("every address is read as it is written")
  func addresses() {
    let seed = runSeed("DOTTED_SEED")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      // Numbers of all lengths alike.
      let parts = (0..<4).map { _ in UInt32(random.below([10, 100, 256][random.below(3)])) }
      let address = parts.reduce(0) { $0 << 8 | $1 }
      let text = parts.map(String.init).joined(separator: ".")
      #expect(Self.read(text, &random) == address, "seed \(seed), \(text)")
    }
  }

  @Test("what is none is refused as the other reader does, but for zeros before a number")
  func mutations() {
    let seed = runSeed("DOTTED_MUTATION_SEED")
    var random = SeededGenerator(seed: seed)
    let letters = Array("0123456789....:/af -\u{0}".utf8)
    for _ in 0..<50_000 {
      var text = Array((0..<4).map { _ in String(random.below(300)) }.joined(separator: ".").utf8)
      for _ in 0..<random.below(4) where !text.isEmpty {
        switch random.below(3) {
        case 0: text[random.below(text.count)] = letters[random.below(letters.count)]
        case 1: text.insert(letters[random.below(letters.count)], at: random.below(text.count + 1))
        default: text.remove(at: random.below(text.count))
        }
      }
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
