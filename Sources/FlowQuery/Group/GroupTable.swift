/// Flows, packets and octets of something.
public struct FlowSums: Hashable, Sendable {
  public var flows: UInt64 = 0
  public var packets: UInt64 = 0
  public var octets: UInt64 = 0

  public init() {}

  init(flows: UInt64, packets: UInt64, octets: UInt64) {
    self.flows = flows
    self.packets = packets
    self.octets = octets
  }

  /// Packets and bits a second over a time, whole numbers.
  public func rates(over seconds: Double) -> (packets: UInt64, bits: UInt64) {
    guard seconds > 0 else { return (0, 0) }
    func rate(_ value: Double) -> UInt64 { UInt64(exactly: (value / seconds).rounded()) ?? .max }
    return (rate(Double(packets)), rate(Double(octets) * 8))
  }

  static func += (a: inout Self, b: Self) {
    a.flows &+= b.flows
    a.packets = a.packets.plus(b.packets)
    a.octets = a.octets.plus(b.octets)
  }
}

/// Groups by keys of a fixed number of words, with their sums: an open-addressing table over a pool.
///
/// Keys come in batches, so that what each misses in the caches is fetched beside that of others.
struct GroupTable {
  let keyWords: Int
  /// The most groups that it takes.
  let limit: Int
  private(set) var count = 0
  /// Key and sums of each group, end to end.
  private var pool: [UInt64] = []
  /// A hash of 32 bits, whose low ones say where it is looked for, above the group's number counted from 1; 0: free.
  /// At most three quarters are taken.
  private var slots: [UInt64]
  private var hashes = [UInt64](repeating: 0, count: batchSize)
  private var candidates = [UInt64](repeating: 0, count: batchSize)

  /// Keys of a batch.
  static let batchSize = 64
  private static let sumWords = 3

  private var stride: Int { keyWords + Self.sumWords }

  init(keyWords: Int, limit: Int) {
    self.keyWords = keyWords
    // A group's number has 32 bits in a slot.
    self.limit = min(limit, Int(UInt32.max) - Self.batchSize)
    slots = [UInt64](repeating: 0, count: 1 << 12)
  }

  /// Adds sums to the groups of up to `batchSize` keys, which stand end to end in `keys`.
  ///
  /// - Returns: whether there was room for all.
  mutating func add(_ keys: [UInt64], _ sums: [FlowSums], count batch: Int) -> Bool {
    precondition(batch <= Self.batchSize && keys.count >= batch * keyWords && sums.count >= batch)
    while (count + batch) * 4 > slots.count * 3 { grow() }
    let mask = UInt64(slots.count - 1)
    for index in 0..<batch { hashes[index] = Self.hash(keys, index &* keyWords, keyWords) }
    // Loads that do not wait for one another: the slots, and then the groups that they most likely lead to.
    for index in 0..<batch { candidates[index] = slots[Int(hashes[index] &>> 32 & mask)] }
    var touched: UInt64 = 0
    for index in 0..<batch where candidates[index] != 0 {
      touched ^= pool[Int(candidates[index] & 0xffff_ffff) &* stride &- 1]
    }
    // The compiler must not leave the loads out.
    if touched == 0x5a5a_5a5a_5a5a_5a5a { candidates[0] = 0 }
    for index in 0..<batch {
      let place = find(keys, index &* keyWords, hashes[index]) &+ keyWords
      pool[place] &+= sums[index].flows
      pool[place &+ 1] = pool[place &+ 1].plus(sums[index].packets)
      pool[place &+ 2] = pool[place &+ 2].plus(sums[index].octets)
    }
    return count <= limit
  }

  /// The place of a key's group in the pool, which is made if it is not there.
  @inline(__always)
  private mutating func find(_ keys: [UInt64], _ start: Int, _ hash: UInt64) -> Int {
    let mask = slots.count &- 1
    let tag = hash & 0xffff_ffff_0000_0000
    var slot = Int(truncatingIfNeeded: hash &>> 32) & mask
    while true {
      let found = slots[slot]
      if found == 0 { break }
      if found & 0xffff_ffff_0000_0000 == tag {
        let place = (Int(found & 0xffff_ffff) &- 1) &* stride
        if isEqual(keys, start, place) { return place }
      }
      slot = (slot &+ 1) & mask
    }
    let place = pool.count
    for word in 0..<keyWords { pool.append(keys[start &+ word]) }
    for _ in 0..<Self.sumWords { pool.append(0) }
    count &+= 1
    slots[slot] = tag | UInt64(count)
    return place
  }

  @inline(__always)
  private func isEqual(_ keys: [UInt64], _ start: Int, _ place: Int) -> Bool {
    var difference: UInt64 = 0
    for word in 0..<keyWords { difference |= keys[start &+ word] ^ pool[place &+ word] }
    return difference == 0
  }

  private mutating func grow() {
    var larger = [UInt64](repeating: 0, count: slots.count * 4)
    let mask = larger.count - 1
    for taken in slots where taken != 0 {
      var slot = Int(truncatingIfNeeded: taken &>> 32) & mask
      while larger[slot] != 0 { slot = (slot &+ 1) & mask }
      larger[slot] = taken
    }
    slots = larger
  }

  /// Random for each process, so that nobody who sends flows can choose keys that collide.
  private static let secret = UInt64.random(in: .min ... .max) | 1
  private static let secondSecret = UInt64.random(in: .min ... .max) | 1

  @inline(__always)
  private static func hash(_ words: [UInt64], _ start: Int, _ count: Int) -> UInt64 {
    var state = secret
    for index in start..<(start &+ count) {
      let product = (state ^ words[index]).multipliedFullWidth(by: secondSecret)
      state = product.high ^ product.low ^ state &>> 32
    }
    let last = (state ^ secret).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return last.high ^ last.low
  }

  // MARK: Reading

  func key(_ number: Int) -> ArraySlice<UInt64> { pool[(number * stride)..<(number * stride + keyWords)] }

  func sums(_ number: Int) -> FlowSums {
    let place = number * stride + keyWords
    return FlowSums(flows: pool[place], packets: pool[place + 1], octets: pool[place + 2])
  }

  /// Adds all groups of another table with the same keys.
  mutating func merge(_ other: GroupTable) -> Bool {
    var keys = [UInt64](repeating: 0, count: Self.batchSize * keyWords)
    var sums = [FlowSums](repeating: FlowSums(), count: Self.batchSize)
    var filled = 0
    for number in 0..<other.count {
      let key = other.key(number)
      for word in 0..<keyWords { keys[filled * keyWords + word] = key[key.startIndex + word] }
      sums[filled] = other.sums(number)
      filled += 1
      if filled == Self.batchSize || number == other.count - 1 {
        if !add(keys, sums, count: filled) { return false }
        filled = 0
      }
    }
    return true
  }
}
