import FlowModel
import NetworkBytes
import Parquet

/// Sums flows by key: first per worker, then merged.
struct Grouping: RowConsumer {
  /// A table, and the layout of its keys.
  private struct Table {
    let layout: KeyLayout
    let groups: GroupTable

    init(_ layout: KeyLayout, limit: Int, share: GroupShare) {
      self.layout = layout
      groups = GroupTable(keyWords: layout.wordCount, limit: limit, share: share)
    }
  }

  let key: GroupKey
  /// The layout of `words`.
  let layout: KeyLayout
  let texts: TextNumbers
  /// Groups with any addresses, except for those in `ipv4`.
  private let all: Table
  /// Groups whose addresses are all IPv4, with shorter keys; nil if that saves less than two words. They have the first numbers.
  private let ipv4: Table?
  /// Totals of all selected flows, each counted once.
  private(set) var totals = FlowSums()

  /// - Parameter limit: maximum number of groups.
  init(_ key: GroupKey, texts: TextNumbers, limit: Int, share: GroupShare = .all) {
    self.key = key
    self.texts = texts
    layout = KeyLayout(key.parts)
    all = Table(layout, limit: limit, share: share)
    let shorter = KeyLayout(key.parts, isIPv4: true)
    ipv4 = layout.wordCount - shorter.wordCount >= 2 ? Table(shorter, limit: limit, share: share) : nil
  }

  mutating func take(_ view: RowGroupView, rows: [UInt32]?) throws(ScanFailure) {
    let isWhole: Bool
    do throws(ParquetReadError) { isWhole = try sum(view, rows) } catch { throw .file(error) }
    if !isWhole || count > limit { throw .query(.tooManyGroups(limit)) }
  }

  /// - Returns: whether each table had room for its groups.
  private mutating func sum(_ view: RowGroupView, _ rows: [UInt32]?) throws(ParquetReadError) -> Bool {
    guard let ipv4 else { return try sum(view, rows, all) }
    let (shorter, others) = try divide(view, rows)
    if shorter?.isEmpty != true, try !sum(view, shorter, ipv4) { return false }
    if others?.isEmpty != true, try !sum(view, others, all) { return false }
    return true
  }

  /// Divides rows by whether their addresses are all IPv4.
  ///
  /// - Parameter rows: nil for all, also in the result.
  private func divide(
    _ view: RowGroupView, _ rows: [UInt32]?
  ) throws(ParquetReadError) -> (ipv4: [UInt32]?, others: [UInt32]?) {
    var flags = [UInt8](repeating: 1, count: rows?.count ?? view.rowCount)
    for part in key.parts + (key.otherEnd ?? []) where part.column.kind == .address {
      try view.addresses(part.column).clearIPv6(in: &flags, of: rows)
    }
    var count = 0
    for flag in flags { count &+= Int(flag) }
    if count == flags.count { return (rows, []) }
    if count == 0 { return ([], rows) }
    var (shorter, others) = ([UInt32](), [UInt32]())
    shorter.reserveCapacity(count)
    others.reserveCapacity(flags.count - count)
    for (index, flag) in flags.enumerated() {
      let row = rows?[index] ?? UInt32(truncatingIfNeeded: index)
      if flag == 1 { shorter.append(row) } else { others.append(row) }
    }
    return (shorter, others)
  }

  /// Adds rows to a table.
  private mutating func sum(
    _ view: RowGroupView, _ rows: [UInt32]?, _ table: Table
  ) throws(ParquetReadError) -> Bool {
    let columns = try KeyColumn.all(of: key.parts, table.layout, view, texts)
    if columns.count == 1, key.otherEnd == nil, key.reverse == nil, let indices = columns[0].indices {
      let sums = try SelectedFlows(view, rows).sums(by: indices, entryCount: columns[0].entryCount)
      return addEntries(columns[0], sums, to: table)
    }
    let flows = try SelectedFlows(view, rows)
    totals += flows.totals
    if let otherEnd = key.otherEnd {
      let others = try KeyColumn.all(of: otherEnd, table.layout, view, texts)
      return add(flows, columns, to: table) && add(flows, others, except: columns, to: table)
    }
    if let reverse = key.reverse {
      let others = try KeyColumn.all(of: reverse, table.layout, view, texts)
      return add(flows, columns, or: others, to: table)
    }
    return add(flows, columns, to: table)
  }

