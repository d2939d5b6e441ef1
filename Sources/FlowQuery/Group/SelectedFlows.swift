import FlowModel
import Parquet

/// The counters of a row group's selected flows.
struct SelectedFlows {
  let count: Int
  /// Row of each flow; nil for all rows.
  let rows: [UInt32]?
  fileprivate let octets: IntegerColumn
  fileprivate let packets: IntegerColumn
  /// Nil if not needed.
  fileprivate let times: (starts: IntegerColumn, ends: IntegerColumn)?
  /// If set, counters are the portions inside it; otherwise those of whole flows.
  fileprivate let window: Range<Int64>?

  /// - Parameters:
  ///   - hasTimes: whether blocks include the times of flows.
  ///   - isShared: whether counters are the portions inside the view's window.
  init(
    _ view: RowGroupView, _ rows: [UInt32]?, hasTimes: Bool = false, isShared: Bool = true
  ) throws(ParquetReadError) {
    self.rows = rows
    count = rows?.count ?? view.rowCount
    octets = try view.counters(.octets)
    packets = try view.counters(.packets)
    window = isShared ? view.window : nil
    times =
      hasTimes || window != nil ? (starts: try view.integers(.timeStart), ends: try view.integers(.timeEnd)) : nil
  }

  var totals: FlowSums {
    var totals = FlowSums(flows: UInt64(count), packets: 0, octets: 0)
    var block = FlowBlock()
    while block.advance(in: self) {
      for index in 0..<block.count {
        totals.packets = totals.packets.plus(block.packets[index])
        totals.octets = totals.octets.plus(block.octets[index])
      }
    }
    return totals
  }

  /// Returns the sums for each dictionary entry of a column.
  func sums(by indices: [UInt32], entryCount: Int) -> [FlowSums] {
    var sums = [FlowSums](repeating: FlowSums(), count: entryCount)
    var target = sums.mutableSpan
    var block = FlowBlock()
    while block.advance(in: self) {
      let (rows, octets, packets) = (block.rows.span, block.octets.span, block.packets.span)
      let indices = indices.span
      for index in 0..<block.count {
        let entry = Int(indices[Int(rows[index])])
        target[entry].flows &+= 1
        target[entry].packets = target[entry].packets.plus(packets[index])
        target[entry].octets = target[entry].octets.plus(octets[index])
      }
    }
    return sums
  }
}

/// A block of flows with their rows and counters, small enough for the L1 cache.
struct FlowBlock {
  private let size: Int
  /// Index of the next selected flow.
  private var next = 0
  /// Number of flows in the block; elements beyond it are meaningless.
  private(set) var count = 0
  private(set) var rows: [UInt32]
  private(set) var octets: [UInt64]
  private(set) var packets: [UInt64]
  /// Times in the units of the columns, if included.
  private var starts: [UInt64] = []
  private var ends: [UInt64] = []

  init(size: Int = 1024) {
    self.size = size
    rows = [UInt32](repeating: 0, count: size)
    octets = [UInt64](repeating: 0, count: size)
    packets = octets
  }

  /// Milliseconds since 1970 UTC; only if times are included.
  func start(_ index: Int) -> Int64 { Int64(bitPattern: starts[index]) }
  func end(_ index: Int) -> Int64 { Int64(bitPattern: ends[index]) }

  /// Advances to the next block; returns false at the end.
  mutating func advance(in flows: SelectedFlows) -> Bool {
    count = min(size, flows.count &- next)
    if count <= 0 { return false }
    if let selected = flows.rows {
      for index in 0..<count { rows[index] = selected[next &+ index] }
      flows.octets.fill(&octets, rows, count)
      flows.packets.fill(&packets, rows, count)
    } else {
      for index in 0..<count { rows[index] = UInt32(truncatingIfNeeded: next &+ index) }
      flows.octets.fill(&octets, next..<(next &+ count))
      flows.packets.fill(&packets, next..<(next &+ count))
    }
    if let times = flows.times { takeTimes(times.starts, times.ends) }
    if let window = flows.window { share(window) }
    next &+= count
    return true
  }

  private mutating func takeTimes(_ starts: IntegerColumn, _ ends: IntegerColumn) {
    if self.starts.isEmpty {
      self.starts = [UInt64](repeating: 0, count: size)
      self.ends = self.starts
    }
    starts.fill(&self.starts, rows, count)
    ends.fill(&self.ends, rows, count)
  }

  /// Reduces counters to the portions inside a window.
  private mutating func share(_ window: Range<Int64>) {
    for index in 0..<count {
      let (start, end) = (start(index), end(index))
      if start >= window.lowerBound, end < window.upperBound { continue }
      let span = FlowSpan(start: start, end: end)
      let (from, to) = (span.elapsed(at: window.lowerBound), span.elapsed(at: window.upperBound))
      octets[index] = span.share(of: octets[index], from, to)
      packets[index] = span.share(of: packets[index], from, to)
    }
  }
}

extension IntegerColumn {
  /// Copies the values of the first `count` of some rows to the beginning of `values`.
  func fill(_ values: inout [UInt64], _ rows: [UInt32], _ count: Int) {
    let rows = rows.span
    var target = values.mutableSpan
    switch self {
    case .constant(let value):
      for index in 0..<count { target[index] = value }
    case .dictionary(let entries, let indices):
      for index in 0..<count { target[index] = entries[Int(indices[Int(rows[index])])] }
    case .narrow(let numbers):
      for index in 0..<count { target[index] = UInt64(numbers[Int(rows[index])]) }
    case .wide(let numbers):
      for index in 0..<count { target[index] = numbers[Int(rows[index])] }
    }
  }

  /// Copies the values of consecutive rows to the beginning of `values`.
  func fill(_ values: inout [UInt64], _ rows: Range<Int>) {
    var target = values.mutableSpan
    switch self {
    case .constant(let value):
      for index in 0..<rows.count { target[index] = value }
    case .dictionary(let entries, let indices):
      let (entries, indices) = (entries.span, indices.span.extracting(rows))
      for index in indices.indices { target[index] = entries[Int(indices[index])] }
    case .narrow(let numbers):
      let numbers = numbers.span.extracting(rows)
      for index in numbers.indices { target[index] = UInt64(numbers[index]) }
    case .wide(let numbers):
      let numbers = numbers.span.extracting(rows)
      for index in numbers.indices { target[index] = numbers[index] }
    }
  }
}
