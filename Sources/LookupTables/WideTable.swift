/// The value of a table, or in its place the number of a group of values.
protocol GroupableValue: Equatable, Sendable {
  static var none: Self { get }
  init(group: UInt32)
  /// Nil for a value.
  var group: UInt32? { get }
}

/// Values of intervals of 128-bit keys.
///
/// Nearly all IPv6 prefixes end within the first 64 bits, so these are searched first, in half the memory; the other 64
/// bits are searched only where prefixes are longer.
struct WideTable<Value: GroupableValue>: Sendable {
  /// By the first 64 bits: a value or a group.
  private let high: IntervalTable<UInt64, Value>
  /// Start of each group in `lows`; one more entry ends the last group.
  private let groups: [UInt32]
  /// The intervals of the other 64 bits, ascending within each group; the first of a group begins at 0.
  private let lows: [Interval<UInt64, Value>]

  var count: Int { high.count + lows.count }

  /// Octets of memory.
  var memory: Int {
    high.memory + groups.capacity * 4 + lows.capacity * MemoryLayout<Interval<UInt64, Value>>.stride
  }

  /// Returns the intervals among which a key is by its first 64 bits.
  @inline(__always)
  func range(of high: UInt64) -> PlaceRange { self.high.range(of: high) }

  /// Returns the half of a range that contains a key.
  @inline(__always)
  func halved(_ range: PlaceRange, by high: UInt64) -> PlaceRange { self.high.halved(range, by: high) }

  /// Returns the value of a key.
  ///
  /// - Parameter range: its range, halved once.
  @inline(__always)
  func value(of high: UInt64, _ low: UInt64, in range: PlaceRange) -> Value {
    let value = self.high.value(of: high, in: range)
    guard let group = value.group else { return value }
    return longValue(Int(group), low)
  }

  private func longValue(_ group: Int, _ low: UInt64) -> Value {
    var place = Int(groups[group])
    var count = Int(groups[group + 1]) - place
    while count > 1 {
      let half = count / 2
      place &+= lows[place &+ half].start <= low ? half : 0
      count &-= half
    }
    return lows[place].value
  }
}

// MARK: Building and iterating

extension WideTable {
  /// Takes intervals in ascending order; the first begins at 0.
  struct Builder {
    private var highs: [Interval<UInt64, Value>] = []
    private var groups: [UInt32] = []
    private var lows: [Interval<UInt64, Value>] = []
    /// The intervals of the current first 64 bits, and the value before them.
    private var high: UInt64 = 0
    private var run: [Interval<UInt64, Value>] = []
    private var before = Value.none

    mutating func append(_ key: UInt128, _ value: Value) {
      if key.high != high { end(next: key.high) }
      run.append(Interval(start: key.low, value: value))
    }

    private mutating func end(next: UInt64?) {
      guard let last = run.last else { return }
      if run.count == 1, last.start == 0 {
        highs.append(Interval(start: high, value: last.value))
      } else {
        highs.append(Interval(start: high, value: Value(group: UInt32(groups.count))))
        groups.append(UInt32(lows.count))
        // The value before the group extends into it.
        if run[0].start != 0 { lows.append(Interval(start: 0, value: before)) }
        lows += run
        if high < .max, next != high + 1 { highs.append(Interval(start: high + 1, value: last.value)) }
      }
      before = last.value
      run.removeAll(keepingCapacity: true)
      if let next { high = next }
    }

    consuming func table() -> WideTable {
      end(next: nil)
      groups.append(UInt32(lows.count))
      return WideTable(high: IntervalTable(highs), groups: groups.trimmed, lows: lows.trimmed)
    }
  }

  /// Iterates over all intervals in ascending order.
  func makeIterator() -> Cursor { Cursor(self) }

  struct Cursor: IteratorProtocol {
    private let table: WideTable
    private var place = 0
    /// Of a group that it is in.
    private var lows = 0..<0
    private var high: UInt64 = 0

    fileprivate init(_ table: WideTable) { self.table = table }

    mutating func next() -> Interval<UInt128, Value>? {
      if let low = lows.popFirst() {
        return Interval(start: UInt128(high: high, low: table.lows[low].start), value: table.lows[low].value)
      }
      if place == table.high.count { return nil }
      let interval = table.high[place]
      place += 1
      high = interval.start
      guard let group = interval.value.group.map(Int.init) else {
        return Interval(start: UInt128(high: high, low: 0), value: interval.value)
      }
      lows = Int(table.groups[group])..<Int(table.groups[group + 1])
      return next()
    }
  }
}

extension UInt128 {
  init(high: UInt64, low: UInt64) { self = UInt128(high) << 64 | UInt128(low) }
  var high: UInt64 { UInt64(truncatingIfNeeded: self >> 64) }
  var low: UInt64 { UInt64(truncatingIfNeeded: self) }
}
