import NetworkBytes

/// Where in the pool a flow is, by the hash of its key: open addressing with linear probing.
///
/// A slot is `tag << 32 | index + 1`, or zero if empty. The tag is the key's hash: its low bits select the first slot,
/// the others avoid most key comparisons, and growing and removing need no access to flows. Removal shifts slots back,
/// so there are no tombstones. The load factor is at most one half.
struct SlotTable: ~Copyable {
  private var slots: [UInt64]
  private var mask: Int
  private(set) var count = 0

  static let minimumSlots = 1 << 10
  /// With random secrets and a half-full table, longer probes practically do not occur.
  static let maximumProbe = 256

  init() {
    slots = Self.empty(Self.minimumSlots)
    mask = Self.minimumSlots - 1
  }

  // MARK: Probing
  @inline(__always) func home(_ tag: UInt32) -> Int { Int(tag) & mask }
  @inline(__always) func next(_ position: Int) -> Int { (position &+ 1) & mask }
  @inline(__always) subscript(position: Int) -> UInt64 { slots[position] }
  @inline(__always) static func tag(_ slot: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: slot &>> 32) }
  /// Returns the index in a non-empty slot.
  @inline(__always) static func index(_ slot: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: slot)) &- 1 }
  @inline(__always) private static func slot(_ tag: UInt32, _ index: Int) -> UInt64 {
    UInt64(tag) &<< 32 | UInt64(truncatingIfNeeded: index &+ 1)
  }

  /// Returns the first index with this tag without comparing keys; -1 if there is none.
  @inline(__always)
  func candidate(_ tag: UInt32) -> Int {
    var position = home(tag)
    while true {
      let slot = slots[position]
      if slot == 0 { return -1 }
      if Self.tag(slot) == tag { return Self.index(slot) }
      position = next(position)
    }
  }

  /// Returns every index with this tag, in probe order.
  func candidates(_ tag: UInt32) -> [Int] {
    var found: [Int] = []
    var position = home(tag)
    while slots[position] != 0 {
      if Self.tag(slots[position]) == tag { found.append(Self.index(slots[position])) }
      position = next(position)
    }
    return found
  }

  /// The longest distance of a slot from its home.
  var longestProbe: Int {
    slots.indices.filter { slots[$0] != 0 }.map { ($0 &- home(Self.tag(slots[$0]))) & mask }.max() ?? 0
  }

  /// Has the processor fetch where probing for this tag starts.
  @inline(__always)
  func prefetch(_ tag: UInt32) { slots.span.prefetch(home(tag)) }

  // MARK: Changing
  /// Adds an index that is not in the table. False: the probe was too long, the secrets should be changed.
  mutating func insert(_ tag: UInt32, _ index: Int) -> Bool {
    if (count &+ 1) &* 2 > slots.count { resize(to: slots.count * 2) }
    count &+= 1
    return place(Self.slot(tag, index)) <= Self.maximumProbe
  }

  /// Removes an index that was added with this tag.
  mutating func remove(_ tag: UInt32, _ index: Int) {
    var span = slots.mutableSpan
    let isRemoved = Self.remove(Self.slot(tag, index), from: &span)
    if isRemoved { count &-= 1 }
  }

  /// Removes indexes that were added with these tags.
  mutating func remove(_ tags: Span<UInt32>, _ indexes: Span<UInt32>) {
    var span = slots.mutableSpan
    var removed = 0
    for place in indexes.indices where Self.remove(Self.slot(tags[place], Int(indexes[place])), from: &span) {
      removed &+= 1
    }
    count &-= removed
  }

  /// Removes a slot and closes the hole.
  @inline(__always)
  private static func remove(_ wanted: UInt64, from slots: inout MutableSpan<UInt64>) -> Bool {
    let mask = slots.count &- 1
    var hole = Int(tag(wanted)) & mask
    while slots[hole] != wanted {
      if slots[hole] == 0 { return false }
      hole = (hole &+ 1) & mask
    }
    var position = (hole &+ 1) & mask
    while true {
      let slot = slots[position]
      if slot == 0 { break }
      // A slot may move back as far as its home.
      let distance = (position &- Int(tag(slot))) & mask
      if distance >= (position &- hole) & mask {
        slots[hole] = slot
        hole = position
      }
      position = (position &+ 1) & mask
    }
    slots[hole] = 0
    return true
  }

  /// Rebuilds the table with new tags; probes may have any length.
  mutating func retag(_ flows: [LiveFlow]) {
    let old = slots
    slots = Self.empty(old.count)
    for slot in old where slot != 0 {
      let index = Self.index(slot)
      _ = place(Self.slot(flows[index].tag, index))
    }
  }

  private static func empty(_ size: Int) -> [UInt64] {
    var slots: [UInt64] = []
    slots.reserveLargePages(size)
    slots.append(contentsOf: repeatElement(0, count: size))
    return slots
  }

  private mutating func resize(to size: Int) {
    let old = slots
    slots = Self.empty(size)
    mask = size - 1
    for slot in old where slot != 0 { _ = place(slot) }
  }

  /// Puts a slot at the first empty position from its home; returns the distance.
  @inline(__always)
  private mutating func place(_ slot: UInt64) -> Int {
    let mask = mask
    var slots = slots.mutableSpan
    var position = Int(Self.tag(slot)) & mask
    var distance = 0
    while slots[position] != 0 {
      position = (position &+ 1) & mask
      distance &+= 1
    }
    slots[position] = slot
    return distance
  }
}
