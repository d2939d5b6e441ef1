/// Maps numbers to values.
///
/// Open addressing with linear probing and a load factor of at most one half.
public struct NumberTable: Sendable {
  private var places: [Place]
  private let shift: UInt64

  private struct Place: Sendable {
    var number: UInt64 = 0
    /// 0 for an empty place.
    var value: UInt32 = 0
  }

  /// - Parameter entries: values must not be 0.
  public init(_ entries: [UInt64: UInt32] = [:]) {
    var bits: UInt64 = 1
    while 1 << bits < entries.count * 2 { bits += 1 }
    shift = 64 - bits
    places = Array(repeating: Place(), count: 1 << bits)
    for (number, value) in entries where value != 0 {
      var place = start(number)
      while places[place].value != 0 { place = (place &+ 1) & (places.count &- 1) }
      places[place] = Place(number: number, value: value)
    }
  }

  /// Returns the value of a number; 0 if it has none.
  public subscript(number: UInt64) -> UInt32 {
    var place = start(number)
    while places[place].value != 0 {
      if places[place].number == number { return places[place].value }
      place = (place &+ 1) & (places.count &- 1)
    }
    return 0
  }

  @inline(__always)
  private func start(_ number: UInt64) -> Int {
    Int(truncatingIfNeeded: (number &* 0x9e37_79b9_7f4a_7c15) &>> shift)
  }

  /// Octets of memory.
  public var memory: Int { places.capacity * MemoryLayout<Place>.stride }
}
