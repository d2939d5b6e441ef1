import NetworkBytes
import TestSupport
import Testing

@Suite("Values as octets")
struct OctetCodingTests {
  @Test("come back as they were written, whatever they are")
  func roundTrip() throws {
    let seed = runSeed("OCTETS_SEED")
    var random = SeededGenerator(seed: seed)
    // Numbers of every magnitude are equally likely.
    func word() -> UInt64 { random.next() >> UInt64(random.below(64)) }
    for _ in 0..<2000 {
      let words = [word(), 0, .max, 127, 128, 1 << 63]
      let signed = words.map { Int64(bitPattern: $0) } + [.min, -1, -64, 63]
      let content = random.octets(random.below(300))
      let text = String(decoding: random.octets(random.below(40)), as: UTF8.self)
      let address = IPAddress(high: word(), low: word())
      var writer = OctetWriter()
      for word in words { writer.append(word) }
      for number in signed { writer.append(number) }
      for word in words { writer.append(fixed: word) }
      writer.append(content)
      writer.append(text)
      writer.append(address)
      writer.append(true)
      writer.append(words.first) { $1.append($0) }
      writer.append(UInt64?.none) { $1.append($0) }
      var reader = OctetReader(writer.octets)
      for word in words { #expect(try reader.word() == word, "seed \(seed)") }
      for number in signed { #expect(try reader.signed() == number, "seed \(seed)") }
      for word in words { #expect(try reader.fixed() == word, "seed \(seed)") }
      #expect(try reader.content() == content, "seed \(seed)")
      #expect(try reader.text() == text, "seed \(seed)")
      #expect(try reader.address() == address, "seed \(seed)")
      #expect(try reader.flag())
      #expect(try reader.optional { reader throws(OctetFault) in try reader.word() } == words.first)
      #expect(try reader.optional { reader throws(OctetFault) in try reader.word() } == nil)
      #expect(reader.isAtEnd)
    }
  }

  @Test("that are cut off, or say that more follows than does, end with a fault")
  func faults() {
    func reader(_ octets: [UInt8]) -> OctetReader { OctetReader(octets) }
    #expect(throws: OctetFault.cutOff) {
      var reader = reader([0x80])
      _ = try reader.word()
    }
    // An eleventh octet, and a tenth octet beyond 64 bits.
    for last: UInt8 in [2, 0x81] {
      #expect(throws: OctetFault.badValue) {
        var reader = reader(Array(repeating: 0x80, count: 9) + [last, 0])
        _ = try reader.word()
      }
    }
    #expect(throws: OctetFault.cutOff) {
      var reader = reader([1, 2, 3, 4, 5, 6, 7])
      _ = try reader.fixed()
    }
    #expect(throws: OctetFault.cutOff) {
      var reader = reader([3, 1, 2])
      _ = try reader.content()
    }
    #expect(throws: OctetFault.cutOff) {
      var reader = reader(Array(repeating: 0xff, count: 9) + [1])
      _ = try reader.content()
    }
    // Three values of two octets need six.
    #expect(throws: OctetFault.cutOff) {
      var reader = reader([3, 1, 2, 3, 4, 5])
      _ = try reader.count(of: 2)
    }
    #expect(throws: OctetFault.badValue) {
      var reader = reader([0x80, 4])
      _ = try reader.number() as UInt8
    }
    #expect(throws: OctetFault.badValue) {
      var reader = reader([2])
      _ = try reader.flag()
    }
  }
}
