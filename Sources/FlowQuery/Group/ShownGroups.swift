import FlowModel
import Parquet

/// Some groups of a key, each with a number, by which flows find theirs.
struct ShownGroups: Sendable {
  private let key: GroupKey
  private let layout: KeyLayout
  private let texts: TextNumbers
  /// Words of each group's key, end to end.
  private let keys: [UInt64]
  let count: Int
  /// A group's number plus 1 at the place of its key's hash, or behind it; 0: none. At most half are taken.
  private let slots: [UInt32]

  /// - Parameters:
  ///   - grouping: where the groups come from.
  ///   - numbers: which of its groups.
  init(_ grouping: Grouping, _ numbers: [Int]) {
    key = grouping.key
    layout = grouping.layout
    texts = grouping.texts
    let words = numbers.flatMap { grouping.table.key($0) }
    keys = words
    count = numbers.count
    var size = 8
    while size < count * 2 { size *= 2 }
    var slots = [UInt32](repeating: 0, count: size)
    let width = layout.wordCount
    for number in 0..<count {
      var slot = GroupTable.place(of: words.span, number * width, width) & (size - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (size - 1) }
      slots[slot] = UInt32(number + 1)
    }
    self.slots = slots
  }

  /// The group of a key that stands in `words` from `start` on; `count` if it is none of these.
  private func number(_ words: Span<UInt64>, _ start: Int) -> Int {
    let width = layout.wordCount
    let mask = slots.count &- 1
    var slot = GroupTable.place(of: words, start, width) & mask
    while slots[slot] != 0 {
      let number = Int(slots[slot]) &- 1
      var difference: UInt64 = 0
      for word in 0..<width { difference |= words[start &+ word] ^ keys[number &* width &+ word] }
      if difference == 0 { return number }
      slot = (slot &+ 1) & mask
    }
    return count
  }

  /// The groups of a row group's flows, block by block.
  struct Finder {
    private let groups: ShownGroups
    private let columns: [KeyColumn]
    /// Of the key's other end, or of the other direction.
    private let others: [KeyColumn]?
    private var first: [UInt64]
    private var second: [UInt64]
    /// Of each flow of the block; `ShownGroups.count`: none of these.
    private(set) var numbers: [Int]
    /// Of keys of either end: the second group of a flow, if it is in another one of these; else as above.
    private(set) var secondNumbers: [Int]

    init(_ groups: ShownGroups, _ view: RowGroupView, blockSize: Int = 1024) throws(ParquetReadError) {
      self.groups = groups
      columns = try KeyColumn.all(of: groups.key.parts, groups.layout, view, groups.texts)
      others = try (groups.key.otherEnd ?? groups.key.reverse).map { parts throws(ParquetReadError) in
        try KeyColumn.all(of: parts, groups.layout, view, groups.texts)
      }
      first = [UInt64](repeating: 0, count: groups.layout.wordCount * blockSize)
      second = others == nil ? [] : first
      numbers = [Int](repeating: groups.count, count: blockSize)
      secondNumbers = numbers
    }

    mutating func take(_ block: borrowing FlowBlock) {
      let width = groups.layout.wordCount
      KeyBatch.fill(&first, width, columns, block)
      guard let others else {
        for index in 0..<block.count { numbers[index] = groups.number(first.span, index &* width) }
        return
      }
      KeyBatch.fill(&second, width, others, block)
      let isEitherEnd = groups.key.otherEnd != nil
      for index in 0..<block.count {
        let start = index &* width
        if isEitherEnd {
          var (one, other) = (groups.number(first.span, start), groups.number(second.span, start))
          // A flow counts once where both are one; the group that is shown comes first.
          if one == groups.count { swap(&one, &other) }
          numbers[index] = one
          secondNumbers[index] = other == one ? groups.count : other
        } else {
          let isSecond = KeyBatch.compare(first, second, start, width) > 0
          numbers[index] = isSecond ? groups.number(second.span, start) : groups.number(first.span, start)
        }
      }
    }
  }
}
