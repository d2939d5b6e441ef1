import Parquet
import TestSupport
import Testing

/// Returns what an encoder appends to an empty buffer.
private func encoded(_ body: (inout ByteBuffer) -> Void) -> [UInt8] {
  var buffer = ByteBuffer()
  body(&buffer)
  return buffer.octets
}

extension ByteBuffer {
  var octets: [UInt8] { (0..<count).map { span[$0] } }
}

/// Reads single bits, the least significant of each octet first; simple, and independent of the encoder.
struct BitReader {
  let octets: [UInt8]
  var position = 0

  mutating func octet() -> UInt8 {
    defer { position += 1 }
    return octets[position]
  }

  mutating func varint() -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = octet()
      value |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return value }
      shift += 7
    }
  }

  mutating func packed(count: Int, width: Int) -> [UInt64] {
    var values: [UInt64] = []
    for index in 0..<count {
      var value: UInt64 = 0
      for bit in 0..<width {
        let place = index * width + bit
        value |= UInt64(octets[position + place / 8] >> UInt8(place % 8) & 1) << UInt64(bit)
      }
      values.append(value)
    }
    position += (count * width + 7) / 8
    return values
  }
}

@Suite("RLE/bit-packing hybrid")
struct RunLengthHybridTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let values: [UInt32]
    let width: Int
    let octets: [UInt8]
  }

  static let vectors: [Vector] = [
    Vector(testDescription: "nothing", values: [], width: 3, octets: []),
    Vector(
      testDescription: "the specification's 0 to 7 in three bits", values: [0, 1, 2, 3, 4, 5, 6, 7], width: 3,
      octets: [0x03, 0x88, 0xC6, 0xFA]),
    Vector(
      testDescription: "a run of 100", values: Array(repeating: 5, count: 100), width: 3, octets: [0xC8, 0x01, 0x05]),
    Vector(
      testDescription: "a short group is filled with zeros", values: [1, 2, 3], width: 2, octets: [0x03, 0x39, 0x00]),
    Vector(
      testDescription: "a run's value takes whole octets", values: Array(repeating: 0x1234, count: 9), width: 13,
      octets: [0x12, 0x34, 0x12]),
    Vector(
      testDescription: "packed, run, packed", values: [0, 1, 0, 1, 0, 1, 0, 1] + Array(repeating: 9, count: 40) + [7],
      width: 8, octets: [0x03, 0, 1, 0, 1, 0, 1, 0, 1, 0x50, 9, 0x03, 7, 0, 0, 0, 0, 0, 0, 0]),
    Vector(
      testDescription: "a run of eight single bits is not worth its header",
      values: [1, 0, 1, 0, 1, 0, 1, 0] + Array(repeating: 1, count: 8), width: 1, octets: [0x05, 0x55, 0xFF]),
    Vector(
      testDescription: "thirty-two bits", values: [.max, 0, .max, 1, 2, 3, 4, 5], width: 32,
      octets: [0x03]
        + [UInt32.max, 0, .max, 1, 2, 3, 4, 5].flatMap { value in
          (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
        }),
  ]

  @Test("Known sequences give known octets", arguments: vectors)
  func vector(_ vector: Vector) {
    let octets = encoded { RunLengthHybrid.append(vector.values.span, width: vector.width, to: &$0) }
    #expect(octets == vector.octets)
  }

  static func decode(_ octets: [UInt8], count: Int, width: Int) -> [UInt64] {
    var reader = BitReader(octets: octets)
    var values: [UInt64] = []
    while values.count < count && reader.position < octets.count {
      let header = reader.varint()
      if header & 1 == 1 {
        values += reader.packed(count: Int(header >> 1) * 8, width: width)
      } else {
        var value: UInt64 = 0
        for index in 0..<((width + 7) / 8) { value |= UInt64(reader.octet()) << UInt64(8 * index) }
        values += Array(repeating: value, count: Int(header >> 1))
      }
    }
    #expect(reader.position == octets.count, "every octet is used")
    return Array(values.prefix(count))
  }

  @Test("Values of every width come back, whatever their runs", arguments: 1...32)
  func roundTrip(width: Int) {
    var random = SeededGenerator(seed: seed &+ UInt64(width))
    let greatest = UInt32(truncatingIfNeeded: UInt64(1) << UInt64(width) - 1)
    for round in 0..<30 {
      var values: [UInt32] = []
      for _ in 0..<Int.random(in: 0...20, using: &random) {
        if Bool.random(using: &random) {
          let value = UInt32.random(in: 0...greatest, using: &random)
          values += Array(repeating: value, count: Int.random(in: 1...70, using: &random))
        } else {
          for _ in 0..<Int.random(in: 1...50, using: &random) {
            values.append(UInt32.random(in: 0...greatest, using: &random))
          }
        }
      }
      let octets = encoded { RunLengthHybrid.append(values.span, width: width, to: &$0) }
      let decoded = Self.decode(octets, count: values.count, width: width)
      #expect(decoded == values.map { UInt64($0) }, "seed \(seed), width \(width), round \(round)")
    }
  }
}

