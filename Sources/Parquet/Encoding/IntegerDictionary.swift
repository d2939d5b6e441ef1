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

  /// The distinct values, and behind them room for as many as a page has.
  private var memory: [Key] = []
  /// Number of distinct values.
  private(set) var count = 0
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
    count = 0
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
    precondition(count <= self.count)
    self.count = count
  }

  /// Distinct values in order of first appearance.
  var values: Span<Key> {
    @_lifetime(borrow self) get { memory.span.extracting(0..<count) }
  }

  /// Writes the index of each value of `page` to `indices` and adds new values.
  ///
  /// - Returns: False if there would be more than `limit` distinct values; `indices` is then undefined.
  mutating func encode<Value: FixedWidthInteger>(
    _ page: Span<Value>, into indices: inout MutableSpan<UInt32>, limit: Int
  ) -> Bool {
    precondition(indices.count >= page.count)
    let needed = count + page.count
    if memory.count < needed {
      memory.append(contentsOf: repeatElement(0, count: max(needed, 2 * memory.count) - memory.count))
    }
    if let base {
      count = Self.encode(page, into: &indices, base: base, &table, &memory, count)
      return count <= limit
    }
    var position = 0
    while true {
      let lookup = Lookup(multiplier: multiplier, slotBits: slotBits)
      let room = min(limit, lookup.capacity)
      (position, count) = Self.encode(
        page, from: position, into: &indices, lookup, &slots, &memory, count, limit: room)
      if position == page.count { return true }
      if count >= limit { return false }
      grow()
    }
  }

  // The loops change what they are given in place, without a call or a check of ownership for a new value.

  /// Table variant: `numbers[value - base]` is the number of a value.
  ///
  /// - Returns: the number of distinct values.
  private static func encode<Value: FixedWidthInteger>(
    _ page: Span<Value>, into indices: inout MutableSpan<UInt32>, base: Key, _ numbers: inout [UInt32],
    _ values: inout [Key], _ before: Int
  ) -> Int {
    var numbers = numbers.mutableSpan
    var values = values.mutableSpan
    var count = before
    for index in 0..<page.count {
      let key = Key(truncatingIfNeeded: page[index])
      let place = Int(truncatingIfNeeded: key &- base)
      var number = numbers[place]
      if number == 0 {
        values[count] = key
        count &+= 1
        number = UInt32(truncatingIfNeeded: count)
        numbers[place] = number
      }
      indices[index] = number &- 1
    }
    return count
  }

  /// Hash variant. Stops at the value that would get number `limit` + 1.
  ///
  /// - Returns: where it stopped, and the number of distinct values.
  private static func encode<Value: FixedWidthInteger>(
    _ page: Span<Value>, from start: Int, into indices: inout MutableSpan<UInt32>, _ lookup: Lookup,
    _ slots: inout [Slot], _ values: inout [Key], _ before: Int, limit: Int
  ) -> (position: Int, count: Int) {
    var slots = slots.mutableSpan
    var values = values.mutableSpan
    var count = before
    for index in start..<page.count {
      let key = Key(truncatingIfNeeded: page[index])
      var place = lookup.home(of: key)
      var slot = slots[place]
      while slot.number != 0 && slot.key != key {
        place = lookup.next(place)
        slot = slots[place]
      }
      if slot.number == 0 {
        if count >= limit { return (index, count) }
        values[count] = key
        count &+= 1
        slot = Slot(key: key, number: UInt32(truncatingIfNeeded: count))
        slots[place] = slot
      }
      indices[index] = slot.number &- 1
    }
    return (page.count, count)
  }

  /// Doubles the number of slots and reinserts all values.
  private mutating func grow() {
    slotBits += 1
    clearSlots()
    let lookup = Lookup(multiplier: multiplier, slotBits: slotBits)
    for index in 0..<count {
      var place = lookup.home(of: memory[index])
      while slots[place].number != 0 { place = lookup.next(place) }
      slots[place] = Slot(key: memory[index], number: UInt32(truncatingIfNeeded: index &+ 1))
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
