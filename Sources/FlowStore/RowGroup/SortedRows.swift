import FlowModel
import NetworkBytes

/// What a row group's columns are written from.
struct RowSource {
  let rows: RowColumns
  let sorter: RowSorter
  /// Origins by the records' origin number.
  let origins: [FlowOrigin]
  /// What exporters call things.
  let names: NameTable

  /// What is known of the row at a place; nil if nothing is known of any.
  func facts(_ place: Int) -> FlowFacts? { rows.facts.isEmpty ? nil : rows.facts[Int(sorter.order[place])] }

  /// The extension of a number; nil for 0.
  @inline(__always)
  func rare(_ number: UInt32) -> FlowExtension? { number == 0 ? nil : rows.extensions[Int(number) - 1] }
}

/// The rows of a row group in the order in which they are written, for the buffers of its columns, which take their values one
/// after the other. What a buffer is given is valid until the next call.
///
/// A word that is not the same in all rows is put in order once, when a column first needs it; others cost nothing.
struct SortedRows: ~Copyable {
  let source: RowSource
  /// A record with what is the same in all rows.
  private let shared: FlowRecord
  private var memory: Memory

  /// Memory that is used again from row group to row group. It has one owner: shared, it would be copied instead.
  struct Memory: ~Copyable, Sendable {
    /// Halves of words in order, where they were needed, the high one first.
    fileprivate var halves: [[UInt32]] = RecordWord.all.flatMap { _ in [[], []] }
    fileprivate var isInOrder = RecordWord.all.flatMap { _ in [false, false] }
    fileprivate var words: [UInt64] = []
    fileprivate var numbers: [UInt32] = []
    fileprivate var times: [Int64] = []
    fileprivate var addresses: [IPAddress] = []
    fileprivate var block: [FlowRecord] = []
  }

  init(_ source: RowSource, _ memory: consuming Memory) {
    self.source = source
    self.memory = memory
    shared = source.rows.first
    for place in self.memory.isInOrder.indices { self.memory.isInOrder[place] = false }
  }

  /// The memory, for the next row group.
  consuming func end() -> Memory { memory }

  var count: Int { source.rows.count }

  // MARK: Values of lanes

  /// Whether all rows have the same in the lane.
  func isShared(_ lane: RecordLane) -> Bool { lane(source.rows.words[lane.word].varying) == 0 }

  /// The value that all rows have of a reader, if it is known that they have one.
  func shared<Value>(_ reader: RecordReader<Value>, _ lanes: [RecordLane]?) -> Value? {
    guard count > 0, let lanes, lanes.allSatisfy({ isShared($0) }) else { return nil }
    return reader.value(shared)
  }

  /// A half of a word in order; empty if it is the same in all rows.
  private mutating func half(_ word: Int, _ half: WordColumn.Half) -> [UInt32] {
    let column = source.rows.words[word]
    guard column.varies(half) else { return [] }
    let place = 2 * word + half.rawValue
    if !memory.isInOrder[place] {
      let order = source.sorter.order
      // Taken out, so that it is changed in its place; so with the memory below.
      var values: [UInt32] = []
      swap(&values, &memory.halves[place])
      column.gather(half, order.span, into: &values)
      swap(&values, &memory.halves[place])
      memory.isInOrder[place] = true
    }
    return memory.halves[place]
  }

  /// A word in order.
  @_lifetime(&self)
  mutating func words(_ word: Int) -> Span<UInt64> {
    fillWords(word)
    return memory.words.span
  }

  private mutating func fillWords(_ word: Int) {
    let values = (half(word, .high), half(word, .low))
    var words: [UInt64] = []
    swap(&words, &memory.words)
    words.setCount(count, 0)
    combine(word, values, into: words.mutableSpan)
    swap(&words, &memory.words)
  }

