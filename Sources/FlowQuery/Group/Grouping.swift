import FlowStore
import NetworkBytes
import Parquet

/// Sums flows by key: what one worker has, and in the end all.
struct Grouping: RowConsumer {
  let key: GroupKey
  let layout: KeyLayout
  let texts: TextNumbers
  private(set) var table: GroupTable
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
    let columns = try columns(key.parts, view)
    if columns.count == 1, key.otherEnd == nil, key.reverse == nil, let indices = columns[0].indices {
      return addEntries(columns[0], try view.sums(by: indices, entryCount: columns[0].entryCount, rows))
    }
    let flows = try SelectedFlows(view, rows)
    totals += flows.totals
    if let otherEnd = key.otherEnd {
      let others = try self.columns(otherEnd, view)
      return add(flows, columns) && add(flows, others, except: columns)
    }
    if let reverse = key.reverse {
      let others = try self.columns(reverse, view)
      return add(flows, columns, or: others)
    }
    return add(flows, columns)
  }

  private func columns(
    _ parts: [GroupKey.Part], _ view: RowGroupView
  ) throws(ParquetReadError) -> [KeyColumn] {
    var columns: [KeyColumn] = []
    for (index, part) in parts.enumerated() {
      columns.append(try KeyColumn(part, layout.places[index], view, texts))
    }
    return columns
  }

  /// Adds the sums of a dictionary's entries: far fewer keys than flows are looked up.
  private mutating func addEntries(_ column: KeyColumn, _ sums: [FlowSums]) -> Bool {
    var batch = KeyBatch(layout.wordCount)
    for entry in 0..<sums.count where sums[entry].flows > 0 {
      column.fill(&batch.keys, at: batch.count &* layout.wordCount, entry: entry)
      batch.sums[batch.count] = sums[entry]
      totals += sums[entry]
      if batch.advance(), !flush(&batch) { return false }
    }
    return flush(&batch)
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
    var second = [UInt64](repeating: 0, count: batch.keys.count)
    var start = 0
    while start < flows.count {
      let end = min(start &+ GroupTable.batchSize, flows.count)
      batch.fill(columns, flows, start..<end)
      if let others = except ?? other {
        KeyBatch.fill(&second, width, others, flows, start..<end)
        let isExcept = except != nil
        batch.count = 0
        for index in 0..<(end &- start) {
          let order = KeyBatch.compare(batch.keys, second, index &* width, width)
          if isExcept, order == 0 { continue }
          // Word by word: a second name for the keys would have them copied for each flow.
          let isSecond = !isExcept && order > 0
          for word in 0..<width {
            let source = index &* width &+ word
            batch.keys[batch.count &* width &+ word] = isSecond ? second[source] : batch.keys[source]
          }
          batch.sums[batch.count] = flows.sums(start &+ index)
          batch.count &+= 1
        }
      } else {
        for index in start..<end { batch.sums[index &- start] = flows.sums(index) }
        batch.count = end &- start
      }
      if !flush(&batch) { return false }
      start = end
    }
    return true
  }

  private mutating func flush(_ batch: inout KeyBatch) -> Bool {
    defer { batch.count = 0 }
    return table.add(batch.keys, batch.sums, count: batch.count)
  }

  mutating func merge(_ other: Grouping) -> Bool {
    totals += other.totals
    return table.merge(other.table)
  }
}

/// Keys and sums on their way to the table.
private struct KeyBatch {
  let width: Int
  var keys: [UInt64]
  var sums = [FlowSums](repeating: FlowSums(), count: GroupTable.batchSize)
  var count = 0

  init(_ width: Int) {
    self.width = width
    keys = [UInt64](repeating: 0, count: width * GroupTable.batchSize)
  }

  /// Counts one more; whether the batch is full then.
  mutating func advance() -> Bool {
    count &+= 1
    return count == GroupTable.batchSize
  }

  mutating func fill(_ columns: [KeyColumn], _ flows: SelectedFlows, _ range: Range<Int>) {
    Self.fill(&keys, width, columns, flows, range)
  }

  static func fill(
    _ keys: inout [UInt64], _ width: Int, _ columns: [KeyColumn], _ flows: SelectedFlows, _ range: Range<Int>
  ) {
    for index in 0..<(range.count &* width) { keys[index] = 0 }
    for column in columns { column.fill(&keys, width, flows, range) }
  }

  /// Negative if the first key is the lesser, 0 if both are one.
  static func compare(_ a: [UInt64], _ b: [UInt64], _ start: Int, _ width: Int) -> Int {
    for word in start..<(start &+ width) where a[word] != b[word] { return a[word] < b[word] ? -1 : 1 }
    return 0
  }
}

/// The counters of a group's selected flows.
struct SelectedFlows {
  let count: Int
  /// Row of each; nil: all rows.
  let rows: [UInt32]?
  private let octets: [UInt64]
  private let packets: [UInt64]

  init(_ view: RowGroupView, _ rows: [UInt32]?) throws(ParquetReadError) {
    self.rows = rows
    count = rows?.count ?? view.rowCount
    octets = try view.counters(.octets).values(rows, count: view.rowCount)
    packets = try view.counters(.packets).values(rows, count: view.rowCount)
  }

