import FlowModel
import NetworkBytes

/// The layout of a key in words: addresses first, then numbers with as many bits as they need.
struct KeyLayout: Sendable {
  struct Place: Sendable {
    var word: Int
    /// Position of a number's lowest bit.
    var shift: UInt64
  }

  let places: [Place]
  let wordCount: Int
  /// Whether addresses are IPv4 and have 32 bits, like numbers; otherwise they have two words.
  let isIPv4: Bool

  init(_ parts: [GroupKey.Part], isIPv4: Bool = false) {
    self.isIPv4 = isIPv4
    var places = [Place](repeating: Place(word: 0, shift: 0), count: parts.count)
    var (next, free) = (0, 0)
    func take(_ bits: Int) -> Place {
      if free < bits { (next, free) = (next + 1, 64) }
      free -= bits
      return Place(word: next - 1, shift: UInt64(free))
    }
    for (index, part) in parts.enumerated() where part.column.kind == .address {
      places[index] = take(isIPv4 ? 32 : 64)
      if !isIPv4 { _ = take(64) }
    }
    for (index, part) in parts.enumerated() where part.column.kind != .address {
      places[index] = take(part.column.numberBits)
    }
    self.places = places
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
    let place = places[part]
    if isIPv4 { return IPAddress(v4: UInt32(truncatingIfNeeded: words[place.word] >> place.shift)) }
    return IPAddress(high: words[place.word], low: words[place.word + 1])
  }

  /// Returns the words of the same key in a layout for any addresses.
  func words(_ words: [UInt64], of parts: [GroupKey.Part], in other: KeyLayout) -> [UInt64] {
    var result = [UInt64](repeating: 0, count: other.wordCount)
    for (index, part) in parts.enumerated() {
      let place = other.places[index]
      if part.column.kind == .address {
        let address = address(index, in: words)
        (result[place.word], result[place.word + 1]) = (address.high, address.low)
      } else {
        result[place.word] |= number(index, of: part.column, in: words) << place.shift
      }
    }
    return result
  }
}
