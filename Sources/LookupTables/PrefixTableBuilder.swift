public import NetworkBytes

/// Collects prefixes for a `PrefixTable`.
public struct PrefixTableBuilder: Sendable {
  private var v4: [Entry<UInt32>] = []
  private var v6: [Entry<UInt128>] = []

  public init() {}

  public var count: Int { v4.count + v6.count }

  /// Adds a prefix; bits beyond its length are ignored.
  ///
  /// - Parameters:
  ///   - length: at most 32 for IPv4, 128 for IPv6.
  ///   - value: 0 hides shorter prefixes.
  ///   - line: source line of the prefix, for `Conflict`.
  public mutating func add(_ address: IPAddress, length: Int, value: UInt32, line: UInt32 = 0) {
    if address.isV4 {
      v4.append(Entry(address.v4, length: length, value: value, line: line))
    } else {
      let key = UInt128(high: address.high, low: address.low)
      v6.append(Entry(key, length: length, value: value, line: line))
    }
  }

  /// A prefix with two values.
  public struct Conflict: Error, Equatable, Sendable {
    public var address: IPAddress
    public var length: Int
    /// The earlier line and the later one.
    public var lines: (first: UInt32, second: UInt32)

    public static func == (a: Self, b: Self) -> Bool {
      a.address == b.address && a.length == b.length && a.lines == b.lines
    }
  }

  /// Returns the prefixes that were added with more than one value, by line.
  ///
  /// - Parameter limit: maximum number of conflicts returned.
  public mutating func conflicts(limit: Int) -> [Conflict] {
    sort()
    var found: [Conflict] = []
    for conflict in v4.conflicts(limit: limit) {
      found.append(
        Conflict(address: IPAddress(v4: conflict.key), length: conflict.length, lines: conflict.lines))
    }
    for conflict in v6.conflicts(limit: limit) {
      let address = IPAddress(high: conflict.key.high, low: conflict.key.low)
      found.append(Conflict(address: address, length: conflict.length, lines: conflict.lines))
    }
    return Array(found.sorted { $0.lines.second < $1.lines.second }.prefix(limit))
  }

  /// Builds the table; if a prefix was added twice, the later line wins.
  public consuming func table() -> PrefixTable {
    sort()
    // Frees the entries of one family before the intervals of the other are made.
    let first = Sweep(v4)
    v4 = []
    let second = Sweep(v6)
    v6 = []
    var v6 = WideTable<UInt32>.Builder()
    for (start, value) in zip(second.starts, second.values) { v6.append(start, value) }
    return PrefixTable(
      AddressTable(
        v4: IntervalTable(zip(first.starts, first.values).map { Interval(start: $0, value: $1) }), v6: v6.table()))
  }

  private mutating func sort() {
    v4.sort { $0.isBefore($1) }
    v6.sort { $0.isBefore($1) }
  }
}

/// A prefix and its value.
private struct Entry<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  let key: Key
  let value: UInt32
  let line: UInt32
  let length: UInt8

  init(_ key: Key, length: Int, value: UInt32, line: UInt32) {
    let length = max(0, min(length, Key.bitWidth))
    self.key = key & ~Self.hostBits(length)
    self.value = value
    self.line = line
    self.length = UInt8(length)
  }

  /// A smart shift: shifting by all bits gives 0.
  private static func hostBits(_ length: Int) -> Key { Key.max >> length }

  var last: Key { key | Self.hostBits(Int(length)) }

  func isSamePrefix(as other: Self) -> Bool { key == other.key && length == other.length }

  /// Orders prefixes after those that contain them, and later lines after earlier ones.
  @inline(__always)
  func isBefore(_ other: Self) -> Bool {
    if key != other.key { return key < other.key }
    if length != other.length { return length < other.length }
    return line < other.line
  }
}

extension Array {
  fileprivate func conflicts<Key>(limit: Int) -> [(key: Key, length: Int, lines: (first: UInt32, second: UInt32))]
  where Element == Entry<Key> {
    var found: [(key: Key, length: Int, lines: (first: UInt32, second: UInt32))] = []
    for (entry, next) in zip(self, dropFirst()) where entry.isSamePrefix(as: next) && entry.value != next.value {
      found.append((entry.key, Int(entry.length), (entry.line, next.line)))
      if found.count == limit { break }
    }
    return found
  }
}

/// Turns sorted prefixes into intervals. The stack contains the prefixes that cover the current key, longest on top.
private struct Sweep<Key: FixedWidthInteger & UnsignedInteger & Sendable> {
  private(set) var starts: [Key] = [0]
  private(set) var values: [UInt32] = [0]
  private var stack: [(last: Key, value: UInt32)] = []

  /// - Parameter entries: sorted.
  init(_ entries: [Entry<Key>]) {
    for entry in entries { open(entry) }
    while let top = stack.last { close(top.last) }
  }

  private mutating func open(_ entry: Entry<Key>) {
    while let top = stack.last, top.last < entry.key { close(top.last) }
    stack.append((entry.last, entry.value))
    begin(at: entry.key, entry.value)
  }

  private mutating func close(_ last: Key) {
    stack.removeLast()
    // Nothing follows the greatest key; an enclosing prefix that ends at the same key is closed next.
    if last < .max { begin(at: last + 1, stack.last?.value ?? 0) }
  }

  private mutating func begin(at key: Key, _ value: UInt32) {
    if starts[starts.count - 1] == key {
      values[values.count - 1] = value
      // Merges with the previous interval if the values are equal.
      if values.count > 1, values[values.count - 2] == value {
        starts.removeLast()
        values.removeLast()
      }
    } else if values[values.count - 1] != value {
      starts.append(key)
      values.append(value)
    }
  }
}
