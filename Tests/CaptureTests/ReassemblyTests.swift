import Capture
import NetworkBytes
import TestSupport
import Testing

@Suite("Fragments")
struct ReassemblyTests {
  static let second: Int64 = 1_000_000_000

  static func packet(_ identification: UInt32 = 1) -> Fragment.Packet {
    Fragment.Packet(
      source: IPAddress(v4: 0x0a00_0001), destination: IPAddress(v4: 0x0a00_0002), identification: identification)
  }

  /// Splits `octets` at `cuts` (multiples of 8).
  static func pieces(of octets: [UInt8], cuts: [Int]) -> [(offset: Int, octets: [UInt8], isLast: Bool)] {
    let edges = [0] + cuts + [octets.count]
    return zip(edges, edges.dropFirst()).map { ($0, Array(octets[$0..<$1]), $1 == octets.count) }
  }

  static func add(
    _ piece: (offset: Int, octets: [UInt8], isLast: Bool), to reassembler: inout Reassembler,
    of packet: Fragment.Packet = packet(), at arrival: Int64 = 0
  ) -> UInt8? {
    let frame = IPv4(
      source: packet.source.v4, destination: packet.destination.v4,
      identification: UInt16(truncatingIfNeeded: packet.identification), offset: piece.offset,
      moreFragments: !piece.isLast
    ).packet(piece.octets)
    guard case .fragment(var fragment) = FrameParser.parse(frame.rawSpan, link: .rawIP) else { return nil }
    fragment.packet = packet
    return reassembler.add(fragment, content: frame.rawSpan.extracting(fragment.content), arrival: arrival)
  }

  @Test("Pieces in any order, some of them twice, make the packet again", arguments: UInt64(1)...200)
  func anyOrder(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let whole = pattern(Int.random(in: 9...65_000, using: &random), seed: Int(seed))
    let places = (1...((whole.count - 1) / 8)).map { $0 * 8 }.shuffled(using: &random)
    var pieces = Self.pieces(of: whole, cuts: places.prefix(Int.random(in: 1...20, using: &random)).sorted())
    pieces.shuffle(using: &random)
    // Repeats must precede the piece that completes the packet; after it they would start another packet.
    for piece in pieces.dropLast() where Bool.random(using: &random) {
      pieces.insert(piece, at: Int.random(in: 0..<pieces.count, using: &random))
    }
    var reassembler = Reassembler()
    for (index, piece) in pieces.enumerated() {
      let header = Self.add(piece, to: &reassembler)
      #expect((header != nil) == (index == pieces.count - 1))
    }
    #expect(reassembler.packet == whole)
    #expect(reassembler.pending == 0)
    #expect(reassembler.givenUp == 0)
  }

  @Test("Overlapping pieces that agree make the packet; bounds of pieces do not matter")
  func overlap() {
    let whole = pattern(100)
    var reassembler = Reassembler()
    for range in [40..<64, 0..<24, 16..<48, 8..<16] {
      #expect(Self.add((range.lowerBound, Array(whole[range]), false), to: &reassembler) == nil)
    }
    #expect(Self.add((56, Array(whole[56...]), true), to: &reassembler) == 17)
    #expect(reassembler.packet == whole)
  }

  @Test("A piece that contradicts an earlier one begins a new packet, and the old one is given up")
  func contradiction() {
    let old = pattern(48)
    let new = pattern(40, seed: 99)
    var reassembler = Reassembler()
    #expect(Self.add((0, Array(old[..<16]), false), to: &reassembler) == nil)
    #expect(Self.add((32, Array(old[32...]), true), to: &reassembler) == nil)
    for piece in Self.pieces(of: new, cuts: [16, 24]).dropLast() {
      #expect(Self.add(piece, to: &reassembler) == nil)
    }
    #expect(reassembler.givenUp == 1)
    #expect(Self.add((24, Array(new[24...]), true), to: &reassembler) == 17)
    #expect(reassembler.packet == new)
    #expect(reassembler.pending == 0)
  }

