import FlowModel
import NetworkBytes

/// The rows of a row group in the order in which they are written, for the buffers of its columns, which take their values one
/// after the other.
///
/// A word that is not the same in all rows is put in order once, when a column first needs it; others cost nothing.
struct SortedRows {
  let rows: RowColumns
  let sorter: RowSorter
  /// Origins by the records' origin number.
  let origins: [FlowOrigin]
  /// What exporters call things.
  let names: NameTable
  /// A record with what is the same in all rows.
  private let shared: FlowRecord
  private var memory: Memory

  /// Memory that is used again from row group to row group.
  struct Memory: Sendable {
    /// Halves of words in order, where they are needed, the high one first.
    fileprivate var halves: [[UInt32]] = RecordWord.all.flatMap { _ in [[], []] }
    fileprivate var words: [UInt64] = []
    fileprivate var numbers: [UInt32] = []
    fileprivate var times: [Int64] = []
    fileprivate var block: [FlowRecord] = []
  }

  init(_ rows: RowColumns, _ sorter: RowSorter, origins: [FlowOrigin], names: NameTable, _ memory: consuming Memory) {
    self.rows = rows
    self.sorter = sorter
    self.origins = origins
    self.names = names
    self.memory = memory
    shared = rows.first
    for place in self.memory.halves.indices { self.memory.halves[place].removeAll(keepingCapacity: true) }
  }

  /// The memory, for the next row group.
  consuming func end() -> Memory { memory }

  var count: Int { rows.count }

  // MARK: Values of lanes

  /// Whether all rows have the same in the lane.
  func isShared(_ lane: RecordLane) -> Bool { lane(rows.words[lane.word].varying) == 0 }

  /// The value that all rows have of a reader, if it is known that they have one.
  func shared<Value>(_ reader: RecordReader<Value>, _ lanes: [RecordLane]?) -> Value? {
    guard count > 0, let lanes, lanes.allSatisfy(isShared) else { return nil }
    return reader.value(shared)
  }

  /// A half of a word in order; empty if it is the same in all rows.
  private mutating func half(_ word: Int, _ half: WordColumn.Half) -> [UInt32] {
    let place = 2 * word + half.rawValue
    if memory.halves[place].isEmpty {
      let order = sorter.order
      rows.words[word].gather(half, order.span, into: &memory.halves[place])
    }
    return memory.halves[place]
  }

  /// A word in order.
  mutating func words(_ word: Int) -> [UInt64] {
    let (highs, lows) = (half(word, .high), half(word, .low))
    let (high, low) = (rows.words[word].shared(.high), rows.words[word].shared(.low))
    let count = count
    // Taken out, so that it is changed in its place.
    var words: [UInt64] = []
    swap(&words, &memory.words)
    words.removeAll(keepingCapacity: true)
    words.append(addingCapacity: count) { output in
      let (highs, lows) = (highs.span, lows.span)
      for place in 0..<count {
        let high = highs.isEmpty ? high : highs[place]
        let low = lows.isEmpty ? low : lows[place]
        output.append(UInt64(high) << 32 | UInt64(low))
      }
    }
    return words
  }

  /// Takes memory back that `words` gave.
  mutating func giveBack(_ words: consuming [UInt64]) { memory.words = words }

  /// The lane's value in all rows, in order.
  mutating func numbers(_ lane: RecordLane) -> [UInt32] {
    let half = lane.shift >= 32 ? WordColumn.Half.high : .low
    if lane.shift < 32, lane.mask &<< lane.shift > 0xffff_ffff {
      let words = words(lane.word)
      defer { giveBack(words) }
      return words.map { UInt32(truncatingIfNeeded: lane($0)) }
    }
    let values = self.half(lane.word, half)
    var numbers: [UInt32] = []
    swap(&numbers, &memory.numbers)
    numbers.removeAll(keepingCapacity: true)
    if values.isEmpty {
      let number = UInt32(truncatingIfNeeded: lane(rows.words[lane.word].first))
      numbers.append(contentsOf: repeatElement(number, count: count))
      return numbers
    }
    let shift = UInt32(truncatingIfNeeded: lane.shift & 31)
    let mask = UInt32(truncatingIfNeeded: lane.mask)
    numbers.append(addingCapacity: values.count) { output in
      let values = values.span
      for place in values.indices { output.append(values[place] &>> shift & mask) }
    }
    return numbers
  }

