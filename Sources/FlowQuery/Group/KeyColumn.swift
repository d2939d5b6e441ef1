import FlowModel
import NetworkBytes
import Parquet

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
