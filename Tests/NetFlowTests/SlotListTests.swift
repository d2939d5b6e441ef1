import NetFlow
import TestSupport
import Testing

@Suite("Lists of slots")
struct SlotListTests {
  @Test("do what arrays do, whatever is done to them")
  func model() {
    let seed = runSeed("SLOTS_SEED")
    var random = SeededGenerator(seed: seed)
    var links = SlotLinks()
    var lists = Array(repeating: SlotLinks.List(), count: 3)
    var wanted: [[Int]] = [[], [], []]
    var home: [Int: Int] = [:]
    for _ in 0..<20_000 {
      let slot = random.below(40)
      if let list = home[slot] {
        if random.below(2) == 0 {
          links.moveToEnd(slot, of: &lists[list])
          wanted[list].removeAll { $0 == slot }
          wanted[list].append(slot)
        } else {
          links.remove(slot, from: &lists[list])
          wanted[list].removeAll { $0 == slot }
          home[slot] = nil
        }
      } else {
        let list = random.below(3)
        links.append(slot, to: &lists[list])
        wanted[list].append(slot)
        home[slot] = list
      }
      let list = random.below(3)
      var found: [Int] = []
      var next = lists[list].first
      while let slot = next {
        found.append(slot)
        next = links.slot(after: slot)
      }
      guard found == wanted[list], lists[list].count == found.count, lists[list].last == found.last else {
        Issue.record("\(found) and not \(wanted[list]), seed \(seed)")
        return
      }
    }
  }

  @Test("and a queue gives slots in order of their times, those removed never")
  func queue() {
    let seed = runSeed("QUEUE_SEED")
    var random = SeededGenerator(seed: seed)
    var queue = DueQueue()
    var wanted: [Int: Int64] = [:]
    for _ in 0..<20_000 {
      let slot = random.below(200)
      switch random.below(3) {
      case 0 where wanted[slot] == nil:
        let due = Int64(random.below(1000))
        queue.add(slot, due: due)
        wanted[slot] = due
      case 1:
        queue.remove(slot)
        wanted[slot] = nil
      default:
        let time = Int64(random.below(1000))
        let first = wanted.filter { $0.value <= time }.min { ($0.value, $0.key) < ($1.value, $1.key) }?.key
        let found = queue.takeFirst(until: time)
        guard found == first else {
          Issue.record("\(String(describing: found)) and not \(String(describing: first)), seed \(seed)")
          return
        }
        if let first { wanted[first] = nil }
      }
      #expect(queue.count == wanted.count)
    }
    #expect(queue.slots.sorted() == wanted.keys.sorted())
  }
}
