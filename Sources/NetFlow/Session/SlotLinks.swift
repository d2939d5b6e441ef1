/// Lists of slots, numbers from 0 on, linked both ways: to append, to remove and to move to the end take constant time, and
/// nothing is allocated but for the greatest slot so far.
///
/// A slot is in one list at most. Whoever has the lists says which one it is in; `SlotLinks` does not know.
package struct SlotLinks: Sendable {
  private struct Link: BitwiseCopyable {
    var before: Int32 = -1
    var after: Int32 = -1
  }

  /// One list: its ends.
  package struct List: Sendable, BitwiseCopyable {
    fileprivate var firstSlot: Int32 = -1
    fileprivate var lastSlot: Int32 = -1
    package fileprivate(set) var count = 0

    package init() {}

    /// The slot that was appended, or moved to the end, longest ago; nil: the list is empty.
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

  /// Removes a slot from the list that it is in.
  package mutating func remove(_ slot: Int, from list: inout List) {
    let link = links[slot]
    if link.before >= 0 { links[Int(link.before)].after = link.after } else { list.firstSlot = link.after }
    if link.after >= 0 { links[Int(link.after)].before = link.before } else { list.lastSlot = link.before }
    links[slot] = Link()
    list.count -= 1
  }

  /// Moves a slot to the end of the list that it is in.
  @inline(__always)
  package mutating func moveToEnd(_ slot: Int, of list: inout List) {
    guard list.last != slot else { return }
    remove(slot, from: &list)
    append(slot, to: &list)
  }

  /// The slot behind this one in its list; nil: it is the last.
  package func slot(after slot: Int) -> Int? { links[slot].after < 0 ? nil : Int(links[slot].after) }
}
