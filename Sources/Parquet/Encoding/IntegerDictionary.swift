/// The distinct integers of a column chunk in the order of their first appearance, and the index of each.
///
/// Open addressing with linear probing, at most half full. The hash is multiplication by a random odd number, of which
/// the top bits are taken: whoever chooses the values cannot make them collide (Dietzfelbinger et al., "A reliable
/// randomized algorithm for the closest-pair problem", 1997). The order, and so the file, does not depend on that
/// number. Values that lie close together are looked up in a table without hashing.
struct IntegerDictionary<Key: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable>: ~Copyable, Sendable {
  private struct Slot: BitwiseCopyable, Sendable {
    var key: Key
    /// Counts from 1; 0 is an empty slot.
    var number: UInt32
  }

  /// Where in the slots a value is looked for.
  private struct Lookup {
    let multiplier: UInt64
    let slotBits: Int

    @inline(__always)
    func home(of key: Key) -> Int {
      Int(truncatingIfNeeded: (UInt64(key) &* multiplier) &>> UInt64(truncatingIfNeeded: 64 &- slotBits))
    }

    @inline(__always)
    func next(_ place: Int) -> Int {
      (place &+ 1) & ((1 &<< slotBits) &- 1)
    }

    /// Values that the slots take before they grow.
    var capacity: Int { 1 &<< (slotBits &- 1) }
  }

  /// The distinct values.
  private(set) var values: [Key] = []
  private var slots: [Slot]
  private var slotBits = Self.smallestSlotBits
  private let multiplier: UInt64

  /// The number (from 1, 0 for none) of each value from `base` on, where the values' range is small; else not used.
  private var table: [UInt32] = []
  private var base: Key?

  private static var smallestSlotBits: Int { 12 }
  /// A table of this many numbers stays in the second-level cache.
  private static var largestRange: Key { 0xFFFF }

  init() {
    multiplier = UInt64.random(in: .min ... .max) | 1
    slots = Array(repeating: Slot(key: 0, number: 0), count: 1 << Self.smallestSlotBits)
  }

  /// Forgets all values and makes ready for ones between `minimum` and `maximum` (both as bit patterns of `Key`, the
  /// second not wrapped below the first). Keeps its memory.
  mutating func reset(minimum: Key, maximum: Key) {
    values.removeAll(keepingCapacity: true)
    let range = maximum &- minimum
    if range <= Self.largestRange {
      base = minimum
      let needed = Int(truncatingIfNeeded: range) + 1
      if table.count < needed { table = Array(repeating: 0, count: max(needed, 256)) }
      for index in 0..<needed { table[index] = 0 }
    } else {
      base = nil
      slotBits = Self.smallestSlotBits
      clearSlots()
    }
  }

  /// Forgets the values that were added after the first `count`, for good: only `reset` may follow.
  mutating func truncate(to count: Int) {
    values.removeSubrange(count...)
  }

  /// Writes the index of each value of `page` to `indices`, adding values that are new.
  ///
  /// - Returns: false if that would make more than `limit` distinct values; then `indices` means nothing.
  mutating func encode<Value: FixedWidthInteger>(
    _ page: Span<Value>, into indices: inout MutableSpan<UInt32>, limit: Int
  ) -> Bool {
    precondition(indices.count >= page.count)
    if let base {
      return Self.encode(page, into: &indices, base: base, &table, &values, limit: limit)
    }
    var position = 0
    while true {
      let lookup = Lookup(multiplier: multiplier, slotBits: slotBits)
      let room = min(limit, lookup.capacity)
      position = Self.encode(page, from: position, into: &indices, lookup, &slots, &values, limit: room)
      if position == page.count { return true }
      if values.count >= limit { return false }
      grow()
    }
  }

  /// By table: `numbers` has each value's number at the value's distance from `base`.
  private static func encode<Value: FixedWidthInteger>(
    _ page: Span<Value>, into indices: inout MutableSpan<UInt32>, base: Key, _ numbers: inout [UInt32],
    _ values: inout [Key], limit: Int
  ) -> Bool {
    var numbers = numbers.mutableSpan
    for index in 0..<page.count {
      let key = Key(truncatingIfNeeded: page[index])
      let place = Int(truncatingIfNeeded: key &- base)
      var number = numbers[place]
      if number == 0 {
        if values.count >= limit { return false }
        values.append(key)
        number = UInt32(truncatingIfNeeded: values.count)
        numbers[place] = number
      }
      indices[index] = number &- 1
    }
    return true
  }

  /// By hash. Stops at the value that would be number `limit` + 1 and returns its position.
  private static func encode<Value: FixedWidthInteger>(
    _ page: Span<Value>, from start: Int, into indices: inout MutableSpan<UInt32>, _ lookup: Lookup,
    _ slots: inout [Slot], _ values: inout [Key], limit: Int
  ) -> Int {
    var slots = slots.mutableSpan
    for index in start..<page.count {
      let key = Key(truncatingIfNeeded: page[index])
      var place = lookup.home(of: key)
      var slot = slots[place]
      while slot.number != 0 && slot.key != key {
        place = lookup.next(place)
        slot = slots[place]
      }
      if slot.number == 0 {
        if values.count >= limit { return index }
        values.append(key)
        slot = Slot(key: key, number: UInt32(truncatingIfNeeded: values.count))
        slots[place] = slot
      }
      indices[index] = slot.number &- 1
    }
    return page.count
  }

  /// Doubles the slots in use and puts every value back.
  private mutating func grow() {
    slotBits += 1
    clearSlots()
    let lookup = Lookup(multiplier: multiplier, slotBits: slotBits)
    for index in values.indices {
      var place = lookup.home(of: values[index])
      while slots[place].number != 0 { place = lookup.next(place) }
      slots[place] = Slot(key: values[index], number: UInt32(truncatingIfNeeded: index &+ 1))
    }
  }

  private mutating func clearSlots() {
    let needed = 1 << slotBits
    let empty = Slot(key: 0, number: 0)
    if slots.count < needed {
      slots = Array(repeating: empty, count: needed)
    } else {
      for index in 0..<needed { slots[index] = empty }
    }
  }
}
