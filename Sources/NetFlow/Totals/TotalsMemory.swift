/// Counts of both directions of a flow: octets, packets, octets of the reverse direction, its packets.
typealias FlowCounts = SIMD4<UInt64>

/// The last running totals of each flow, and what each connection has counted so far.
///
/// Bounded: those used least recently are evicted, one for each new one. Flows are known by a keyed hash of what identifies
/// them (see `SipHash`), so that an entry has 96 octets and nobody can choose flows that are taken for one another.
/// Nothing is allocated before the first entry. A look-up takes constant time.
struct TotalsMemory: Sendable {
  struct Entry: Sendable, BitwiseCopyable {
    let identity: SipHash.Digest
    /// Of a flow: its last totals. Of a connection: what was counted of it.
    var counts = FlowCounts()
    /// Of a connection: when it started, as sent; 0: unknown.
    var start: UInt64 = 0
    /// Of a connection: the time of its newest event, milliseconds since 1970 UTC.
    var newest = Int64.min
    /// Of a connection: the time of its teardown, likewise; `.min`: there was none yet.
    var teardown = Int64.min
    fileprivate var newer: UInt32 = 0
    fileprivate var older: UInt32 = 0

    init(_ identity: SipHash.Digest) { self.identity = identity }
  }

  let maximumCount: Int
  /// The key of the hash, drawn at random for each memory and kept with it.
  let key: SipHash.Key
  /// Entries that were evicted because the memory was full.
  private(set) var evicted: UInt64 = 0
  private var entries: [Entry] = []
  /// Open addressing with linear probing: a place in `entries` plus 1; 0: empty. At most half of the slots are taken.
  private var slots: [UInt32] = []
  // A list through all entries by their last use, of places plus 1.
  private var newest: UInt32 = 0
  private var oldest: UInt32 = 0

  init(maximumCount: Int, key: SipHash.Key = .random(), evicted: UInt64 = 0) {
    self.maximumCount = min(max(maximumCount, 1), 1 << 30)
    self.key = key
    self.evicted = evicted
  }

  var count: Int { entries.count }

  subscript(place: Int) -> Entry {
    @inline(__always) get { entries[place] }
    @inline(__always) _modify { yield &entries[place] }
  }

  /// The places of all entries, the least recently used first.
  var places: [Int] {
    var places: [Int] = []
    places.reserveCapacity(entries.count)
    var next = oldest
    while next != 0 {
      places.append(Int(next) - 1)
      next = entries[Int(next) - 1].newer
    }
    return places
  }

  /// The place of an entry, which is then the most recently used; nil if there is none.
  mutating func find(_ identity: SipHash.Digest) -> Int? {
    guard !slots.isEmpty else { return nil }
    var slot = home(identity)
    while slots[slot] != 0 {
      let place = Int(slots[slot]) &- 1
      if entries[place].identity == identity {
        use(place)
        return place
      }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    return nil
  }

  /// Adds an entry that is not there yet; returns its place.
  mutating func add(_ entry: Entry) -> Int {
    let place: Int
    if entries.count < maximumCount {
      place = entries.count
      entries.append(entry)
      if entries.count &* 2 > slots.count { growSlots() } else { insert(place) }
    } else {
      place = Int(oldest) &- 1
      evicted &+= 1
      unlink(place)
      remove(place)
      entries[place] = entry
      insert(place)
    }
    link(place)
    return place
  }

  // MARK: Slots
  @inline(__always)
  private func home(_ identity: SipHash.Digest) -> Int {
    Int(truncatingIfNeeded: identity.first) & (slots.count &- 1)
  }

  private mutating func insert(_ place: Int) {
    var slot = home(entries[place].identity)
    while slots[slot] != 0 { slot = (slot &+ 1) & (slots.count &- 1) }
    slots[slot] = UInt32(truncatingIfNeeded: place &+ 1)
  }

  private mutating func growSlots() {
    slots = Array(repeating: 0, count: max(1024, slots.count * 2))
    for place in entries.indices { insert(place) }
  }

  /// Empties the entry's slot and moves those behind it back, as far as their home.
  private mutating func remove(_ place: Int) {
    let mask = slots.count &- 1
    var hole = home(entries[place].identity)
    while slots[hole] != UInt32(truncatingIfNeeded: place &+ 1) { hole = (hole &+ 1) & mask }
    var slot = (hole &+ 1) & mask
    while slots[slot] != 0 {
      let home = home(entries[Int(slots[slot]) &- 1].identity)
      if (slot &- home) & mask >= (slot &- hole) & mask {
        slots[hole] = slots[slot]
        hole = slot
      }
      slot = (slot &+ 1) & mask
    }
    slots[hole] = 0
  }

  // MARK: Order of use
  @inline(__always)
  private mutating func use(_ place: Int) {
    guard Int(newest) != place &+ 1 else { return }
    unlink(place)
    link(place)
  }

  private mutating func link(_ place: Int) {
    let number = UInt32(truncatingIfNeeded: place &+ 1)
    entries[place].older = newest
    entries[place].newer = 0
    if newest != 0 { entries[Int(newest) &- 1].newer = number } else { oldest = number }
    newest = number
  }

  private mutating func unlink(_ place: Int) {
    let (newer, older) = (entries[place].newer, entries[place].older)
    if newer != 0 { entries[Int(newer) &- 1].older = older } else { newest = older }
    if older != 0 { entries[Int(older) &- 1].newer = newer } else { oldest = newer }
  }
}