  /// - Parameter halves: those of the word in order; one that is the same in all rows is empty.
  @inline(__always)
  private func combine<Value: FixedWidthInteger>(
    _ word: Int, _ halves: (highs: [UInt32], lows: [UInt32]), into words: consuming MutableSpan<Value>
  ) {
    let column = source.rows.words[word]
    let (high, low) = (UInt64(column.shared(.high)) << 32, UInt64(column.shared(.low)))
    let (highs, lows) = (halves.highs.span, halves.lows.span)
    // A loop for each case, without a decision for each row.
    if highs.isEmpty, lows.isEmpty {
      for place in words.indices { words[place] = Value(truncatingIfNeeded: high | low) }
    } else if highs.isEmpty {
      for place in lows.indices { words[place] = Value(truncatingIfNeeded: high | UInt64(lows[place])) }
    } else if lows.isEmpty {
      for place in highs.indices { words[place] = Value(truncatingIfNeeded: UInt64(highs[place]) << 32 | low) }
    } else {
      for place in lows.indices {
        words[place] = Value(truncatingIfNeeded: UInt64(highs[place]) << 32 | UInt64(lows[place]))
      }
    }
  }

  /// The lane's value in all rows, in order.
  @_lifetime(&self)
  mutating func numbers(_ lane: RecordLane) -> Span<UInt32> {
    fillNumbers(lane)
    return memory.numbers.span
  }

  /// What the lane's values mean.
  ///
  /// - Parameters:
  ///   - meanings: by value.
  ///   - other: the meaning of values beyond.
  @_lifetime(&self)
  mutating func numbers(_ lane: RecordLane, meaning meanings: [UInt32], otherwise other: UInt32) -> Span<UInt32> {
    fillNumbers(lane)
    var numbers: [UInt32] = []
    swap(&numbers, &memory.numbers)
    Self.replace(numbers.mutableSpan, by: meanings.span, otherwise: other)
    swap(&numbers, &memory.numbers)
    return memory.numbers.span
  }

  private static func replace(
    _ numbers: consuming MutableSpan<UInt32>, by meanings: Span<UInt32>, otherwise other: UInt32
  ) {
    for place in numbers.indices {
      let number = Int(numbers[place])
      numbers[place] = number < meanings.count ? meanings[number] : other
    }
  }

  /// A copy, for a buffer that needs those of two lanes.
  mutating func copyNumbers(_ lane: RecordLane, to numbers: inout [UInt32]) {
    fillNumbers(lane)
    numbers.removeAll(keepingCapacity: true)
    numbers += memory.numbers
  }

  private mutating func fillNumbers(_ lane: RecordLane) {
    var numbers: [UInt32] = []
    swap(&numbers, &memory.numbers)
    numbers.setCount(count, 0)
    if lane.shift < 32, lane.mask &<< lane.shift > 0xffff_ffff {
      fillWords(lane.word)
      Self.extract(lane, of: memory.words.span, into: numbers.mutableSpan)
    } else {
      let values = half(lane.word, lane.shift >= 32 ? .high : .low)
      if values.isEmpty {
        let number = UInt32(truncatingIfNeeded: lane(source.rows.words[lane.word].first))
        var span = numbers.mutableSpan
        for place in span.indices { span[place] = number }
      } else {
        Self.extract(lane, of: values.span, into: numbers.mutableSpan)
      }
    }
    swap(&numbers, &memory.numbers)
  }

  private static func extract(
    _ lane: RecordLane, of words: Span<UInt64>, into numbers: consuming MutableSpan<UInt32>
  ) {
    for place in words.indices { numbers[place] = UInt32(truncatingIfNeeded: lane(words[place])) }
  }

  private static func extract(
    _ lane: RecordLane, of halves: Span<UInt32>, into numbers: consuming MutableSpan<UInt32>
  ) {
    let shift = UInt32(truncatingIfNeeded: lane.shift & 31)
    let mask = UInt32(truncatingIfNeeded: lane.mask)
    for place in halves.indices { numbers[place] = halves[place] &>> shift & mask }
  }

  /// Addresses in order, by the lanes of their halves.
  @_lifetime(&self)
  mutating func addresses(_ high: RecordLane, _ low: RecordLane) -> Span<IPAddress> {
    fillAddresses(high, low)
    return memory.addresses.span
  }

  private mutating func fillAddresses(_ high: RecordLane, _ low: RecordLane) {
    var addresses: [IPAddress] = []
    swap(&addresses, &memory.addresses)
    addresses.setCount(count, .unspecified)
    fillWords(high.word)
    Self.extract(high, of: memory.words.span, into: addresses.mutableSpan) { $0.high = $1 }
    fillWords(low.word)
    Self.extract(low, of: memory.words.span, into: addresses.mutableSpan) { $0.low = $1 }
    swap(&addresses, &memory.addresses)
  }

