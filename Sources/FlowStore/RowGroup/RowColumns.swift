package import FlowModel
import NetworkBytes

/// The rows of a row group as columns, from the moment they arrive: addresses of the ends as numbers of the distinct ones, all else
/// as the words of the records, of which those that are the same in all rows are stored once.
package struct RowColumns: Sendable {
  private(set) var words = RecordWord.all.map { _ in WordColumn() }
  /// Of each row the numbers of its source, in the upper half, and of its destination.
  private(set) var ends: [UInt64] = []
  private(set) var sources = Interner<IPAddress>()
  private(set) var destinations = Interner<IPAddress>()
  private(set) var extensions: [FlowExtension] = []
  /// What is known of the rows; empty where nothing is known.
  private(set) var facts: [FlowFacts] = []
  /// Earliest start and latest end of the rows, as their records have them.
  private var firstStart = Int64.max
  private var lastEnd = Int64.min
  /// A block's words, on their way into their column.
  private var scratch = [UInt64](repeating: 0, count: blockSize)

  package init() {}

  /// Rows that are taken at a time: their records stay in the nearest cache while each column takes its part of them.
  static let blockSize = 192

  package var count: Int { ends.count }

  /// Earliest start and latest end of the rows, as files can hold them, milliseconds since 1970 UTC.
  var earliestStart: Int64 { firstStart.storable }
  var latestEnd: Int64 { lastEnd.storable }

  /// Adds records of `batch`, with their extensions and what is known of them.
  ///
  /// - Parameter room: rows that there will be at most, usually.
  package mutating func append(_ batch: borrowing FlowBatch, _ range: Range<Int>, room: Int) {
    if ends.capacity < room { ends.reserveCapacity(room) }
    appendFacts(batch, range)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.blockSize) {
      let block = start..<min(start + Self.blockSize, range.upperBound)
      appendEnds(batch.records.span, block)
      let records = batch.records.span.extracting(block)
      for (place, word) in RecordWord.all.enumerated() {
        appendWords(word, place, of: records, batch.extensions, room: room)
      }
    }
  }

  private mutating func appendWords(
    _ word: RecordWord, _ place: Int, of records: Span<FlowRecord>, _ given: [FlowExtension], room: Int
  ) {
    let namesExtensions = place == RecordWord.extensionPlace && !given.isEmpty
    if !namesExtensions, words[place].appendShared(records.count, { word.difference(records, $0) == 0 }) { return }
    // Taken out, so that it can be read while a column changes.
    var scratch: [UInt64] = []
    swap(&scratch, &self.scratch)
    word.load(records, &scratch)
    if namesExtensions { takeExtensions(given, of: &scratch, count: records.count) }
    words[place].append(scratch.span.extracting(first: records.count), room: room)
    swap(&scratch, &self.scratch)
  }

  /// Rows whose addresses are numbered at a time, so that their memory accesses overlap.
  private static let groupSize = 64

  /// How many records ahead the processor is asked for one: they come from another core's cache.
  private static let lead = 16

  private mutating func appendEnds(_ records: Span<FlowRecord>, _ range: Range<Int>) {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.groupSize) {
      appendGroup(records, start..<min(start + Self.groupSize, range.upperBound))
    }
  }

  private mutating func appendGroup(_ records: Span<FlowRecord>, _ range: Range<Int>) {
    var sourceHashes = [64 of UInt64](repeating: 0)
    var destinationHashes = [64 of UInt64](repeating: 0)
    for index in range {
      if index &+ Self.lead < records.count { records.prefetch(index &+ Self.lead) }
      let (source, destination) = (sources.hash(records[index].source), destinations.hash(records[index].destination))
      sourceHashes[index &- range.lowerBound] = source
      destinationHashes[index &- range.lowerBound] = destination
      sources.prefetchSlot(source)
      destinations.prefetchSlot(destination)
    }
    for place in 0..<range.count {
      sources.prefetchValue(sourceHashes[place])
      destinations.prefetchValue(destinationHashes[place])
    }
    var numbers = [64 of UInt64](repeating: 0)
    for index in range {
      let place = index &- range.lowerBound
      let source = sources.number(of: records[index].source, hash: sourceHashes[place])
      let destination = destinations.number(of: records[index].destination, hash: destinationHashes[place])
      numbers[place] = UInt64(source) << 32 | UInt64(destination)
      firstStart = min(firstStart, records[index].start)
      lastEnd = max(lastEnd, records[index].end)
    }
    ends.append(addingCapacity: range.count) { output in
      let numbers = numbers.span
      for place in 0..<range.count { output.append(numbers[place]) }
    }
  }

  /// Copies the extensions that the block's words name, and has these name the copies.
  private mutating func takeExtensions(_ given: [FlowExtension], of words: inout [UInt64], count: Int) {
    for index in 0..<count where RecordLane.extensionNumber(words[index]) != 0 {
      extensions.append(given[Int(RecordLane.extensionNumber(words[index])) - 1])
      words[index] = words[index] & 0xffff_ffff | UInt64(extensions.count) << RecordLane.extensionNumber.shift
    }
  }

  private mutating func appendFacts(_ batch: borrowing FlowBatch, _ range: Range<Int>) {
    if batch.facts.isEmpty, facts.isEmpty { return }
    if facts.isEmpty { facts = Array(repeating: FlowFacts(), count: count) }
    for index in range { facts.append(batch.facts(of: index)) }
  }

  /// Forgets the rows and keeps the memory.
  package mutating func removeAll() {
    for place in words.indices { words[place].removeAll() }
    ends.removeAll(keepingCapacity: true)
    sources.removeAll()
    destinations.removeAll()
    extensions.removeAll(keepingCapacity: true)
    facts.removeAll(keepingCapacity: true)
    (firstStart, lastEnd) = (.max, .min)
  }

  /// The first row's words; its addresses are missing.
  var first: FlowRecord {
    var record = FlowRecord()
    for (word, column) in zip(RecordWord.all, words) { word.set(&record, column.first) }
    return record
  }

  /// Sets the addresses of a row in a record.
  @inline(__always)
  func setEnds(of row: Int, _ record: inout FlowRecord) {
    let numbers = ends[row]
    record.source = sources.values[Int(numbers >> 32)]
    record.destination = destinations.values[Int(numbers & 0xffff_ffff)]
  }

  /// A copy of the rows as records, in the order in which they came.
  package var batch: FlowBatch {
    var batch = FlowBatch()
    batch.records = Array(repeating: first, count: count)
    var values: [UInt64] = []
    for (word, column) in zip(RecordWord.all, words) where column.varying != 0 {
      values.removeAll(keepingCapacity: true)
      for row in 0..<count { values.append(column[row]) }
      word.store(values.span, &batch.records)
    }
    for row in 0..<count { setEnds(of: row, &batch.records[row]) }
    batch.extensions = extensions
    batch.facts = facts
    return batch
  }
}
