package import FlowModel
import NetworkBytes

/// One of the words that a record's fields are packed in, but for the addresses of its ends, and how it is read and set in many
/// records. The row group has a column for each.
package struct RecordWord: Sendable {
  package let value: @Sendable (FlowRecord) -> UInt64
  package let set: @Sendable (inout FlowRecord, UInt64) -> Void
  /// Returns the bits in which a record's word is not the given one.
  let difference: @Sendable (Span<FlowRecord>, UInt64) -> UInt64
  /// Stores the word of each record in the first places.
  let load: @Sendable (Span<FlowRecord>, inout [UInt64]) -> Void
  /// Sets the word of the first records.
  let store: @Sendable (Span<UInt64>, inout [FlowRecord]) -> Void

  /// Inlined, so that each word has loops of its own without a call for each record.
  @inline(__always)
  private init(
    _ value: @escaping @Sendable (FlowRecord) -> UInt64, _ set: @escaping @Sendable (inout FlowRecord, UInt64) -> Void
  ) {
    self.value = value
    self.set = set
    difference = { records, word in
      var difference: UInt64 = 0
      for index in records.indices { difference |= value(records[index]) ^ word }
      return difference
    }
    load = { records, words in
      var words = words.mutableSpan
      precondition(records.count <= words.count)
      for index in records.indices { words[index] = value(records[index]) }
    }
    store = { words, records in
      var records = records.mutableSpan
      for index in words.indices { set(&records[index], words[index]) }
    }
  }

  /// All, in the order in which a row group has them.
  package static let all: [RecordWord] = [
    RecordWord({ $0.originWord }, { $0.originWord = $1 }),
    RecordWord(
      { UInt64($0.extensionNumber) << 32 | UInt64($0.records) },
      {
        $0.extensionNumber = UInt32(truncatingIfNeeded: $1 >> 32)
        $0.records = UInt32(truncatingIfNeeded: $1)
      }),
    RecordWord({ $0.interfaceWord }, { $0.interfaceWord = $1 }),
    RecordWord({ $0.transportWord }, { $0.transportWord = $1 }),
    RecordWord({ $0.traitsWord }, { $0.traitsWord = $1 }),
    RecordWord({ $0.autonomousSystemWord }, { $0.autonomousSystemWord = $1 }),
    RecordWord({ $0.nextHop.high }, { $0.nextHop.high = $1 }),
    RecordWord({ $0.nextHop.low }, { $0.nextHop.low = $1 }),
    RecordWord({ $0.routeWord }, { $0.routeWord = $1 }),
    RecordWord({ $0.octets }, { $0.octets = $1 }),
    RecordWord({ $0.packets }, { $0.packets = $1 }),
    RecordWord({ UInt64(bitPattern: $0.start) }, { $0.start = Int64(bitPattern: $1) }),
    RecordWord({ UInt64(bitPattern: $0.end) }, { $0.end = Int64(bitPattern: $1) }),
    RecordWord({ $0.sourceMACWord }, { $0.sourceMACWord = $1 }),
    RecordWord({ $0.destinationMACWord }, { $0.destinationMACWord = $1 }),
  ]

  /// Place among all of the word that has the number of the record's extension.
  static let extensionPlace = 1
  /// Of start and end.
  static let timePlaces = 11...12
}

/// Adjacent bits of one of a record's words.
package struct RecordLane: Equatable, Sendable {
  /// Place of the word among `RecordWord.all`.
  package let word: Int
  let shift: UInt64
  /// Of the bits, once they are shifted.
  let mask: UInt64

  static let origin = RecordLane(word: 0, shift: 32, mask: 0xffff_ffff)
  static let extensionNumber = RecordLane(word: RecordWord.extensionPlace, shift: 32, mask: 0xffff_ffff)

  /// All of a word.
  static func all(of word: Int) -> RecordLane { RecordLane(word: word, shift: 0, mask: .max) }

  private init(word: Int, shift: UInt64, mask: UInt64) { (self.word, self.shift, self.mask) = (word, shift, mask) }

  /// The lane that a reader of records reads, found by asking it about records with few bits; nil if it does anything else but
  /// to read a lane. It is not asked about times: differences of the widest would overflow.
  package init?(_ read: (FlowRecord) -> UInt64) {
    let zero = Self.record { _ in 0 }
    let places = RecordWord.all.indices.filter { place in
      !RecordWord.timePlaces.contains(place) && read(Self.record { $0 == place ? .max : 0 }) != 0
    }
    guard read(zero) == 0, places.count == 1 else { return nil }
    let place = places[0]
    let bits = (0..<64).map { bit in read(Self.record { $0 == place ? 1 << UInt64(bit) : 0 }) }
    guard let first = bits.firstIndex(where: { $0 != 0 }), bits[first] == 1 else { return nil }
    let mask = bits.reduce(0, |)
    word = place
    shift = UInt64(first)
    self.mask = mask
    for bit in first..<64 where bits[bit] != 1 << UInt64(bit - first) & mask { return nil }
    for pattern in [UInt64.max, 0x0123_4567_89ab_cdef, 0xaaaa_aaaa_5555_5555] {
      let record = Self.record {
        RecordWord.timePlaces.contains($0) ? 1 << 40 : pattern.byteSwapped &* UInt64(2 * $0 + 1)
      }
      if read(record) != self(pattern.byteSwapped &* UInt64(2 * place + 1)) { return nil }
    }
  }

  /// Whether a reader reads this word as a time, which is one that files can hold.
  func isTime(_ read: (FlowRecord) -> Int64) -> Bool {
    guard self == .all(of: word) else { return false }
    return [0, 1, -1, 1_767_225_600_000, 1 << 50, -1 << 50].allSatisfy { (time: Int64) in
      read(Self.record { $0 == word ? UInt64(bitPattern: time) : 1 << 40 }) == time.storable
    }
  }

  @inline(__always)
  package func callAsFunction(_ word: UInt64) -> UInt64 { word &>> shift & mask }

  private static func record(_ word: (Int) -> UInt64) -> FlowRecord {
    var record = FlowRecord()
    for place in RecordWord.all.indices { RecordWord.all[place].set(&record, word(place)) }
    return record
  }
}
