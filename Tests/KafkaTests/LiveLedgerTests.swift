import FlowStore
import Kafka
import TestSupport
import Testing

@Suite("Which rows of files were acknowledged before", .ownThread)
struct LiveLedgerTests {
  /// A row group in a store's writer, and a model of its rows.
  private struct Group {
    let id: RowGroupID
    /// The key of each row in order of appending; nil if it was not sent.
    var keys: [Int?] = []
    var order: [UInt32]?
  }

  private struct File {
    let path: String
    var groups: [Group] = []
    var isPublished = false
  }

  /// A store's writer, and a sender whose brokers fail at random.
  private struct World {
    let ledger = LiveLedger(maximumOctets: 1 << 30)
    var random: SeededGenerator
    var open = Group(id: RowGroupID(worker: 0, number: 0))
    var file = File(path: "0")
    var held: [File] = []
    var published: [File] = []
    var onTheWay: [Int] = []
    var acknowledged: Set<Int> = []
    var number: UInt64 = 0
    var (taken, failed, dropped, checkedFiles) = (0, 0, 0, 0)

    init(_ seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func append() {
      let count = 1 + random.below(40)
      guard random.below(8) > 0 else {
        // A full queue, or a tap added later.
        open.keys += [Int?](repeating: nil, count: count)
        dropped += count
        return ledger.drop(count)
      }
      let first = ledger.take(open.id, first: open.keys.count, count: count)
      let keys = (0..<count).map { first + $0 }
      open.keys += keys
      onTheWay += keys
      taken += count
    }

    mutating func write() {
      if open.keys.isEmpty { return }
      if random.below(20) == 0 {
        ledger.discarded([open.id])
      } else {
        let order = (0..<UInt32(open.keys.count)).shuffled(using: &random)
        ledger.written(open.id, order: order)
        open.order = order
        file.groups.append(open)
      }
      number += 1
      open = Group(id: RowGroupID(worker: 0, number: number))
    }

    mutating func rotate() {
      if file.groups.isEmpty { return }
      held.append(file)
      file = File(path: "\(number)")
    }

    mutating func publish() {
      if held.isEmpty { return }
      let file = held.removeFirst()
      if random.below(10) == 0 { return ledger.discarded(file.groups.map(\.id)) }
      ledger.published(file.path, file.groups.map(\.id))
      published.append(file)
    }

    mutating func report() {
      if onTheWay.isEmpty { return }
      let isGood = random.below(3) > 0
      var keys: [Int] = []
      for _ in 0..<min(onTheWay.count, 1 + random.below(60)) {
        keys.append(onTheWay.remove(at: random.below(min(onTheWay.count, 90))))
      }
      if isGood {
        acknowledged.formUnion(keys)
        ledger.acknowledge(keys)
      } else {
        failed += keys.count
        ledger.fail(keys)
      }
    }

    func isSettled(_ file: File) -> Bool {
      let waiting = Set(onTheWay)
      return !file.groups.contains { $0.keys.contains { $0.map(waiting.contains) ?? false } }
    }

    /// Checks that the file's shipment and the model agree row by row.
    mutating func ship() {
      guard !published.isEmpty else { return }
      let index = random.below(published.count)
      let file = published[index]
      #expect(ledger.isSettled(file.path) == isSettled(file))
      if !isSettled(file) { return }
      published.remove(at: index)
      checkedFiles += 1
      let expected = file.groups.flatMap { group in
        (group.order ?? []).map { group.keys[Int($0)].map(acknowledged.contains) ?? false }
      }
      let found = ledger.remove(file.path, groups: file.groups.map(\.keys.count))
      #expect((found?.count ?? 0) == expected.count { $0 })
      if let found { #expect(expected.indices.allSatisfy { found.contains($0) == expected[$0] }) }
      #expect(ledger.remove(file.path, groups: file.groups.map(\.keys.count)) == nil)
    }
  }

  @Test("are those of each row's own acknowledgement, in whatever order things happen")
  func property() {
    let seed = runSeed("KAFKA_LEDGER_SEED")
    for round in UInt64(0)..<20 {
      var world = World(seed &+ round)
      for _ in 0..<1500 {
        switch world.random.below(12) {
        case 0...4: world.append()
        case 5: world.write()
        case 6: if world.random.below(3) == 0 { world.write(); world.rotate() }
        case 7: world.publish()
        case 8: world.ship()
        default: world.report()
        }
      }
      world.write()
      world.rotate()
      while !world.held.isEmpty { world.publish() }
      while !world.onTheWay.isEmpty { world.report() }
      while !world.published.isEmpty { world.ship() }
      #expect(world.checkedFiles > 5, "KAFKA_LEDGER_SEED=\(seed)")
      let counts = world.ledger.counts
      #expect(counts.taken == UInt64(world.taken) && counts.failed == UInt64(world.failed))
      #expect(counts.acknowledged == UInt64(world.acknowledged.count) && counts.dropped == UInt64(world.dropped))
      #expect(counts.pending == 0)
      #expect(world.ledger.octets == 0, "files that are gone leave nothing")
    }
  }

  /// Returns the shipment of a file of one row group whose rows are all acknowledged.
  private func ship(_ ledger: LiveLedger, _ number: UInt64, rows: Int, missing: Int = 0) {
    let id = RowGroupID(worker: 1, number: number)
    let first = ledger.take(id, first: 0, count: rows)
    ledger.acknowledge((missing..<rows).map { first + $0 })
    if missing > 0 { ledger.fail(from: first, count: missing) }
    ledger.written(id, order: (0..<UInt32(rows)).reversed())
    ledger.published("\(number)", [id])
  }

  @Test("are none of a file that has other row groups than were written")
  func otherFile() {
    for groups in [[], [9], [11], [10, 1], [5, 5]] {
      let ledger = LiveLedger(maximumOctets: 1 << 20)
      ship(ledger, 1, rows: 10)
      #expect(ledger.remove("1", groups: groups) == nil)
    }
    let ledger = LiveLedger(maximumOctets: 1 << 20)
    ship(ledger, 1, rows: 10, missing: 3)
    #expect(ledger.remove("2", groups: [10]) == nil)
    let rows = ledger.remove("1", groups: [10])
    #expect(rows.map { rows in (0..<10).filter(rows.contains) } == [0, 1, 2, 3, 4, 5, 6])
  }

  @Test("of one whose reports never come are none")
  func unreported() {
    let ledger = LiveLedger(maximumOctets: 1 << 20)
    let id = RowGroupID(worker: 0, number: 0)
    let first = ledger.take(id, first: 0, count: 4)
    ledger.acknowledge([first, first + 1])
    ledger.written(id, order: [0, 1, 2, 3])
    ledger.published("a", [id])
    #expect(!ledger.isSettled("a"))
    #expect(ledger.remove("a", groups: [4]) == nil)
    ledger.acknowledge([first + 2, first + 3])
    #expect(ledger.counts.acknowledged == 4)
  }

  @Test("are forgotten of the files that have waited longest once they take more memory than they may")
  func bound() {
    let ledger = LiveLedger(maximumOctets: 100_000)
    for number in UInt64(0)..<1000 { ship(ledger, number, rows: 800, missing: 1) }
    #expect(ledger.octets <= 100_000)
    #expect(ledger.remove("0", groups: [800]) == nil)
    #expect(ledger.remove("999", groups: [800])?.count == 799)
  }
}