  var totals: FlowSums {
    var totals = FlowSums(flows: UInt64(count), packets: 0, octets: 0)
    for value in octets { totals.octets = totals.octets.plus(value) }
    for value in packets { totals.packets = totals.packets.plus(value) }
    return totals
  }

  @inline(__always)
  func row(_ index: Int) -> Int { rows.map { Int($0[index]) } ?? index }

  @inline(__always)
  func sums(_ index: Int) -> FlowSums { FlowSums(flows: 1, packets: packets[index], octets: octets[index]) }
}

extension RowGroupView {
  /// The sums of each entry of a column whose rows have these indices.
  ///
  /// - Parameter rows: those selected; nil: all.
  func sums(by indices: [UInt32], entryCount: Int, _ rows: [UInt32]?) throws(ParquetReadError) -> [FlowSums] {
    var sums = [FlowSums](repeating: FlowSums(), count: entryCount)
    if let rows {
      for row in rows { sums[Int(indices[Int(row)])].flows &+= 1 }
    } else {
      for index in indices { sums[Int(index)].flows &+= 1 }
    }
    Self.add(try counters(.octets), indices, rows, to: &sums) { $0.octets = $0.octets.plus($1) }
    Self.add(try counters(.packets), indices, rows, to: &sums) { $0.packets = $0.packets.plus($1) }
    return sums
  }

  /// Adds a column's values; what form they have is looked at once, not for each row.
  @inline(__always)
  private static func add(
    _ values: IntegerColumn, _ indices: [UInt32], _ rows: [UInt32]?, to sums: inout [FlowSums],
    _ add: (inout FlowSums, UInt64) -> Void
  ) {
    var target = sums.mutableSpan
    switch (values, rows) {
    case (.dictionary(let entries, let numbers), nil):
      for row in 0..<indices.count { add(&target[Int(indices[row])], entries[Int(numbers[row])]) }
    case (.wide(let numbers), nil):
      for row in 0..<indices.count { add(&target[Int(indices[row])], numbers[row]) }
    case (.dictionary(let entries, let numbers), let rows?):
      for row in rows { add(&target[Int(indices[Int(row)])], entries[Int(numbers[Int(row)])]) }
    case (_, let rows?):
      for row in rows { add(&target[Int(indices[Int(row)])], values[Int(row)]) }
    case (_, nil):
      for row in 0..<indices.count { add(&target[Int(indices[row])], values[row]) }
    }
  }
}

extension IntegerColumn {
  /// The values of some rows, or of all `count`.
  func values(_ rows: [UInt32]?, count: Int) -> [UInt64] {
    switch (self, rows) {
    case (.constant(let value), _): return [UInt64](repeating: value, count: rows?.count ?? count)
    case (.dictionary(let entries, let indices), nil): return indices.map { entries[Int($0)] }
    case (.dictionary(let entries, let indices), let rows?): return rows.map { entries[Int(indices[Int($0)])] }
    case (.narrow(let values), nil): return values.map { UInt64($0) }
    case (.narrow(let values), let rows?): return rows.map { UInt64(values[Int($0)]) }
    case (.wide(let values), nil): return values
    case (.wide(let values), let rows?): return rows.map { values[Int($0)] }
    }
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

  private let place: KeyLayout.Place
  private let content: Content
  /// The entry of each row; nil where every row has the first, or there are no entries.
  let indices: [UInt32]?

  init(
    _ part: GroupKey.Part, _ place: KeyLayout.Place, _ view: RowGroupView, _ texts: TextNumbers
  ) throws(ParquetReadError) {
    self.place = place
    if GroupKey.addressColumns.contains(part.column) {
      let column = try view.addresses(part.column)
      let entries = part.prefix.map { prefix in column.entries.map { prefix.network(of: $0) } } ?? column.entries
      content = .addresses(entries)
      indices = column.indices
    } else if GroupKey.textColumns.contains(part.column) {
      let column = try view.strings(part.column)
      switch column.rows {
      case .constant(let entry):
        content = .numbers([entry.map { texts.number(column.text($0)) } ?? 0])
        indices = nil
      case .indices(let rows):
        content = .numbers((0..<column.entryCount).map { texts.number(column.text($0)) } + [0])
        indices = rows
      }
    } else {
      switch try view.numbers(part.column) {
      case .constant(let value):
        content = .numbers([value])
        indices = nil
      case .dictionary(let entries, let rows):
        content = .numbers(entries)
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

  /// Puts the values of some flows into keys that are zero there.
  func fill(_ keys: inout [UInt64], _ width: Int, _ flows: SelectedFlows, _ range: Range<Int>) {
    var target = place.word
    switch content {
    case .addresses(let entries):
      for index in range {
        let entry = entries[indices.map { Int($0[flows.row(index)]) } ?? 0]
        keys[target] = entry.high
        keys[target &+ 1] = entry.low
        target &+= width
      }
    case .numbers(let entries):
      for index in range {
        keys[target] |= entries[indices.map { Int($0[flows.row(index)]) } ?? 0] &<< place.shift
        target &+= width
      }
    case .rows(let values):
      for index in range {
        keys[target] |= values[flows.row(index)] &<< place.shift
        target &+= width
      }
    }
  }
}