  @Test("A piece behind the last one, and a last one before others, contradict as well")
  func lengthContradiction() {
    let octets = pattern(64)
    var reassembler = Reassembler()
    _ = Self.add((16, Array(octets[16..<24]), true), to: &reassembler)
    _ = Self.add((24, Array(octets[24..<32]), false), to: &reassembler)
    #expect(reassembler.givenUp == 1)
    #expect(reassembler.pending == 1)
    _ = Self.add((8, Array(octets[8..<16]), true), to: &reassembler)
    #expect(reassembler.givenUp == 2)
    #expect(reassembler.pending == 1)
  }

  @Test("Pieces that no packet can have are ignored")
  func impossible() {
    var reassembler = Reassembler()
    #expect(Self.add((0, pattern(12), false), to: &reassembler) == nil)
    #expect(Self.add((65_528, pattern(8), true), to: &reassembler) == nil)
    #expect(Self.add((8, [], false), to: &reassembler) == nil)
    #expect(reassembler.pending == 0)
    #expect(Self.add((65_528, pattern(7), true), to: &reassembler) == nil)
    #expect(reassembler.pending == 1)
  }

  @Test("Packets with other addresses or identifications do not mix")
  func keys() {
    let a = pattern(32)
    let b = pattern(32, seed: 50)
    var other = Self.packet()
    other.source = IPAddress(v4: 0x0a00_0009)
    var reassembler = Reassembler()
    _ = Self.add((0, Array(a[..<16]), false), to: &reassembler)
    _ = Self.add((0, Array(b[..<16]), false), to: &reassembler, of: other)
    _ = Self.add((0, Array(b[..<16]), false), to: &reassembler, of: Self.packet(2))
    #expect(Self.add((16, Array(a[16...]), true), to: &reassembler) == 17)
    #expect(reassembler.packet == a)
    #expect(Self.add((16, Array(b[16...]), true), to: &reassembler, of: other) == 17)
    #expect(reassembler.packet == b)
    #expect(reassembler.pending == 1)
  }

  @Test("The oldest packets are given up when there are too many")
  func tooMany() {
    var reassembler = Reassembler(maximumPackets: 10)
    for number in 0..<25 { _ = Self.add((0, pattern(8), false), to: &reassembler, of: Self.packet(UInt32(number))) }
    #expect(reassembler.pending == 10)
    #expect(reassembler.givenUp == 15)
    #expect(Self.add((8, pattern(8), true), to: &reassembler, of: Self.packet(14)) == nil)
    #expect(Self.add((8, pattern(8), true), to: &reassembler, of: Self.packet(24)) == 17)
  }

  @Test("The oldest packets are given up when they hold too many octets")
  func tooLarge() {
    var reassembler = Reassembler(maximumOctets: 200_000)
    for number in 0..<10 {
      _ = Self.add((65_520, pattern(8), false), to: &reassembler, of: Self.packet(UInt32(number)))
    }
    #expect(reassembler.pending == 3)
    #expect(reassembler.givenUp == 7)
  }

  @Test("A packet that does not complete in time is given up, also when the clock steps back")
  func late() {
    var reassembler = Reassembler()
    _ = Self.add((0, pattern(8), false), to: &reassembler, at: 100 * Self.second)
    #expect(Self.add((8, pattern(8), true), to: &reassembler, at: 161 * Self.second) == nil)
    #expect(reassembler.givenUp == 1)
    #expect(reassembler.pending == 1)
    _ = Self.add((0, pattern(8), false), to: &reassembler, of: Self.packet(2), at: 0)
    #expect(reassembler.givenUp == 2)
    #expect(reassembler.pending == 1)
    #expect(Self.add((8, pattern(8), true), to: &reassembler, of: Self.packet(2), at: 60 * Self.second) == 17)
  }

  @Test("Bookkeeping stays small while one packet stays incomplete among many that complete")
  func manyBehindOne() {
    var reassembler = Reassembler(maximumPackets: 4)
    _ = Self.add((0, pattern(8), false), to: &reassembler, of: Self.packet(9_999_999))
    for number in 0..<20_000 {
      let packet = Self.packet(UInt32(number))
      _ = Self.add((8, pattern(8), true), to: &reassembler, of: packet)
      #expect(Self.add((0, pattern(8), false), to: &reassembler, of: packet) == 17)
    }
    #expect(reassembler.pending == 1)
    #expect(reassembler.givenUp == 0)
    #expect(Self.add((8, pattern(4), true), to: &reassembler, of: Self.packet(9_999_999)) == 17)
  }
}