  /// Adds sums per dictionary entry: far fewer lookups than flows.
  private mutating func addEntries(_ column: KeyColumn, _ sums: [FlowSums], to table: Table) -> Bool {
    for sum in sums { totals += sum }
    let width = table.layout.wordCount
    var keys = [UInt64](repeating: 0, count: width * GroupTable.batchSize)
    var batch = [FlowSums](repeating: FlowSums(), count: GroupTable.batchSize)
    var next = 0
    while next < sums.count {
      let count = column.fill(keys.mutableSpan, width, batch.mutableSpan, sums, from: &next)
      if !table.groups.add(keys.span, batch.span, count: count) { return false }
    }
    return true
  }

  /// Adds flow by flow.
  ///
  /// - Parameters:
  ///   - except: skips flows with the same key in these columns.
  ///   - or: uses the smaller of both keys.
  private mutating func add(
    _ flows: SelectedFlows, _ columns: [KeyColumn], except: [KeyColumn]? = nil, or other: [KeyColumn]? = nil,
    to table: Table
  ) -> Bool {
    let width = table.layout.wordCount
    var batch = KeyBatch(width)
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
          // Word by word, because a second reference to the keys would cause a copy for each flow.
          let isSecond = !isExcept && order > 0
          for word in 0..<width {
            let source = index &* width &+ word
            batch.keys[batch.count &* width &+ word] = isSecond ? second[source] : batch.keys[source]
          }
          batch.sums[batch.count] = batch.sums[index]
          batch.count &+= 1
        }
      }
      if !batch.flush(to: table.groups) { return false }
    }
    return true
  }

  // MARK: Groups, by number

  var count: Int { ipv4Count + all.groups.count }

  /// Maximum number of groups.
  private var limit: Int { min(all.groups.limit, ipv4?.groups.limit ?? .max) }

  private var ipv4Count: Int { ipv4?.groups.count ?? 0 }

  /// Returns the table of a group, and the group's number in it.
  @inline(__always)
  private func place(_ number: Int) -> (table: Table, number: Int) {
    if let ipv4, number < ipv4.groups.count { return (ipv4, number) }
    return (all, number &- ipv4Count)
  }

  /// Returns the words of a group's key, laid out by `layout`.
  func words(_ number: Int) -> [UInt64] {
    let (table, number) = place(number)
    let words = table.groups.key(number)
    return table.layout.isIPv4 ? table.layout.words(words, of: key.parts, in: layout) : words
  }

  @inline(__always)
  func sums(_ number: Int) -> FlowSums {
    let (table, number) = place(number)
    return table.groups.sums(number)
  }

  /// Calls `body` with the number and the sums of each group.
  @inline(__always)
  func forEach(_ body: (Int, FlowSums) -> Void) {
    var first = 0
    for groups in [ipv4?.groups, all.groups] {
      guard let groups else { continue }
      for number in 0..<groups.count { body(first + number, groups.sums(number)) }
      first += groups.count
    }
  }

  /// Returns the increase of a group's sums over the same group of an earlier grouping by the same key, which must have less or
  /// nothing.
  ///
  /// - Parameter scratch: memory for a key.
  func sums(_ number: Int, since earlier: Grouping, _ scratch: inout [UInt64]) -> FlowSums {
    let (table, number) = place(number)
    guard let before = table.layout.isIPv4 ? earlier.ipv4 : earlier.all else { return table.groups.sums(number) }
    return table.groups.sums(number, since: before.groups, &scratch)
  }

  // MARK: Merging

  mutating func merge(_ other: Grouping) -> Bool {
    totals += other.totals
    if let ipv4, let others = other.ipv4, !ipv4.groups.merge(others.groups) { return false }
    return all.groups.merge(other.all.groups) && count <= limit
  }

  /// Adds groups of another grouping by the same key, without its totals; returns whether there was room.
  func add(_ numbers: [Int], of other: Grouping) -> Bool {
    let first = other.ipv4Count
    if let ipv4, let others = other.ipv4, !ipv4.groups.add(numbers.filter { $0 < first }, of: others.groups) {
      return false
    }
    return all.groups.add(numbers.filter { $0 >= first }.map { $0 - first }, of: other.all.groups) && count <= limit
  }
}

