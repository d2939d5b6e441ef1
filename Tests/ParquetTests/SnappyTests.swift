import Parquet
import TestSupport
import Testing

@Suite("Snappy blocks")
struct SnappyTests {
  /// A block of random elements, and its contents according to the format description.
  private struct Sample {
    var block: [UInt8] = []
    var content: [UInt8] = []

    init(_ random: inout SeededGenerator) {
      var elements: [UInt8] = []
      for _ in 0..<random.below(30) {
        if content.isEmpty || random.below(3) == 0 {
          addLiteral(&elements, &random)
        } else {
          addCopy(&elements, &random)
        }
      }
      var length = content.count
      while length > 127 {
        block.append(UInt8(length & 127) | 128)
        length >>= 7
      }
      block.append(UInt8(length))
      block += elements
    }

    private mutating func addLiteral(_ elements: inout [UInt8], _ random: inout SeededGenerator) {
      let count = 1 + random.below([60, 200, 1000][random.below(3)])
      let bytes = (0..<count).map { _ in UInt8(random.below(256)) }
      // A length may be encoded in more octets than necessary.
      let octets = count <= 60 && random.below(2) == 0 ? 0 : (count <= 256 ? 1 : 2) + random.below(2)
      elements.append(UInt8(octets == 0 ? count - 1 : 59 + octets) << 2)
      for index in 0..<octets { elements.append(UInt8((count - 1) >> (8 * index) & 255)) }
      elements += bytes
      content += bytes
    }

    private mutating func addCopy(_ elements: inout [UInt8], _ random: inout SeededGenerator) {
      let distance = 1 + random.below(min(content.count, [4, 2047, 60_000][random.below(3)]))
      var count = 1 + random.below(64)
      if distance < 2048, random.below(2) == 0 {
        count = 4 + random.below(8)
        elements += [UInt8(1 | (count - 4) << 2 | (distance >> 8) << 5), UInt8(distance & 255)]
      } else {
        let octets = random.below(2) == 0 ? 2 : 4
        elements.append(UInt8((octets == 2 ? 2 : 3) | (count - 1) << 2))
        for index in 0..<octets { elements.append(UInt8(distance >> (8 * index) & 255)) }
      }
      for _ in 0..<count { content.append(content[content.count - distance]) }
    }
  }

  private static func decompress(_ block: [UInt8], size: Int) -> [UInt8]? {
    var output = [UInt8](repeating: 0xa5, count: size + 7)
    guard Snappy.decompress(block.span, into: &output, size: size) else { return nil }
    #expect(output[size...].allSatisfy { $0 == 0xa5 })
    return Array(output.prefix(size))
  }

  @Test("every element is what the format says")
  func elements() {
    let seed = runSeed("SNAPPY_SEED")
    var random = SeededGenerator(seed: seed)
    for round in 0..<2000 {
      let sample = Sample(&random)
      #expect(
        Self.decompress(sample.block, size: sample.content.count) == sample.content, "seed \(seed), round \(round)")
      #expect(Self.decompress(sample.block, size: sample.content.count + 1) == nil)
    }
  }

  @Test("damaged blocks are refused or give something, within their bounds")
  func damage() {
    let seed = runSeed("SNAPPY_DAMAGE_SEED")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      let sample = Sample(&random)
      var block = sample.block
      switch random.below(3) {
      case 0: block.removeLast(1 + random.below(block.count))
      case 1: block = (0..<random.below(40)).map { _ in UInt8(random.below(256)) }
      default: for _ in 0...random.below(4) { block[random.below(block.count)] = UInt8(random.below(256)) }
      }
      _ = Self.decompress(block, size: sample.content.count)
    }
    for block in [[], [0x80], [0xff, 0xff, 0xff, 0xff, 0x7f], [4, 0xff], [4, 1, 0], [4, 2, 1, 0], [1, 0xfc, 0xff]] {
      #expect(Self.decompress(block.map { UInt8($0) }, size: 4) == nil)
    }
  }
}
