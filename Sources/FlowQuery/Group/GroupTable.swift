/// The groups whose keys have some of all hashes: what takes several passes, because not all groups fit into memory.
package struct GroupShare: Sendable {
  fileprivate let number: UInt64
  fileprivate let mask: UInt64

  /// - Parameter count: number of shares, a power of two.
  package init(_ number: Int, of count: Int) {
    precondition(count > 0 && count & (count - 1) == 0 && 0..<count ~= number)
    self.number = UInt64(number)
    mask = UInt64(count - 1)
  }

  package static let all = GroupShare(0, of: 1)

  /// - Parameter hash: of a key; slots are chosen by its other half.
  @inline(__always)
  func contains(_ hash: UInt64) -> Bool { hash & mask == number }
}

/// A hash table from keys of a fixed number of words to sums: open addressing, with entries in a pool.
///
/// Keys are added in batches, so that their cache misses overlap. One thread uses a table at a time.
package final class GroupTable: @unchecked Sendable {
  // Sendable: it moves from the worker that fills it to the one that merges, and is never shared.
  let keyWords: Int
  /// Maximum number of groups.
  private(set) var limit: Int
  package private(set) var count = 0
  /// Keys of other shares are ignored.
  private let share: GroupShare
  /// Key and sums of each group, concatenated; the first place is unused, because groups are numbered from 1
  /// internally.
  private var pool: WordMemory
  /// A 32-bit hash, whose high bits determine the slot, above the group's number; 0 for an empty slot. The load factor
  /// is at most three quarters. Of the reserved memory, the first `1 << slotBits` words are in use.
  private var slots: WordMemory
  private var slotBits = 13

  /// Number of keys in a batch.
  package static let batchSize = 64
  private static let sumWords = 3
  private static let tagBits: UInt64 = 0xffff_ffff_0000_0000

  private let stride: Int

  /// Whether flows may be partitioned; false once it was of no use.
  private var mayPartition: Bool
  /// Number of keys that were added to groups, each time one.
  private(set) var addedCount = 0
  /// Flows that were added since keys have turned out to repeat seldom, but for those that are too large.
  private var flows: PartitionedFlows?
  /// The numbers of the groups in each partition, after `divide`.
  private var divided: [[Int]] = []

  /// - Parameter mayPartition: whether flows may be left to `add(partition:of:)`; then there is no other way to read all.
  package init(keyWords: Int, limit: Int, share: GroupShare, mayPartition: Bool = false) {
    self.keyWords = keyWords
    self.share = share
    self.mayPartition = mayPartition
    stride = keyWords + Self.sumWords
    // A group's number has 32 bits in a slot.
    let wanted = min(limit, Int(UInt32.max) - Self.batchSize)
    pool = WordMemory(atMost: stride * (wanted + Self.batchSize + 1))
    self.limit = pool.count / stride - Self.batchSize - 1
    var mostSlots = 1 << slotBits
    while mostSlots * 3 < (self.limit + Self.batchSize) * 4 { mostSlots *= 2 }
    slots = WordMemory(atMost: mostSlots)
    slotBits = min(slotBits, slots.count.trailingZeroBitCount)
  }

  /// Adds sums to the groups of up to `batchSize` keys, which are concatenated in `keys`.
  ///
  /// - Returns: whether there was room for all.
  package func add(_ keys: Span<UInt64>, _ sums: Span<FlowSums>, count batch: Int) -> Bool {
    add(keys, apart: keyWords, sums, count: batch)
  }

  /// Adds sums to the groups of up to `batchSize` keys, which begin `distance` words apart in `keys`.
  ///
  /// - Returns: whether there was room for all.
  func add(_ keys: Span<UInt64>, apart distance: Int, _ sums: Span<FlowSums>, count batch: Int) -> Bool {
    precondition(count <= limit && batch <= Self.batchSize && keys.count >= batch * distance && sums.count >= batch)
    var hashes = InlineArray<64, UInt64>(repeating: 0)
    let secrets = Self.secrets
    for index in 0..<batch { hashes[index] = Self.hash(keys, index &* distance, keyWords, secrets) }
    // Subscripting the array itself would copy it (Swift 6.3).
    let hashSpan = hashes.span
    if flows == nil, !hasSlots(for: batch) { beginPartitioning() }
    if let flows { return append(keys, distance, sums, hashSpan, count: batch, to: flows) }
    return makeSlots(for: batch) && sum(keys, distance, sums, hashSpan, 0..<batch)
  }

  /// Adds to the groups of some keys, for which there are slots.
  @inline(__always)
  private func sum(
    _ keys: Span<UInt64>, _ distance: Int, _ sums: Span<FlowSums>, _ hashes: Span<UInt64>,
    _ range: Range<Int>
  ) -> Bool {
    var slots = slots.mutableWords
    var pool = pool.mutableWords
    let (stride, keyWords, share, bits) = (stride, keyWords, share, slotBits)
    var numbers = InlineArray<64, UInt32>(repeating: 0)
    // Issues independent loads close together: first the slots, then the groups that they most likely refer to.
    for index in range {
      numbers[index] = UInt32(truncatingIfNeeded: slots[Self.home(hashes[index], bits)])
    }
    var touched: UInt64 = 0
    for index in range { touched ^= pool[Int(numbers[index]) &* stride] }
    var (next, added) = (count, 0)
    for index in range where share.contains(hashes[index]) {
      let place =
        Self.find(
          keys, index &* distance, hashes[index], keyWords, stride, &slots, bits, &pool, &next) &+ keyWords
      pool[place] &+= sums[index].flows
      pool[place &+ 1] = pool[place &+ 1].plus(sums[index].packets)
      pool[place &+ 2] = pool[place &+ 2].plus(sums[index].octets)
      added &+= 1
    }
    count = next
    addedCount &+= added
    // Keeps the compiler from removing the loads.
    return next <= limit || touched == 0x5a5a_5a5a_5a5a_5a5a
  }

  /// Returns the place of a key's group in the pool, creating the group if necessary.
  @inline(__always)
  private static func find(
    _ keys: Span<UInt64>, _ start: Int, _ hash: UInt64, _ keyWords: Int, _ stride: Int,
    _ slots: inout MutableSpan<UInt64>, _ bits: Int, _ pool: inout MutableSpan<UInt64>, _ count: inout Int
  ) -> Int {
    let mask = 1 &<< bits &- 1
    let tag = hash & tagBits
    var slot = home(hash, bits)
    while true {
      let found = slots[slot]
      if found == 0 { break }
      if found & tagBits == tag {
        let place = Int(found & ~tagBits) &* stride
        var difference: UInt64 = 0
        for word in 0..<keyWords { difference |= keys[start &+ word] ^ pool[place &+ word] }
        if difference == 0 { return place }
      }
      slot = (slot &+ 1) & mask
    }
    // Unused parts of the pool are zero.
    count &+= 1
    let place = count &* stride
    for word in 0..<keyWords { pool[place &+ word] = keys[start &+ word] }
    slots[slot] = tag | UInt64(truncatingIfNeeded: count)
    return place
  }

  // MARK: Partitions

  /// Groups from which on flows are partitioned, if more than every second key was another.
  private static let partitionedGroups = 3 << 13

  package var isPartitioned: Bool { flows != nil }

  /// Begins to partition flows if that is allowed and of use.
  private func beginPartitioning() {
    guard mayPartition, count >= Self.partitionedGroups - Self.batchSize, count * 2 > addedCount else { return }
    // Half of the memory that as many groups as are allowed take, at a hundred octets each.
    flows = PartitionedFlows(keyWords: keyWords, words: limit * 6)
  }

  /// Leaves flows to their partitions, but for those that are too large.
  private func append(
    _ keys: Span<UInt64>, _ distance: Int, _ sums: Span<FlowSums>, _ hashes: Span<UInt64>,
    count batch: Int, to flows: PartitionedFlows
  ) -> Bool {
    let hashes = hashes.extracting(first: batch)
    var next = 0
    while true {
      next = flows.append(keys, apart: distance, sums, hashes, from: next, share)
      if next == batch { return !flows.isReviewDue || flows.keysRepeatSeldom() || endPartitioning() }
      if PartitionedFlows.fits(sums[next]) {
        let keys = keys.extracting(droppingFirst: next * distance)
        return endPartitioning()
          && add(keys, apart: distance, sums.extracting(droppingFirst: next), count: batch - next)
      }
      guard makeSlots(for: 1), sum(keys, distance, sums, hashes, next..<next + 1) else { return false }
      next += 1
    }
  }

  /// Sums all flows here, because keys have come to repeat often, or there is no room for more.
  ///
  /// - Returns: whether there was room for all groups.
  private func endPartitioning() -> Bool {
    guard let flows else { return true }
    self.flows = nil
    mayPartition = false
    return (0..<PartitionedFlows.partitionCount).allSatisfy { flows.add($0, to: self) }
  }

  /// Divides the groups into partitions, after all flows have been added.
  package func divide() {
    divided = [[Int]](repeating: [], count: PartitionedFlows.partitionCount)
    var key = [UInt64](repeating: 0, count: keyWords)
    for number in 0..<count {
      for word in 0..<keyWords { key[word] = pool[(number &+ 1) &* stride &+ word] }
      divided[PartitionedFlows.partition(of: Self.hash(key.span, 0, keyWords, Self.secrets))].append(number)
    }
  }

  /// Adds a partition of another table with the same key layout, which was divided.
  ///
  /// - Returns: whether there was room for all.
  package func add(partition: Int, of other: GroupTable) -> Bool {
    add(other.divided[partition], of: other) && other.flows?.add(partition, to: self) != false
  }

  /// Removes all groups and keeps the memory.
  package func removeAll() {
    var pool = pool.mutableWords
    for word in 0..<((count + 1) * stride) { pool[word] = 0 }
    var slots = slots.mutableWords
    for slot in 0..<slotCount { slots[slot] = 0 }
    (count, addedCount) = (0, 0)
  }

  // MARK: Slots

  private var slotCount: Int { 1 << slotBits }

  /// Returns the slot where the search for a hash begins.
  @inline(__always)
  private static func home(_ hash: UInt64, _ bits: Int) -> Int { Int(truncatingIfNeeded: hash &>> UInt64(64 &- bits)) }

  /// Whether there are slots for so many more groups.
  private func hasSlots(for more: Int) -> Bool { (count + more) * 4 <= slotCount * 3 }

  /// - Returns: whether there was enough memory.
  private func makeSlots(for more: Int) -> Bool {
    while !hasSlots(for: more) {
      guard growSlots() else { return false }
    }
    return true
  }

  /// - Returns: whether there was enough memory; otherwise no more groups are accepted.
  private func growSlots() -> Bool {
    guard slotCount * 2 <= slots.count else {
      limit = count
      return false
    }
    var words = slots.mutableWords
    Self.double(&words, slotBits)
    slotBits += 1
    return true
  }

  /// Doubles the number of slots in place: no other memory is touched, and all accesses are in order. A slot's home is about
  /// twice where it was, so that from the last one on, each moves behind all that are still to move.
  private static func double(_ slots: inout MutableSpan<UInt64>, _ bits: Int) {
    let count = 2 << bits
    // Those that would not move behind the others, as that of slot 0, or beyond the end.
    var left: [UInt64] = []
    var slot = count / 2
    while slot > 0 {
      slot &-= 1
      let taken = slots[slot]
      if taken == 0 { continue }
      slots[slot] = 0
      let home = home(taken, bits &+ 1)
      var target = home
      while target < count && slots[target] != 0 { target &+= 1 }
      if home > slot && target < count { slots[target] = taken } else { left.append(taken) }
    }
    for taken in left {
      var target = home(taken, bits + 1)
      while slots[target] != 0 { target = (target + 1) & (count - 1) }
      slots[target] = taken
    }
  }

  private struct Secrets {
    let first = UInt64.random(in: .min ... .max) | 1
    let second = UInt64.random(in: .min ... .max) | 1
  }

  /// Random in each process, so that senders of flows cannot construct collisions. To be read outside of loops: each access asks
  /// whether they have been made.
  private static let secrets = Secrets()

  /// Returns the first slot for a key, the same in all tables of this process.
  @inline(__always)
  static func place(of words: Span<UInt64>, _ start: Int, _ count: Int) -> Int {
    Int(truncatingIfNeeded: hash(words, start, count, secrets) &>> 32)
  }

  @inline(__always)
  private static func hash(_ words: Span<UInt64>, _ start: Int, _ count: Int, _ secrets: Secrets) -> UInt64 {
    var state = secrets.first
    for index in start..<(start &+ count) {
      let product = (state ^ words[index]).multipliedFullWidth(by: secrets.second)
      state = product.high ^ product.low ^ state &>> 32
    }
    let last = (state ^ secrets.first).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return last.high ^ last.low
  }

  // MARK: Reading

  /// Returns the words of a group's key.
  package func key(_ number: Int) -> [UInt64] {
    (0..<keyWords).map { pool[(number + 1) * stride + $0] }
  }

  package func sums(_ number: Int) -> FlowSums {
    let place = (number + 1) * stride + keyWords
    return FlowSums(flows: pool[place], packets: pool[place + 1], octets: pool[place + 2])
  }

  /// Returns the increase of a group's sums over the same group of another table, which must have less or nothing.
  ///
  /// - Parameter key: scratch memory for the group's key.
  func sums(_ number: Int, since other: GroupTable, _ key: inout [UInt64]) -> FlowSums {
    for word in 0..<keyWords { key[word] = pool[(number &+ 1) &* stride &+ word] }
    guard let before = other.number(of: key.span) else { return sums(number) }
    return sums(number).since(other.sums(before))
  }

  /// Returns the group of a key.
  private func number(of key: Span<UInt64>) -> Int? {
    let hash = Self.hash(key, 0, keyWords, Self.secrets)
    let mask = slotCount - 1
    var slot = Self.home(hash, slotBits)
    while slots[slot] != 0 {
      let found = slots[slot]
      if found & Self.tagBits == hash & Self.tagBits {
        let place = Int(found & ~Self.tagBits) &* stride
        var difference: UInt64 = 0
        for word in 0..<keyWords { difference |= key[word] ^ pool[place &+ word] }
        if difference == 0 { return Int(found & ~Self.tagBits) &- 1 }
      }
      slot = (slot &+ 1) & mask
    }
    return nil
  }

  /// Adds all groups of another table with the same key layout.
  func merge(_ other: GroupTable) -> Bool { add(0..<other.count, of: other) }

  /// Adds groups of another table with the same key layout.
  ///
  /// - Returns: whether there was room for all.
  func add(_ numbers: some RandomAccessCollection<Int>, of other: GroupTable) -> Bool {
    var keys = [UInt64](repeating: 0, count: Self.batchSize * keyWords)
    var sums = [FlowSums](repeating: FlowSums(), count: Self.batchSize)
    var rest = numbers[...]
    while !rest.isEmpty {
      let batch = rest.prefix(Self.batchSize)
      other.copy(batch, to: keys.mutableSpan, sums.mutableSpan)
      if !add(keys.span, sums.span, count: batch.count) { return false }
      rest = rest.dropFirst(batch.count)
    }
    return true
  }

  /// Copies the keys and sums of groups, one after the other.
  private func copy(
    _ numbers: some Collection<Int>, to keys: consuming MutableSpan<UInt64>, _ sums: consuming MutableSpan<FlowSums>
  ) {
    var next = 0
    for number in numbers {
      let place = (number &+ 1) &* stride
      for word in 0..<keyWords { keys[next &* keyWords &+ word] = pool[place &+ word] }
      sums[next] = self.sums(number)
      next &+= 1
    }
  }
}
