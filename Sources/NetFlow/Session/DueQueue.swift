/// Priority queue of slots by due time: a heap that tracks the position of each slot, so that any can be removed.
///
/// Adding and removing take O(log n). Slots due at the same time are returned in ascending order.
package struct DueQueue: Sendable {
  private struct Entry: BitwiseCopyable {
    var due: Int64
    var slot: Int32

    func isBefore(_ other: Entry) -> Bool { (due, slot) < (other.due, other.slot) }
  }

  private var heap: [Entry] = []
  /// Position of each slot in `heap`; -1 if absent.
  private var places: [Int32] = []

  package init() {}

  package var count: Int { heap.count }

  package func contains(_ slot: Int) -> Bool { slot < places.count && places[slot] >= 0 }

  /// Adds a slot that is not in the queue.
  package mutating func add(_ slot: Int, due: Int64) {
    if slot >= places.count { places += Array(repeating: -1, count: slot + 1 - places.count) }
    heap.append(Entry(due: due, slot: Int32(truncatingIfNeeded: slot)))
    raise(heap.count - 1)
  }

  package mutating func remove(_ slot: Int) {
    guard contains(slot) else { return }
    let place = Int(places[slot])
    places[slot] = -1
    let last = heap.removeLast()
    guard place < heap.count else { return }
    heap[place] = last
    places[Int(last.slot)] = Int32(truncatingIfNeeded: place)
    raise(place)
    lower(Int(places[Int(last.slot)]))
  }

  /// Removes and returns the first slot if it is due at `time`.
  package mutating func takeFirst(until time: Int64) -> Int? {
    guard let first = heap.first, first.due <= time else { return nil }
    remove(Int(first.slot))
    return Int(first.slot)
  }

  /// All slots, in no particular order.
  package var slots: [Int] { heap.map { Int($0.slot) } }

  private mutating func raise(_ start: Int) {
    var place = start
    let entry = heap[place]
    while place > 0, entry.isBefore(heap[(place - 1) / 2]) {
      put(heap[(place - 1) / 2], at: place)
      place = (place - 1) / 2
    }
    put(entry, at: place)
  }

  private mutating func lower(_ start: Int) {
    var place = start
    let entry = heap[place]
    while true {
      var child = 2 * place + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
      guard heap[child].isBefore(entry) else { break }
      put(heap[child], at: place)
      place = child
    }
    put(entry, at: place)
  }

  private mutating func put(_ entry: Entry, at place: Int) {
    heap[place] = entry
    places[Int(entry.slot)] = Int32(truncatingIfNeeded: place)
  }
}