  @inline(__always)
  private static func extract(
    _ lane: RecordLane, of words: Span<UInt64>, into addresses: consuming MutableSpan<IPAddress>,
    _ set: (inout IPAddress, UInt64) -> Void
  ) {
    for place in words.indices { set(&addresses[place], lane(words[place])) }
  }

  /// Times as files can hold them, in order.
  @_lifetime(&self)
  mutating func times(_ lane: RecordLane) -> Span<Int64> {
    fillTimes(lane)
    return memory.times.span
  }

  private mutating func fillTimes(_ lane: RecordLane) {
    let values = (half(lane.word, .high), half(lane.word, .low))
    var times: [Int64] = []
    swap(&times, &memory.times)
    times.setCount(count, 0)
    combine(lane.word, values, into: times.mutableSpan)
    // Those from 1970 to the year 6429 are as they are.
    let column = source.rows.words[lane.word]
    if (column.first | column.varying) >> 47 != 0 { Self.clamp(times.mutableSpan, to: CivilTime.storable) }
    swap(&times, &memory.times)
  }

  private static func clamp(_ times: consuming MutableSpan<Int64>, to range: ClosedRange<Int64>) {
    let (first, last) = (range.lowerBound, range.upperBound)
    for place in times.indices { times[place] = min(max(times[place], first), last) }
  }

  /// The ranks of one of the addresses that rows are sorted by, in order.
  @_lifetime(&self)
  mutating func ranks(_ key: Int) -> Span<UInt32> {
    var ranks: [UInt32] = []
    swap(&ranks, &memory.numbers)
    source.sorter.ranks(key, of: source.rows, into: &ranks)
    swap(&ranks, &memory.numbers)
    return memory.numbers.span
  }

  // MARK: Rows as records

  /// Passes all rows on, block by block: for the few columns whose values are not just bits of a record.
  mutating func forEachBlock(_ body: ([FlowRecord], _ places: Range<Int>) -> Void) {
    var block: [FlowRecord] = []
    swap(&block, &memory.block)
    var words: [UInt64] = []
    let (rows, order) = (source.rows, source.sorter.order)
    for start in stride(from: 0, to: count, by: RowColumns.blockSize) {
      let places = start..<min(start + RowColumns.blockSize, count)
      block.removeAll(keepingCapacity: true)
      block.append(contentsOf: repeatElement(shared, count: places.count))
      for (number, word) in RecordWord.all.enumerated() where rows.words[number].varying != 0 {
        let column = rows.words[number]
        words.removeAll(keepingCapacity: true)
        words.append(addingCapacity: places.count) { output in
          for place in places { output.append(column[Int(order[place])]) }
        }
        word.store(words.span, &block)
      }
      for (index, place) in places.enumerated() { rows.setEnds(of: Int(order[place]), &block[index]) }
      body(block, places)
    }
    memory.block = block
  }

  var hasNoExtensions: Bool { source.rows.extensions.isEmpty }

  /// Passes each row's rare fields on, in order; nil where it has none.
  mutating func forEachExtension(_ body: (FlowExtension?) -> Void) {
    fillNumbers(.extensionNumber)
    let source = source
    for number in memory.numbers { body(source.rare(number)) }
  }
}

extension SortedRows {
  /// What a reader reads of each row, in order.
  mutating func values<Value>(_ reader: RecordReader<Value>) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(count)
    forEachBlock { records, _ in reader.append(records, to: &values) }
    return values
  }

  /// The origin that all rows have; nil if they do not have one.
  var sharedOrigin: FlowOrigin? {
    count > 0 && isShared(.origin) ? source.origins[Int(shared.origin)] : nil
  }
}

extension Array {
  /// Makes the array so long; what it holds has no meaning. An array that was as long before costs nothing.
  mutating func setCount(_ count: Int, _ filler: Element) {
    if self.count > count { removeSubrange(count...) }
    if self.count < count { append(contentsOf: repeatElement(filler, count: count - self.count)) }
  }
}