@Suite("DELTA_BINARY_PACKED")
struct DeltaBinaryPackedTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let values: [Int64]
    let octets: [UInt8]
  }

  /// Block size 128 in four miniblocks.
  static let head: [UInt8] = [0x80, 0x01, 0x04]

  static let vectors: [Vector] = [
    Vector(testDescription: "nothing", values: [], octets: head + [0x00, 0x00]),
    Vector(testDescription: "one value", values: [-3], octets: head + [0x01, 0x05]),
    Vector(
      testDescription: "the specification's 1 to 5", values: [1, 2, 3, 4, 5],
      octets: head + [0x05, 0x02, 0x02, 0, 0, 0, 0]),
    Vector(
      testDescription: "the specification's falling and rising values", values: [7, 5, 3, 1, 2, 3, 4, 5],
      octets: head + [0x08, 0x0E, 0x03, 2, 0, 0, 0, 0xC0, 0x3F, 0, 0, 0, 0, 0, 0]),
    Vector(
      testDescription: "a difference that wraps", values: [.min, .max],
      octets: head + [0x02] + Array(repeating: 0xFF, count: 9) + [0x01, 0x01, 0, 0, 0, 0]),
    Vector(
      testDescription: "a last value that begins a miniblock of its own",
      values: (0...32).map { Int64($0) } + [34],
      octets: head + [34, 0x00, 0x02, 0, 1, 0, 0, 0x01, 0, 0, 0]),
    Vector(
      testDescription: "a last value that begins a block of its own",
      values: (0...128).map { Int64($0) } + [0],
      octets: head + [0x82, 0x01, 0x00, 0x02, 0, 0, 0, 0] + [0xFF, 0x01, 0, 0, 0, 0]),
  ]

  @Test("Known sequences give known octets", arguments: vectors)
  func vector(_ vector: Vector) {
    #expect(encoded { _ = DeltaBinaryPacked.append(vector.values.span, to: &$0) } == vector.octets)
  }

  static func decode(_ octets: [UInt8]) -> [Int64] {
    var reader = BitReader(octets: octets)
    let block = Int(reader.varint())
    let miniblocks = Int(reader.varint())
    let count = Int(reader.varint())
    func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
    var value = unzigzag(reader.varint())
    var values = count > 0 ? [value] : []
    while values.count < count {
      let least = unzigzag(reader.varint())
      let widths = (0..<miniblocks).map { _ in Int(reader.octet()) }
      for width in widths where values.count < count {
        for delta in reader.packed(count: block / miniblocks, width: width) where values.count < count {
          value = value &+ least &+ Int64(bitPattern: delta)
          values.append(value)
        }
      }
    }
    #expect(reader.position == octets.count, "every octet is used")
    return values
  }

  @Test("Values of any kind come back", arguments: [1, 8, 20, 33, 63, 64])
  func roundTrip(bits: Int) {
    var random = SeededGenerator(seed: seed &+ UInt64(bits))
    for round in 0..<40 {
      let count = Int.random(in: 0...400, using: &random)
      let values = (0..<count).map { _ in
        Int64(truncatingIfNeeded: UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64(64 - bits)) &- (1 << 18)
      }
      let decoded = Self.decode(encoded { _ = DeltaBinaryPacked.append(values.span, to: &$0) })
      #expect(decoded == values, "seed \(seed), \(bits) bits, round \(round)")
    }
  }

  @Test("Differences that are too wide leave nothing behind", arguments: [0, 127, 128, 300])
  func tooWide(position: Int) {
    var values = (0..<400).map { Int64($0) }
    values[position] += 1 << 24
    var buffer = ByteBuffer()
    buffer.append(0xAB)
    #expect(!DeltaBinaryPacked.append(values.span, widest: 24, to: &buffer))
    #expect(buffer.octets == [0xAB])
    #expect(DeltaBinaryPacked.append(values.span, widest: 26, to: &buffer))
  }

  @Test("The extremes of 64 bits come back in any order")
  func extremes() {
    var random = SeededGenerator(seed: seed)
    for round in 0..<20 {
      let values = (0..<300).map { _ in [Int64.min, .max, 0, -1, 1].randomElement(using: &random) ?? 0 }
      let decoded = Self.decode(encoded { _ = DeltaBinaryPacked.append(values.span, to: &$0) })
      #expect(decoded == values, "seed \(seed), round \(round)")
    }
  }
}

@Suite("CRC-32")
struct CRC32Tests {
  @Test("Known texts have known checksums")
  func knownTexts() {
    #expect(CRC32.checksum([UInt8]().span) == 0)
    #expect(CRC32.checksum(Array("123456789".utf8).span) == 0xCBF4_3926)
    #expect(CRC32.checksum(Array("The quick brown fox jumps over the lazy dog".utf8).span) == 0x414F_A339)
  }

  @Test("Every length gives what the polynomial says, bit by bit")
  func lengths() {
    var random = SeededGenerator(seed: seed)
    for length in 0...200 {
      let octets = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      var remainder: UInt32 = .max
      for octet in octets {
        remainder ^= UInt32(octet)
        for _ in 0..<8 { remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0xEDB8_8320 }
      }
      #expect(CRC32.checksum(octets.span) == ~remainder, "seed \(seed), length \(length)")
    }
  }
}
