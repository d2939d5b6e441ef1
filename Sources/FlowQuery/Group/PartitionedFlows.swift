/// Flows with their keys, divided by the hashes of keys into partitions, each of which is later summed in a table that fits into
/// the CPU's caches.
///
/// Of many keys that seldom repeat, each costs a table in memory a cache miss, and several times the memory. Flows are only
/// appended here, to the chunk of their partition: what is written then is in a few cache lines.
package final class PartitionedFlows: @unchecked Sendable {
  // Sendable: it moves with the table that it belongs to; then it is only read.
  package static let partitionCount = 256
  private static let chunkWords = 4096

  /// Where a partition's next flow goes.
  private struct Cursor {
    var word = 0
    /// Number of flows for which the chunk has room.
    var room = 0
  }

  private let keyWords: Int
  /// A flow is its key, and a word with packets and octets, 32 bits each.
  private let stride: Int
  private var memory: WordMemory
  private let chunkCount: Int
  private var usedChunks = 0
  /// Number of chunks at which keys are looked at again.
  private var nextReview = partitionCount * 4
  /// The chunks of each partition, in order.
  private var chunks = [[Int]](repeating: [], count: partitionCount)
  private var cursors = [Cursor](repeating: Cursor(), count: partitionCount)

  /// - Parameter words: maximum size; memory that is not used is not taken.
  init(keyWords: Int, words: Int) {
    self.keyWords = keyWords
    stride = keyWords + 1
    // In small pages: they are used to their end, in order, and only once.
    memory = WordMemory(atMost: max(words, Self.partitionCount * Self.chunkWords), inLargePages: false)
    chunkCount = memory.count / Self.chunkWords
  }

  @inline(__always)
  static func partition(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> 8) & (partitionCount &- 1) }

  /// Whether these sums are those of one flow and fit into a word.
  @inline(__always)
  static func fits(_ sums: FlowSums) -> Bool { sums.flows == 1 && (sums.packets | sums.octets) >> 32 == 0 }

  /// Appends flows of the share from `start` on, as long as their sums fit.
  ///
  /// - Parameters:
  ///   - keys: so many words apart, in the order of sums and hashes.
  /// - Returns: the first that was not appended, for which there is no room if its sums fit; the number of hashes if all were.
  func append(
    _ keys: Span<UInt64>, apart distance: Int, _ sums: Span<FlowSums>, _ hashes: Span<UInt64>, from start: Int,
    _ share: GroupShare
  ) -> Int {
    // Moved into a local for this loop: as the object's property, each change would first check for unique ownership.
    var taken: [Cursor] = []
    swap(&taken, &cursors)
    defer { swap(&taken, &cursors) }
    var cursors = taken.mutableSpan
    var words = memory.mutableWords
    for index in start..<hashes.count where share.contains(hashes[index]) {
      let key = index &* distance
      let partition = Self.partition(of: hashes[index])
      var cursor = cursors[partition]
      guard Self.fits(sums[index]) else { return index }
      if cursor.room == 0 {
        guard let chunk = openChunk(of: partition) else { return index }
        cursor = chunk
      }
      for word in 0..<keyWords { words[cursor.word &+ word] = keys[key &+ word] }
      words[cursor.word &+ keyWords] = sums[index].octets &<< 32 | sums[index].packets
      cursors[partition] = Cursor(word: cursor.word &+ stride, room: cursor.room &- 1)
    }
    return hashes.count
  }

  private func openChunk(of partition: Int) -> Cursor? {
    guard usedChunks < chunkCount else { return nil }
    chunks[partition].append(usedChunks)
    defer { usedChunks += 1 }
    return Cursor(word: usedChunks * Self.chunkWords, room: Self.chunkWords / stride)
  }

  // MARK: Reading

  /// Whether keys should be looked at again: after the first megabytes, and each time that there are twice as many flows.
  var isReviewDue: Bool { usedChunks >= nextReview }

  /// Whether still more than every second key is another, by those of one partition.
  func keysRepeatSeldom() -> Bool {
    nextReview = usedChunks * 2
    let flowCount = chunks[0].count * Self.chunkWords / stride
    let table = GroupTable(keyWords: keyWords, limit: flowCount, share: .all)
    return add(0, to: table) && table.count * 2 > table.addedCount
  }

  /// Adds the flows of a partition to a table.
  ///
  /// - Returns: whether there was room for all.
  func add(_ partition: Int, to table: GroupTable) -> Bool {
    var words = [UInt64](repeating: 0, count: GroupTable.batchSize * stride)
    var sums = [FlowSums](repeating: FlowSums(), count: GroupTable.batchSize)
    for chunk in chunks[partition] {
      let isLast = chunk == chunks[partition].last
      var left = Self.chunkWords / stride - (isLast ? cursors[partition].room : 0)
      var word = chunk * Self.chunkWords
      while left > 0 {
        let count = min(left, GroupTable.batchSize)
        copy(count, from: word, to: &words, &sums)
        let next = word + count * stride
        memory.prefetch(next..<min(next + GroupTable.batchSize * stride, memory.count))
        if !table.add(words.span, apart: stride, sums.span, count: count) { return false }
        word = next
        left -= count
      }
    }
    return true
  }

  private func copy(_ count: Int, from first: Int, to words: inout [UInt64], _ sums: inout [FlowSums]) {
    var words = words.mutableSpan
    var sums = sums.mutableSpan
    for word in 0..<count &* stride { words[word] = memory[first &+ word] }
    for index in 0..<count {
      let both = words[index &* stride &+ keyWords]
      sums[index] = FlowSums(flows: 1, packets: both & 0xffff_ffff, octets: both &>> 32)
    }
  }
}
