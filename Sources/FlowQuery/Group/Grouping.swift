import FlowModel
import NetworkBytes
import Parquet

/// Sums flows by key: what one worker has, and in the end all.
struct Grouping: RowConsumer {
  let key: GroupKey
  let layout: KeyLayout
  let texts: TextNumbers
  let table: GroupTable
  /// Of all flows selected, each once.
  private(set) var totals = FlowSums()

  init(_ key: GroupKey, texts: TextNumbers, limit: Int) {
    self.key = key
    self.texts = texts
    layout = KeyLayout(key.parts)
    table = GroupTable(keyWords: layout.wordCount, limit: limit)
  }

  mutating func take(_ view: RowGroupView, rows: [UInt32]?) throws(ScanFailure) {
    let isWhole: Bool
    do throws(ParquetReadError) { isWhole = try sum(view, rows) } catch { throw .file(error) }
    if !isWhole { throw .query(.tooManyGroups(table.limit)) }
  }

  /// - Returns: whether there was room for all groups.
  private mutating func sum(_ view: RowGroupView, _ rows: [UInt32]?) throws(ParquetReadError) -> Bool {
    let columns = try KeyColumn.all(of: key.parts, layout, view, texts)
    if columns.count == 1, key.otherEnd == nil, key.reverse == nil, let indices = columns[0].indices {
      return addEntries(columns[0], try SelectedFlows(view, rows).sums(by: indices, entryCount: columns[0].entryCount))
    }
    let flows = try SelectedFlows(view, rows)
    totals += flows.totals
    if let otherEnd = key.otherEnd {
      let others = try KeyColumn.all(of: otherEnd, layout, view, texts)
      return add(flows, columns) && add(flows, others, except: columns)
    }
    if let reverse = key.reverse {
      let others = try KeyColumn.all(of: reverse, layout, view, texts)
      return add(flows, columns, or: others)
    }
    return add(flows, columns)
  }

  /// Adds the sums of a dictionary's entries: far fewer keys than flows are looked up.
  private mutating func addEntries(_ column: KeyColumn, _ sums: [FlowSums]) -> Bool {
    var batch = KeyBatch(layout.wordCount)
    for entry in 0..<sums.count where sums[entry].flows > 0 {
      column.fill(&batch.keys, at: batch.count &* layout.wordCount, entry: entry)
      batch.sums[batch.count] = sums[entry]
      totals += sums[entry]
      batch.count &+= 1
      if batch.count == GroupTable.batchSize, !batch.flush(to: table) { return false }
    }
    return batch.flush(to: table)
  }

  /// Adds flow by flow.
  ///
  /// - Parameters:
  ///   - except: flows with the same key in these columns are left out.
  ///   - or: of the key of both, the lesser is taken.
  private mutating func add(
    _ flows: SelectedFlows, _ columns: [KeyColumn], except: [KeyColumn]? = nil, or other: [KeyColumn]? = nil
  ) -> Bool {
    var batch = KeyBatch(layout.wordCount)
    let width = layout.wordCount
    var block = FlowBlock(size: GroupTable.batchSize)
    var second = [UInt64](repeating: 0, count: batch.keys.count)
    while block.advance(in: flows) {
      batch.fill(columns, block)
      if let others = except ?? other {
        KeyBatch.fill(&second, width, others, block)
        let isExcept = except != nil
        batch.count = 0
        for index in 0..<block.count {
          let order = KeyBatch.compare(batch.keys, second, index &* width, width)
          if isExcept, order == 0 { continue }
          // Word by word: a second name for the keys would have them copied for each flow.
          let isSecond = !isExcept && order > 0
          for word in 0..<width {
            let source = index &* width &+ word
            batch.keys[batch.count &* width &+ word] = isSecond ? second[source] : batch.keys[source]
          }
          batch.sums[batch.count] = batch.sums[index]
          batch.count &+= 1
        }
      }
      if !batch.flush(to: table) { return false }
    }
    return true
  }

  mutating func merge(_ other: Grouping) -> Bool {
    totals += other.totals
    return table.merge(other.table)
  }
}

/// Keys and sums on their way to the table.
struct KeyBatch {
  let width: Int
  var keys: [UInt64]
  var sums = [FlowSums](repeating: FlowSums(), count: GroupTable.batchSize)
  var count = 0

  init(_ width: Int) {
    self.width = width
    keys = [UInt64](repeating: 0, count: width * GroupTable.batchSize)
  }

  /// Hands it to the table; whether there was room.
  mutating func flush(to table: GroupTable) -> Bool {
    defer { count = 0 }
    return table.add(keys.span, sums.span, count: count)
  }

  /// Takes the keys and the counters of a block of flows.
  mutating func fill(_ columns: [KeyColumn], _ block: borrowing FlowBlock) {
    Self.fill(&keys, width, columns, block)
    count = block.count
    for index in 0..<count {
      sums[index] = FlowSums(flows: 1, packets: block.packets[index], octets: block.octets[index])
    }
  }

