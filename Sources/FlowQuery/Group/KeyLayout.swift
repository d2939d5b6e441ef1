import FlowModel
import NetworkBytes

/// The layout of a key in words: an address takes two, other values as many bits as they need.
struct KeyLayout: Sendable {
  struct Place: Sendable {
    var word: Int
    /// Position of a number's lowest bit.
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
    // Restores the order of the parts.
    self.places = parts.map {
      $0.column.kind == .address ? places.removeFirst() : numbers.removeFirst()
    }
    wordCount = max(1, next)
  }

  /// Returns the greatest number of a column.
  static func greatest(of column: FlowColumn) -> UInt64 { UInt64.max >> UInt64(64 - column.numberBits) }

  /// Extracts a number from a key.
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