  /// Takes memory back that `numbers` gave.
  mutating func giveBack(_ numbers: consuming [UInt32]) { memory.numbers = numbers }

  /// Replaces numbers by their meanings.
  static func translate(_ numbers: inout [UInt32], _ meanings: [UInt32]) {
    var numbers = numbers.mutableSpan
    let meanings = meanings.span
    for place in numbers.indices { numbers[place] = meanings[Int(numbers[place])] }
  }

  /// Addresses in order, by the lanes of their halves.
  mutating func addresses(_ high: RecordLane, _ low: RecordLane) -> [IPAddress] {
    let highs = words(high.word)
    let lows = words(low.word)
    var addresses: [IPAddress] = []
    addresses.append(addingCapacity: count) { output in
      let (highs, lows) = (highs.span, lows.span)
      for place in highs.indices { output.append(IPAddress(high: high(highs[place]), low: low(lows[place]))) }
    }
    giveBack(highs)
    return addresses
  }

  /// Times as files can hold them, in order.
  mutating func times(_ lane: RecordLane) -> [Int64] {
    let words = words(lane.word)
    var times: [Int64] = []
    swap(&times, &memory.times)
    times.removeAll(keepingCapacity: true)
    times.append(addingCapacity: words.count) { output in
      let words = words.span
      for place in words.indices { output.append(Int64(bitPattern: words[place]).storable) }
    }
    giveBack(words)
    return times
  }

  mutating func giveBack(_ times: consuming [Int64]) { memory.times = times }

  // MARK: Rows as records

  /// Passes all rows on, block by block: for the few columns whose values are not just bits of a record.
  mutating func forEachBlock(_ body: ([FlowRecord], _ places: Range<Int>) -> Void) {
    var block: [FlowRecord] = []
    swap(&block, &memory.block)
    var words: [UInt64] = []
    for start in stride(from: 0, to: count, by: RowColumns.blockSize) {
      let places = start..<min(start + RowColumns.blockSize, count)
      block.removeAll(keepingCapacity: true)
      block.append(contentsOf: repeatElement(shared, count: places.count))
      for (number, word) in RecordWord.all.enumerated() where rows.words[number].varying != 0 {
        let column = rows.words[number]
        let order = sorter.order
        words.removeAll(keepingCapacity: true)
        words.append(addingCapacity: places.count) { output in
          for place in places { output.append(column[Int(order[place])]) }
        }
        word.store(words.span, &block)
      }
      for (index, place) in places.enumerated() { rows.setEnds(of: Int(sorter.order[place]), &block[index]) }
      body(block, places)
    }
    memory.block = block
  }

  var hasNoExtensions: Bool { rows.extensions.isEmpty }

  /// Passes each row's rare fields on, in order; nil where it has none.
  mutating func forEachExtension(_ body: (FlowExtension?) -> Void) {
    let numbers = numbers(.extensionNumber)
    for number in numbers { body(rare(number)) }
    giveBack(numbers)
  }

  /// What is known of the row at a place; nil if nothing is known of any.
  func facts(_ place: Int) -> FlowFacts? { rows.facts.isEmpty ? nil : rows.facts[Int(sorter.order[place])] }

  /// The extension of a number; nil for 0.
  @inline(__always)
  func rare(_ number: UInt32) -> FlowExtension? { number == 0 ? nil : rows.extensions[Int(number) - 1] }
}

extension SortedRows {
  /// What a reader reads of each row, in order.
  mutating func values<Value>(_ reader: RecordReader<Value>) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(count)
    forEachBlock { records, _ in reader.append(records, to: &values) }
    return values
  }

  /// The ranks of one of the addresses that rows are sorted by, in order.
  mutating func ranks(_ key: Int) -> [UInt32] {
    var ranks: [UInt32] = []
    swap(&ranks, &memory.numbers)
    sorter.ranks(key, into: &ranks)
    return ranks
  }

  /// The origin that all rows have; nil if they do not have one.
  var sharedOrigin: FlowOrigin? {
    count > 0 && isShared(.origin) ? origins[Int(shared.origin)] : nil
  }
}