  static func fill(_ keys: inout [UInt64], _ width: Int, _ columns: [KeyColumn], _ block: borrowing FlowBlock) {
    for index in 0..<(block.count &* width) { keys[index] = 0 }
    for column in columns { column.fill(&keys, width, rows: block.rows.span.extracting(first: block.count)) }
  }

  /// Negative if the first key is the lesser, 0 if both are one.
  static func compare(_ a: [UInt64], _ b: [UInt64], _ start: Int, _ width: Int) -> Int {
    for word in start..<(start &+ width) where a[word] != b[word] { return a[word] < b[word] ? -1 : 1 }
    return 0
  }
}

/// One part of a key in one row group.
struct KeyColumn {
  private enum Content {
    case addresses([IPAddress])
    case numbers([UInt64])
    /// Of each row, not of entries.
    case rows(IntegerColumn)
  }

  /// Stands in keys for an address that is not there, apart from all that are: nobody can send it, for nobody knows it.
  static let absentAddress = IPAddress(high: .max, low: .random(in: .min ... .max))

  /// The parts of a key.
  static func all(
    of parts: [GroupKey.Part], _ layout: KeyLayout, _ view: RowGroupView, _ texts: TextNumbers
  ) throws(ParquetReadError) -> [KeyColumn] {
    var columns: [KeyColumn] = []
    for (index, part) in parts.enumerated() {
      columns.append(try KeyColumn(part, layout.places[index], view, texts))
    }
    return columns
  }

  private let place: KeyLayout.Place
  private let content: Content
  /// The entry of each row; nil where every row has the first, or there are no entries.
  let indices: [UInt32]?

  init(
    _ part: GroupKey.Part, _ place: KeyLayout.Place, _ view: RowGroupView, _ texts: TextNumbers
  ) throws(ParquetReadError) {
    self.place = place
    switch part.column.kind {
    case .address:
      let column = try view.addresses(part.column)
      var entries = part.prefix.map { prefix in column.entries.map { prefix.network(of: $0) } } ?? column.entries
      if let absent = column.absentEntry { entries[absent] = Self.absentAddress }
      content = .addresses(entries)
      indices = column.indices
    case .mac, .text, .json:
      let column = try view.strings(part.column)
      switch column.rows {
      case .constant(let entry):
        content = .numbers([entry.map { texts.number(column.text($0)) } ?? 0])
        indices = nil
      case .indices(let rows):
        content = .numbers((0..<column.entryCount).map { texts.number(column.text($0)) } + [0])
        indices = rows
      }
    case .time, .counter, .number:
      // A file that is not ours may have numbers of more bits than their place in a key.
      let mask = KeyLayout.greatest(of: part.column)
      switch try view.numbers(part.column) {
      case .constant(let value):
        content = .numbers([value & mask])
        indices = nil
      case .dictionary(let entries, let rows):
        content = .numbers(entries.map { $0 & mask })
        indices = rows
      case let values:
        content = .rows(values)
        indices = nil
      }
    }
  }

  var entryCount: Int {
    switch content {
    case .addresses(let entries): entries.count
    case .numbers(let entries): entries.count
    case .rows: 0
    }
  }

  /// Puts an entry into a key that is zero there.
  @inline(__always)
  func fill(_ keys: inout [UInt64], at start: Int, entry: Int) {
    switch content {
    case .addresses(let entries):
      keys[start &+ place.word] = entries[entry].high
      keys[start &+ place.word &+ 1] = entries[entry].low
    case .numbers(let entries): keys[start &+ place.word] = entries[entry] &<< place.shift
    case .rows: break
    }
  }

  /// Puts the values of some rows into keys that are zero there.
  func fill(_ keys: inout [UInt64], _ width: Int, rows: Span<UInt32>) {
    var target = keys.mutableSpan
    var next = place.word
    switch (content, indices) {
    case (.addresses(let entries), let indices?):
      for index in rows.indices {
        let entry = entries[Int(indices[Int(rows[index])])]
        target[next] = entry.high
        target[next &+ 1] = entry.low
        next &+= width
      }
    case (.addresses(let entries), nil):
      for _ in rows.indices {
        target[next] = entries[0].high
        target[next &+ 1] = entries[0].low
        next &+= width
      }
    case (.numbers(let entries), let indices?):
      for index in rows.indices {
        target[next] |= entries[Int(indices[Int(rows[index])])] &<< place.shift
        next &+= width
      }
    case (.numbers(let entries), nil):
      for _ in rows.indices {
        target[next] |= entries[0] &<< place.shift
        next &+= width
      }
    case (.rows(let values), _):
      for index in rows.indices {
        target[next] |= values[Int(rows[index])] &<< place.shift
        next &+= width
      }
    }
  }
}