/// Keys and sums to be added to the table.
struct KeyBatch {
  let width: Int
  var keys: [UInt64]
  var sums = [FlowSums](repeating: FlowSums(), count: GroupTable.batchSize)
  var count = 0

  init(_ width: Int) {
    self.width = width
    keys = [UInt64](repeating: 0, count: width * GroupTable.batchSize)
  }

  /// Adds the batch to the table; returns whether there was room.
  mutating func flush(to table: GroupTable) -> Bool {
    defer { count = 0 }
    return table.add(keys.span, sums.span, count: count)
  }

  /// Fills in the keys and counters of a block of flows.
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

  /// Returns a negative number if the first key is smaller, 0 if both are equal.
  static func compare(_ a: [UInt64], _ b: [UInt64], _ start: Int, _ width: Int) -> Int {
    for word in start..<(start &+ width) where a[word] != b[word] { return a[word] < b[word] ? -1 : 1 }
    return 0
  }
}

/// A part of a key in one row group.
struct KeyColumn {
  private enum Content {
    case addresses([IPAddress])
    case numbers([UInt64])
    /// Per row instead of per entry.
    case rows(IntegerColumn)
  }

  /// Represents an absent address in keys. Random, so that no exporter can send it.
  static let absentAddress = IPAddress(high: .max, low: .random(in: .min ... .max))

  /// Returns the parts of a key.
  static func all(
    of parts: [GroupKey.Part], _ layout: KeyLayout, _ view: RowGroupView, _ texts: TextNumbers
  ) throws(ParquetReadError) -> [KeyColumn] {
    var columns: [KeyColumn] = []
    for (index, part) in parts.enumerated() {
      columns.append(try KeyColumn(part, layout, layout.places[index], view, texts))
    }
    return columns
  }

  private let place: KeyLayout.Place
  private let content: Content
  /// The entry of each row; nil if all rows have the first one, or there are no entries.
  let indices: [UInt32]?

  private init(
    _ part: GroupKey.Part, _ layout: KeyLayout, _ place: KeyLayout.Place, _ view: RowGroupView, _ texts: TextNumbers
  ) throws(ParquetReadError) {
    self.place = place
    switch part.column.kind {
    case .address:
      let column = try view.addresses(part.column)
      var entries = part.prefix.map { prefix in column.entries.map { prefix.network(of: $0) } } ?? column.entries
      if let absent = column.absentEntry { entries[absent] = Self.absentAddress }
      content = layout.isIPv4 ? .numbers(entries.map { UInt64($0.v4) }) : .addresses(entries)
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
      // Foreign files may contain numbers too large for their place in a key.
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

  /// Sets keys, which have no other part, to the entries that have flows, and `sums` to the sums of these, until they are full.
  ///
  /// - Parameters:
  ///   - all: the sums of each entry.
  ///   - next: the entry to begin with; then the one behind the last.
  /// - Returns: the number of keys.
  func fill(
    _ keys: consuming MutableSpan<UInt64>, _ width: Int, _ sums: consuming MutableSpan<FlowSums>, _ all: [FlowSums],
    from next: inout Int
  ) -> Int {
    var count = 0
    while next < all.count, count < sums.count {
      if all[next].flows > 0 {
        let start = count &* width &+ place.word
        switch content {
        case .addresses(let entries):
          keys[start] = entries[next].high
          keys[start &+ 1] = entries[next].low
        case .numbers(let entries): keys[start] = entries[next] &<< place.shift
        case .rows: break
        }
        sums[count] = all[next]
        count &+= 1
      }
      next &+= 1
    }
    return count
  }

  /// Sets a part of keys, which must be zero, to the values of some rows.
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
