/// Distinct integers of a column chunk in order of first appearance, with the index of each.
///
/// Uses open addressing with linear probing, at most half full. The hash is the top bits of a product with a random odd
/// number, so that chosen values cannot provoke collisions (Dietzfelbinger et al., "A reliable randomized
/// algorithm for the closest-pair problem", 1997). The order, and therefore the file, does not depend on that number.
/// Values in a small range are looked up in a table without hashing.
struct IntegerDictionary<Key: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable>: ~Copyable, Sendable {
  private struct Slot: BitwiseCopyable, Sendable {
    var key: Key
    /// Index plus 1; 0 marks an empty slot.
    var number: UInt32
  }

  /// Parameters of a lookup in the slots.
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

    /// Number of values at which the slots grow.
    var capacity: Int { 1 &<< (slotBits &- 1) }
  }

  /// Distinct values in order of first appearance.
  private(set) var values: [Key] = []
  private var slots: [Slot]
  private var slotBits = Self.smallestSlotBits
  private let multiplier: UInt64

  /// Number of each value from `base` on (index plus 1; 0 if absent) if the range of values is small; unused otherwise.
  private var table: [UInt32] = []
  private var base: Key?

  private static var smallestSlotBits: Int { 12 }
  /// A table of this size stays in the second-level cache.
  private static var largestRange: Key { 0xFFFF }

  init() {
    multiplier = UInt64.random(in: .min ... .max) | 1
    slots = Array(repeating: Slot(key: 0, number: 0), count: 1 << Self.smallestSlotBits)
  }

  /// Removes all values and prepares for values between `minimum` and `maximum` (both bit patterns of `Key`; the second
  /// has not wrapped below the first). Keeps its memory.
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

  /// Removes all values after the first `count`. Afterwards only `reset` may be called.
  mutating func truncate(to count: Int) {
    values.removeSubrange(count...)
  }

  /// Writes the index of each value of `page` to `indices` and adds new values.
  ///
  /// - Returns: False if there would be more than `limit` distinct values; `indices` is then undefined.
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

  /// Table variant: `numbers[value - base]` is the number of a value.
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

  /// Hash variant. Stops at the value that would get number `limit` + 1 and returns its position.
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

  /// Doubles the number of slots and reinserts all values.
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
