/// One word of all rows of a row group, as two halves: most fields are in one half. A half that is the same in all rows is stored
/// once; most halves of most row groups are. The others are narrow, so that a column stays in a near cache while it is put in order.
struct WordColumn: Sendable {
  enum Half: Int, Sendable {
    case high, low

    var shift: UInt64 { self == .high ? 32 : 0 }
  }

  private(set) var count = 0
  /// The first row's.
  private(set) var first: UInt64 = 0
  /// Bits that are not the same in all rows.
  private(set) var varying: UInt64 = 0
  /// The halves of each row; empty while none differs from the first row's.
  private var highs: [UInt32] = []
  private var lows: [UInt32] = []

  /// - Parameter room: rows that there will be at most, usually: growing step by step copies, and touches, twice the memory.
  mutating func append(_ words: Span<UInt64>, room: Int) {
    if words.isEmpty { return }
    if count == 0 { first = words[0] }
    var difference: UInt64 = 0
    for index in words.indices { difference |= words[index] ^ first }
    varying |= difference
    if varies(.high) { Self.append(words, .high, behind: shared(.high), count: count, to: &highs, room) }
    if varies(.low) { Self.append(words, .low, behind: shared(.low), count: count, to: &lows, room) }
    count += words.count
  }

  /// Appends so many words that are the first one, if `areAll` says that of them, and all before them are.
  ///
  /// - Returns: false, without effect, if not.
  @inline(__always)
  mutating func appendShared(_ count: Int, _ areAll: (UInt64) -> Bool) -> Bool {
    guard self.count > 0, varying == 0, areAll(first) else { return false }
    self.count += count
    return true
  }

  /// Appends a half of words; before the first ones, that of the rows that were there when it did not vary.
  private static func append(
    _ words: Span<UInt64>, _ half: Half, behind shared: UInt32, count: Int, to values: inout [UInt32], _ room: Int
  ) {
    if values.isEmpty {
      values.reserveCapacity(room)
      values.append(contentsOf: repeatElement(shared, count: count))
    }
    let start = values.count
    values.append(contentsOf: repeatElement(0, count: words.count))
    var all = values.mutableSpan
    let shift = half.shift
    for index in words.indices { all[start &+ index] = UInt32(truncatingIfNeeded: words[index] &>> shift) }
  }

  /// Forgets the words and keeps the memory.
  mutating func removeAll() {
    highs.removeAll(keepingCapacity: true)
    lows.removeAll(keepingCapacity: true)
    (count, first, varying) = (0, 0, 0)
  }

  func varies(_ half: Half) -> Bool { UInt32(truncatingIfNeeded: varying &>> half.shift) != 0 }

  /// The half of the first row, and of all others if it does not vary.
  func shared(_ half: Half) -> UInt32 { UInt32(truncatingIfNeeded: first &>> half.shift) }

  /// The half of each row; empty if it does not vary.
  func values(_ half: Half) -> [UInt32] { half == .high ? highs : lows }

  /// A row's word.
  @inline(__always)
  subscript(row: Int) -> UInt64 {
    let high = highs.isEmpty ? first >> 32 : UInt64(highs[row])
    let low = lows.isEmpty ? first & 0xffff_ffff : UInt64(lows[row])
    return high << 32 | low
  }

  /// Replaces `values` by a half of all rows, which varies, in another order.
  func gather(_ half: Half, _ order: Span<UInt32>, into values: inout [UInt32]) {
    precondition(varies(half))
    values.setCount(order.count, 0)
    var values = values.mutableSpan
    let given = self.values(half).span
    for place in order.indices { values[place] = given[Int(order[place])] }
  }
}
