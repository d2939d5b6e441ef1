import FlowModel
import NetworkBytes
import Parquet

/// Sums flows by key: first per worker, then merged.
struct Grouping: RowConsumer {
  /// A table, and the layout of its keys.
  private struct Table {
    let layout: KeyLayout
    let groups: GroupTable

    init(_ layout: KeyLayout, limit: Int, share: GroupShare, mayPartition: Bool) {
      self.layout = layout
      groups = GroupTable(keyWords: layout.wordCount, limit: limit, share: share, mayPartition: mayPartition)
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

  /// - Parameters:
  ///   - limit: maximum number of groups.
  ///   - mayPartition: whether flows may be left to `add(partition:of:)`, without which not all of them are in groups.
  init(_ key: GroupKey, texts: TextNumbers, limit: Int, share: GroupShare = .all, mayPartition: Bool = false) {
    self.key = key
    self.texts = texts
    layout = KeyLayout(key.parts)
    // Flows of one column are mostly summed by entry before.
    let mayPartition = mayPartition && !key.isOneColumn
    all = Table(layout, limit: limit, share: share, mayPartition: mayPartition)
    let shorter = KeyLayout(key.parts, isIPv4: true)
    let isShorter = layout.wordCount - shorter.wordCount >= 2
    ipv4 = isShorter ? Table(shorter, limit: limit, share: share, mayPartition: mayPartition) : nil
  }

  /// An empty one by the same key as another.
  init(like other: Grouping, limit: Int) { self.init(other.key, texts: other.texts, limit: limit) }

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
    if key.isOneColumn, let indices = columns[0].indices {
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

  // MARK: Partitions

  /// Whether flows were left to `add(partition:of:)`.
  var isPartitioned: Bool { all.groups.isPartitioned || ipv4?.groups.isPartitioned == true }

  /// Prepares for `add(partition:of:)`.
  func divide() {
    all.groups.divide()
    ipv4?.groups.divide()
  }

  /// Adds the groups and flows of a partition of another grouping by the same key, which was divided; returns whether there was
  /// room.
  func add(partition: Int, of other: Grouping) -> Bool {
    if let ipv4, let others = other.ipv4, !ipv4.groups.add(partition: partition, of: others.groups) { return false }
    return all.groups.add(partition: partition, of: other.all.groups) && count <= limit
  }

  /// Removes all groups and keeps the memory and the totals.
  func removeAll() {
    all.groups.removeAll()
    ipv4?.groups.removeAll()
  }
}

extension GroupKey {
  /// Whether a flow is in one group, by the value of one column.
  fileprivate var isOneColumn: Bool { parts.count == 1 && otherEnd == nil && reverse == nil }
}
