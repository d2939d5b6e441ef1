import NetworkBytes

/// A value that occurs once in a column's dictionary.
package protocol Internable: Equatable, BitwiseCopyable {
  /// Two words that represent the whole value.
  var words: (UInt64, UInt64) { get }
}

extension IPAddress: Internable {
  package var words: (UInt64, UInt64) { (high, low) }
}

/// Assigns numbers 0, 1, 2… to distinct values in order of first appearance.
///
/// Open addressing with linear probing. The hash has a random seed, because exporters control the values.
package struct Interner<Value: Internable & Sendable>: Sendable {
  package private(set) var values: [Value] = []
  /// Number plus one; 0 for an empty slot.
  private var slots: [UInt32] = Array(repeating: 0, count: 1024)
  private let seed: (UInt64, UInt64) = (.random(in: 1...(.max)) | 1, .random(in: 1...(.max)))

  package init() {}

  /// Removes all values and keeps the table's size, because row groups are similar.
  package mutating func removeAll() {
    values.removeAll(keepingCapacity: true)
    for index in slots.indices { slots[index] = 0 }
  }

  @inline(__always)
  package mutating func number(of value: Value) -> UInt32 { number(of: value, hash: hash(value)) }

  /// The same for a value whose hash is known.
  @inline(__always)
  package mutating func number(of value: Value, hash: UInt64) -> UInt32 {
    let mask = slots.count &- 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while true {
      let slot = slots[place]
      if slot == 0 { return add(value, at: place) }
      if values[Int(slot &- 1)] == value { return slot &- 1 }
      place = (place &+ 1) & mask
    }
  }

  // Numbering many values in stages, each of which asks for what the next one reads, has their memory accesses overlap.

  /// Has the processor fetch the slot where a value with this hash will be looked for.
  @inline(__always)
  package func prefetchSlot(_ hash: UInt64) { slots.span.prefetch(Int(truncatingIfNeeded: hash) & (slots.count &- 1)) }

  /// Has the processor fetch the value that one with this hash will be compared with first.
  @inline(__always)
  package func prefetchValue(_ hash: UInt64) {
    let slot = slots[Int(truncatingIfNeeded: hash) & (slots.count &- 1)]
    if slot != 0 { values.span.prefetch(Int(slot &- 1)) }
  }

  @inline(__always)
  package func hash(_ value: Value) -> UInt64 {
    let words = value.words
    let (high, low) = (words.0 ^ seed.0).multipliedFullWidth(by: words.1 ^ seed.1)
    let mixed = (high ^ low) &* 0x9e37_79b9_7f4a_7c15
    return mixed ^ (mixed >> 32)
  }

  private mutating func add(_ value: Value, at place: Int) -> UInt32 {
    values.append(value)
    slots[place] = UInt32(truncatingIfNeeded: values.count)
    if values.count &* 2 > slots.count { grow() }
    return UInt32(truncatingIfNeeded: values.count &- 1)
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for (number, value) in values.enumerated() {
      var place = Int(truncatingIfNeeded: hash(value)) & mask
      while slots[place] != 0 { place = (place + 1) & mask }
      slots[place] = UInt32(number + 1)
    }
  }
}
