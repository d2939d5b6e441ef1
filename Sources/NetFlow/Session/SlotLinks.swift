/// Doubly linked lists of slots, which are numbers from 0: appending, removing and moving to the end take constant
/// time, and memory is allocated only for a new greatest slot.
///
/// A slot is in at most one list. The owner of the lists knows which one; `SlotLinks` does not.
package struct SlotLinks: Sendable {
  private struct Link: BitwiseCopyable {
    var before: Int32 = -1
    var after: Int32 = -1
  }

  /// First and last slot of a list.
  package struct List: Sendable, BitwiseCopyable {
    fileprivate var firstSlot: Int32 = -1
    fileprivate var lastSlot: Int32 = -1
    package fileprivate(set) var count = 0

    package init() {}

    /// Slot that was appended or moved to the end longest ago; nil if the list is empty.
    package var first: Int? { firstSlot < 0 ? nil : Int(firstSlot) }
    package var last: Int? { lastSlot < 0 ? nil : Int(lastSlot) }
    package var isEmpty: Bool { firstSlot < 0 }
  }

  private var links: [Link] = []

  package init() {}

  /// Appends a slot that is in no list.
  package mutating func append(_ slot: Int, to list: inout List) {
    if slot >= links.count { links += Array(repeating: Link(), count: slot + 1 - links.count) }
    let number = Int32(truncatingIfNeeded: slot)
    links[slot] = Link(before: list.lastSlot, after: -1)
    if let last = list.last { links[last].after = number } else { list.firstSlot = number }
    list.lastSlot = number
    list.count += 1
  }

  /// Removes a slot from its list.
  package mutating func remove(_ slot: Int, from list: inout List) {
    let link = links[slot]
    if link.before >= 0 { links[Int(link.before)].after = link.after } else { list.firstSlot = link.after }
    if link.after >= 0 { links[Int(link.after)].before = link.before } else { list.lastSlot = link.before }
    links[slot] = Link()
    list.count -= 1
  }

  /// Moves a slot to the end of its list.
  @inline(__always)
  package mutating func moveToEnd(_ slot: Int, of list: inout List) {
    guard list.last != slot else { return }
    remove(slot, from: &list)
    append(slot, to: &list)
  }

  /// Returns the next slot in the list; nil after the last.
  package func slot(after slot: Int) -> Int? { links[slot].after < 0 ? nil : Int(links[slot].after) }
}
