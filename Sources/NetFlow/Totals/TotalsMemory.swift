/// Counts of both directions of a flow: octets, packets, octets and packets of the reverse direction.
typealias FlowCounts = SIMD4<UInt64>

/// Latest running totals of each flow, and the counts of each connection so far.
///
/// Bounded: each new entry evicts the least recently used one. Flows are identified by a keyed hash (see `SipHash`), so
/// that an entry has 96 octets and collisions cannot be provoked. Memory is allocated with the first entry. Lookups
/// take constant time.
struct TotalsMemory: Sendable {
  struct Entry: Sendable, BitwiseCopyable {
    let identity: SipHash.Digest
    /// Latest totals of a flow, or the counts of a connection.
    var counts = FlowCounts()
    /// Connections: start as sent; 0 if unknown.
    var start: UInt64 = 0
    /// Connections: time of the newest event, milliseconds since 1970 UTC.
    var newest = Int64.min
    /// Connections: time of the teardown, likewise; `.min` if there was none yet.
    var teardown = Int64.min
    fileprivate var newer: UInt32 = 0
    fileprivate var older: UInt32 = 0

    init(_ identity: SipHash.Digest) { self.identity = identity }
  }

  let maximumCount: Int
  /// Key of the hash, random for each memory and kept with it.
  let key: SipHash.Key
  /// Number of entries evicted because the memory was full.
  private(set) var evicted: UInt64 = 0
  private var entries: [Entry] = []
  /// Open addressing with linear probing: index in `entries` plus 1; 0 if empty. At most half of the slots are in use.
  private var slots: [UInt32] = []
  // List of all entries by latest use, as indices plus 1.
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

  /// Indices of all entries, least recently used first.
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

  /// Returns the index of an entry and makes it the most recently used; nil if absent.
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

  /// Adds an entry that is absent and returns its index.
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

  /// Empties the entry's slot and moves subsequent ones back towards their home.
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
