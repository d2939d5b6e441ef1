extension ColumnChunk {
  /// Determines which rows have a value. If only some have, sets `levels` and returns their values packed.
  static func presence<Value: FixedWidthInteger>(
    of values: Span<Value>, _ present: Span<Bool>?, _ levels: inout [UInt32]
  ) -> (Presence, packed: [Value]?) {
    guard let present else { return (.all, nil) }
    precondition(present.count == values.count, "one flag for each value")
    var count = 0
    for row in present.indices where present[row] { count += 1 }
    if count == values.count { return (.all, nil) }
    if count == 0 { return (.none, []) }
    makeRoom(values.count, in: &levels)
    var packed: [Value] = []
    packed.reserveCapacity(count)
    for row in present.indices {
      levels[row] = present[row] ? 1 : 0
      if present[row] { packed.append(values[row]) }
    }
    return (.some(count: count), packed)
  }

  /// The same for indices with one representing null; the others are packed at the start of `packed`.
  static func presence(
    of indices: Span<UInt32>, null: UInt32, _ levels: inout [UInt32], _ packed: inout [UInt32]
  ) -> Presence {
    let count = indices.count - occurrences(of: null, in: indices)
    if count == indices.count { return .all }
    if count == 0 { return .none }
    makeRoom(indices.count, in: &levels)
    makeRoom(indices.count, in: &packed)
    pack(indices, null: null, levels.mutableSpan, packed.mutableSpan)
    return .some(count: count)
  }

  private static func occurrences(of value: UInt32, in values: Span<UInt32>) -> Int {
    var count: UInt64 = 0
    // Only zero less one has a sign. A comparison would become a branch, and the loop would not be vectorized.
    for index in values.indices { count &+= (UInt64(values[index] ^ value) &- 1) &>> 63 }
    return Int(count)
  }

  /// Branch-free: nulls are irregular, and mispredictions would be frequent.
  private static func pack(
    _ indices: Span<UInt32>, null: UInt32, _ levels: consuming MutableSpan<UInt32>,
    _ packed: consuming MutableSpan<UInt32>
  ) {
    var next = 0
    for row in 0..<indices.count {
      let level: UInt32 = indices[row] == null ? 0 : 1
      levels[row] = level
      packed[next] = indices[row]
      next &+= Int(level)
    }
  }

  private static func makeRoom(_ count: Int, in scratch: inout [UInt32]) {
    if scratch.count < count { scratch = Array(repeating: 0, count: count) }
  }
}
