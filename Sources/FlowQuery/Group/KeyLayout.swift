import FlowModel
import NetworkBytes

/// How the parts of a key stand in words: an address takes two, other values as many bits as they have.
struct KeyLayout: Sendable {
  struct Place: Sendable {
    var word: Int
    /// Of a number: bits that stand below it.
    var shift: UInt64
  }

  let places: [Place]
  let wordCount: Int

  init(_ parts: [GroupKey.Part]) {
    var places: [Place] = []
    var next = 0
    for part in parts where part.column.kind == .address {
      places.append(Place(word: next, shift: 0))
      next += 2
    }
    var free = 0
    var numbers: [Place] = []
    for part in parts where part.column.kind != .address {
      let width = part.column.numberBits
      if free < width { (next, free) = (next + 1, 64) }
      free -= width
      numbers.append(Place(word: next - 1, shift: UInt64(free)))
    }
    // In the order of the parts again.
    self.places = parts.map {
      $0.column.kind == .address ? places.removeFirst() : numbers.removeFirst()
    }
    wordCount = max(1, next)
  }

  /// The greatest number of a column.
  static func greatest(of column: FlowColumn) -> UInt64 { UInt64.max >> UInt64(64 - column.numberBits) }

  /// The bits of a number's place, shifted down.
  func number(_ part: Int, of column: FlowColumn, in words: [UInt64]) -> UInt64 {
    let place = places[part]
    let width = column.numberBits
    let word = words[place.word] >> place.shift
    return width == 64 ? word : word & (1 << UInt64(width) - 1)
  }

  func address(_ part: Int, in words: [UInt64]) -> IPAddress {
    let first = places[part].word
    return IPAddress(high: words[first], low: words[first + 1])
  }
}
