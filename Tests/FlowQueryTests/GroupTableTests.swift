import FlowQuery
import TestSupport
import Testing

@Suite("Group tables whose flows are partitioned, against a model")
struct GroupTableTests {
  /// Adds flows of keys, which are numbers, to tables and to a model.
  private struct Sample {
    var model: [UInt64: FlowSums] = [:]
    var random: SeededGenerator
    /// Whether there was room for all.
    private(set) var isWhole = true
    private var keys: [UInt64] = []
    private var sums: [FlowSums] = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// Both words of a key depend on its number.
    static func words(_ number: UInt64) -> [UInt64] { [number / 3, number &* 0x1_0000_0001] }

    mutating func add(_ number: UInt64, to table: GroupTable) {
      var sum = FlowSums(flows: 1, packets: UInt64(random.below(9)), octets: random.next() >> 40)
      // Some do not fit into half a word; some have sums of several flows.
      if random.below(200) == 0 { sum.octets <<= 20 }
      if random.below(300) == 0 { sum.packets <<= 40 }
      if random.below(400) == 0 { sum.flows = 3 }
      model[number, default: FlowSums()] += sum
      keys += Self.words(number)
      sums.append(sum)
      if sums.count == GroupTable.batchSize { flush(to: table) }
    }

    mutating func flush(to table: GroupTable) {
      if !table.add(keys.span, sums.span, count: sums.count) { isWhole = false }
      (keys, sums) = ([], [])
    }

    /// Checks that these tables have all groups of the model, and no others.
    func expect(_ tables: [GroupTable], _ note: Comment) {
      #expect(isWhole, note)
      #expect(tables.reduce(0) { $0 + $1.count } == model.count, note)
      var wrong = 0
      var left = model
      for table in tables {
        for number in 0..<table.count {
          let words = table.key(number)
          let key = words[1] & 0xffff_ffff
          if words != Self.words(key) || left.removeValue(forKey: key) != table.sums(number) { wrong += 1 }
        }
      }
      #expect(wrong == 0 && left.isEmpty, note)
    }
  }

  private static func table(limit: Int = 1_000_000, share: GroupShare = .all) -> GroupTable {
    GroupTable(keyWords: 2, limit: limit, share: share, mayPartition: true)
  }

  /// Returns the sums of each partition of tables.
  private static func partitions(of tables: [GroupTable]) -> [GroupTable] {
    for table in tables { table.divide() }
    // One for two partitions after the other shows what is left of the first.
    let again = GroupTable(keyWords: 2, limit: 1_000_000, share: .all)
    return (0..<PartitionedFlows.partitionCount).map { partition in
      let sum = GroupTable(keyWords: 2, limit: 1_000_000, share: .all)
      again.removeAll()
      for table in tables {
        #expect(sum.add(partition: partition, of: table) && again.add(partition: partition, of: table))
      }
      #expect(again.count == sum.count)
      return sum
    }
  }

  @Test("keys that seldom repeat: each is in one partition with all its flows, those of several tables together")
  func seldom() {
    let seed = runSeed("FLOWQUERY_TABLE_SEED")
    var sample = Sample(seed: seed)
    let tables = [Self.table(), Self.table()]
    for table in tables {
      for _ in 0..<150_000 { sample.add(UInt64(sample.random.below(200_000)), to: table) }
      sample.flush(to: table)
      #expect(table.isPartitioned)
    }
    sample.expect(Self.partitions(of: tables), "seed \(seed)")
  }

  @Test("the shares of several passes have each key once")
  func shares() {
    let seed = runSeed("FLOWQUERY_SHARE_SEED")
    var found: [GroupTable] = []
    var sample = Sample(seed: seed)
    for pass in 0..<4 {
      sample = Sample(seed: seed)
      let table = Self.table(share: GroupShare(pass, of: 4))
      for _ in 0..<300_000 { sample.add(UInt64(sample.random.below(300_000)), to: table) }
      sample.flush(to: table)
      #expect(table.isPartitioned)
      found += Self.partitions(of: [table])
    }
    sample.expect(found, "seed \(seed)")
  }

  @Test("keys that repeat often are summed at once: from the beginning, or as soon as they come to")
  func often() {
    let seed = runSeed("FLOWQUERY_OFTEN_SEED")
    var sample = Sample(seed: seed)
    let table = Self.table()
    for _ in 0..<200_000 { sample.add(UInt64(sample.random.below(26_000)), to: table) }
    sample.flush(to: table)
    #expect(!table.isPartitioned)
    sample.expect([table], "seed \(seed)")

    sample = Sample(seed: seed)
    let other = Self.table()
    for number in 0..<60_000 { sample.add(UInt64(number), to: other) }
    #expect(other.isPartitioned)
    for _ in 0..<1_600_000 { sample.add(UInt64(sample.random.below(1000)), to: other) }
    sample.flush(to: other)
    #expect(!other.isPartitioned)
    sample.expect([other], "seed \(seed)")
  }

  @Test("without room for more flows, groups are summed at once if there are no more than the limit")
  func room() {
    let seed = runSeed("FLOWQUERY_ROOM_SEED")
    for (limit, isEnough) in [(200_000, true), (100_000, false)] {
      var sample = Sample(seed: seed)
      let table = Self.table(limit: limit)
      for number in 0..<60_000 { sample.add(UInt64(number), to: table) }
      #expect(table.isPartitioned)
      for _ in 0..<400_000 where sample.isWhole { sample.add(UInt64(sample.random.below(180_000)), to: table) }
      #expect(!table.isPartitioned)
      #expect(sample.isWhole == isEnough, "seed \(seed)")
      if isEnough {
        sample.flush(to: table)
        sample.expect([table], "seed \(seed)")
      }
    }
  }
}
