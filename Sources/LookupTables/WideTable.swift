/// Values of intervals of 128 bits.
///
/// Nearly all prefixes of IPv6 end within the first 64 bits, so these are searched first, in half the memory; only where prefixes are
/// longer do the other 64 follow.
struct WideTable: Sendable {
  /// By the first 64 bits: a value, or with the highest bit set the place of a group.
  private let high: IntervalTable<UInt64>
  /// Where each group begins in `lows`; one more ends the last.
  private let groups: [UInt32]
  /// The other 64 bits of the intervals' first keys, ascending in each group, of which the first is 0.
  private let lows: [UInt64]
  private let values: [UInt32]

  private static var groupBit: UInt32 { 1 << 31 }

  /// - Parameters:
  ///   - starts: first keys in ascending order, of which the first is 0.
  ///   - values: as many, less than 2^31.
  init(starts: [UInt128], values all: [UInt32]) {
    var (highs, highValues): ([UInt64], [UInt32]) = ([], [])
    var (groups, lows, values): ([UInt32], [UInt64], [UInt32]) = ([], [], [])
    var next = 0
    while next < starts.count {
      let first = next
      let high = starts[first].high
      while next < starts.count, starts[next].high == high { next += 1 }
      highs.append(high)
      if next == first + 1, starts[first].low == 0 {
        highValues.append(all[first])
        continue
      }
      highValues.append(Self.groupBit | UInt32(groups.count))
      groups.append(UInt32(lows.count))
      if starts[first].low != 0 {
        // What is before the group's first key goes on into it; the first of all keys is 0.
        lows.append(0)
        values.append(all[first - 1])
      }
      for place in first..<next {
        lows.append(starts[place].low)
        values.append(all[place])
      }
      if high < .max, next == starts.count || starts[next].high > high + 1 {
        highs.append(high + 1)
        highValues.append(all[next - 1])
      }
    }
    groups.append(UInt32(lows.count))
    self.high = IntervalTable(starts: highs, values: highValues)
    (self.groups, self.lows, self.values) = (groups, lows, values)
  }

  var count: Int { high.count + values.count }

  /// Octets of memory.
  var memory: Int { high.memory + groups.capacity * 4 + lows.capacity * 8 + values.capacity * 4 }

  subscript(high: UInt64, low: UInt64) -> UInt32 { value(self.high[high], low) }

  /// The values of many keys.
  func values(of searched: [(high: UInt64, low: UInt64)]) -> [UInt32] {
    zip(high.values(of: searched.map(\.high)), searched).map { value($0, $1.low) }
  }

  @inline(__always)
  private func value(_ value: UInt32, _ low: UInt64) -> UInt32 {
    value & Self.groupBit == 0 ? value : longValue(Int(value & ~Self.groupBit), low)
  }

  private func longValue(_ group: Int, _ low: UInt64) -> UInt32 {
    var place = Int(groups[group])
    var count = Int(groups[group + 1]) - place
    while count > 1 {
      let half = count / 2
      place &+= lows[place &+ half] <= low ? half : 0
      count &-= half
    }
    return values[place]
  }
}

extension UInt128 {
  init(high: UInt64, low: UInt64) { self = UInt128(high) << 64 | UInt128(low) }
  var high: UInt64 { UInt64(truncatingIfNeeded: self >> 64) }
  var low: UInt64 { UInt64(truncatingIfNeeded: self) }
}
