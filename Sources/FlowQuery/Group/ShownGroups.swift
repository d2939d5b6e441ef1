import FlowModel
import Parquet

/// Selected groups of a key, with an index to find the group of a flow.
struct ShownGroups: Sendable {
  private let key: GroupKey
  private let layout: KeyLayout
  private let texts: TextNumbers
  /// Words of the groups' keys, concatenated.
  private let keys: [UInt64]
  let count: Int
  /// A hash table of group numbers plus 1; 0 for an empty slot. The load factor is at most one half.
  private let slots: [UInt32]

  /// - Parameters:
  ///   - grouping: the source of the groups.
  ///   - numbers: numbers of the groups to select.
  init(_ grouping: Grouping, _ numbers: [Int]) {
    key = grouping.key
    layout = grouping.layout
    texts = grouping.texts
    let words = numbers.flatMap { grouping.words($0) }
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

  /// Returns the group of the key in `words` at `start`; `count` if it is not selected.
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

  /// Finds the groups of a row group's flows, block by block.
  struct Finder {
    private let groups: ShownGroups
    private let columns: [KeyColumn]
    /// Columns of the key's other end, or of the other direction.
    private let others: [KeyColumn]?
    private var first: [UInt64]
    private var second: [UInt64]
    /// The group of each flow of the block; `ShownGroups.count` if it is not selected.
    private(set) var numbers: [Int]
    /// For keys of either end: the second group of a flow if it is different; otherwise `ShownGroups.count`.
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
          // A flow counts once if both groups are equal; a selected group comes first.
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
