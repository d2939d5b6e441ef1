package import FlowStore
import Synchronization

/// Which rows of the store's files were acknowledged before these were committed.
///
/// It is in memory alone: what it does not know is sent from the file, so that forgetting costs rows that are there twice and never one that is
/// missing. A row counts as acknowledged by its own acknowledgement only, and a file's row is found among them by the order in which the writer
/// sorted them. Any thread may call.
package final class LiveLedger: Sendable {
  /// What became of rows so far.
  package struct Counts: Hashable, Sendable {
    /// Handed to the sender, and of these acknowledged, or not and never to be.
    package var taken: UInt64 = 0
    package var acknowledged: UInt64 = 0
    package var failed: UInt64 = 0
    /// Not handed to the sender: its queue was full.
    package var dropped: UInt64 = 0

    /// Rows that files bring.
    package var left: UInt64 { failed &+ dropped }
    /// Rows whose fate is open.
    package var pending: UInt64 { taken &- acknowledged &- failed }
  }

  fileprivate struct State {
    var counts = Counts()
    var groups: [Int: LiveGroup] = [:]
    var slots: [RowGroupID: Int] = [:]
    var nextSlot = 0
    /// Row groups of published files, in their order, by the file's path; nil: nothing is known of it.
    var files: [String: [Int?]] = [:]
    /// Their paths, the oldest first; some may be gone from `files`.
    var order: [String] = []
  }

  private let state = Mutex(State())
  private let maximumOctets: Int

  /// - Parameter maximumOctets: of memory for what is known of published files.
  package init(maximumOctets: Int) { self.maximumOctets = maximumOctets }

  package var counts: Counts { state.withLock { $0.counts } }

  // MARK: The store's side

  /// Rows of an open row group are on their way.
  ///
  /// - Parameter first: the place of the first among the group's rows.
  /// - Returns: the key of the first row; those of the others follow it.
  package func take(_ id: RowGroupID, first: Int, count: Int) -> Int {
    state.withLock { state in
      state.counts.taken &+= UInt64(count)
      let slot = state.slots[id] ?? state.addGroup(id)
      state.groups[slot]?.pending += count
      return slot << LiveGroup.keyBits | first
    }
  }

  /// Rows are not on their way: there was no room.
  package func drop(_ count: Int) { state.withLock { $0.counts.dropped &+= UInt64(count) } }

  package func written(_ id: RowGroupID, order: [UInt32]) {
    state.withLock { state in
      guard let slot = state.slots[id] else { return }
      state.groups[slot]?.write(order)
    }
  }

  package func published(_ path: String, _ ids: [RowGroupID]) {
    state.withLock { state in
      let slots = ids.map { state.publish($0) }
      if slots.allSatisfy({ $0 == nil }) { return }
      state.forgetFile(path)
      state.files[path] = slots
      state.order.append(path)
      state.forgetOldest(over: maximumOctets)
    }
  }

  package func discarded(_ ids: [RowGroupID]) {
    state.withLock { state in
      for id in ids {
        if let slot = state.slots.removeValue(forKey: id) { state.groups[slot] = nil }
      }
    }
  }

  // MARK: The sender's side

  /// - Parameter keys: of rows that were acknowledged, each once.
  package func acknowledge(_ keys: [Int]) {
    state.withLock { state in
      state.counts.acknowledged &+= UInt64(keys.count)
      state.end(keys) { group, place in group.acknowledge(place) }
    }
  }

  /// - Parameter keys: of rows that never will be.
  package func fail(_ keys: [Int]) {
    state.withLock { state in
      state.counts.failed &+= UInt64(keys.count)
      state.end(keys) { _, _ in }
    }
  }

  /// The same for rows that follow one another.
  package func fail(from first: Int, count: Int) { fail((0..<count).map { first + $0 }) }

  // MARK: The files' side

  /// Whether the fate of all of a file's rows that were on their way is known.
  package func isSettled(_ path: String) -> Bool {
    state.withLock { state in
      state.files[path]?.allSatisfy { $0.flatMap { state.groups[$0]?.pending } ?? 0 == 0 } ?? true
    }
  }

  /// Takes out which rows of a file were acknowledged.
  ///
  /// - Parameter groups: how many rows each of its row groups has.
  /// - Returns: nil: none.
  package func remove(_ path: String, groups: [Int]) -> RowSet? {
    state.withLock { state in
      guard let slots = state.files[path] else { return nil }
      defer { state.forgetFile(path) }
      if slots.count != groups.count { return nil }
      var rows = RowSet(rows: groups.reduce(0, +))
      var first = 0
      for (slot, count) in zip(slots, groups) {
        if let group = slot.flatMap({ state.groups[$0] }), !group.add(to: &rows, first: first, count: count) {
          return nil
        }
        first += count
      }
      return rows.count > 0 ? rows : nil
    }
  }

  /// Octets that published files take, about.
  package var octets: Int { state.withLock { $0.octets } }
}

extension LiveLedger.State {
  mutating func addGroup(_ id: RowGroupID) -> Int {
    let slot = nextSlot
    nextSlot += 1
    slots[id] = slot
    groups[slot] = LiveGroup()
    return slot
  }

  /// - Returns: the group's slot; nil: its rows all come from the file.
  mutating func publish(_ id: RowGroupID) -> Int? {
    guard let slot = slots.removeValue(forKey: id) else { return nil }
    if groups[slot]?.isOfUse == true { return slot }
    groups[slot] = nil
    return nil
  }

  /// Ends rows that were pending, group by group: keys of one stand together for the most part.
  mutating func end(_ keys: [Int], _ body: (inout LiveGroup, Int) -> Void) {
    let mask = 1 << LiveGroup.keyBits - 1
    var next = 0
    while next < keys.count {
      let slot = keys[next] >> LiveGroup.keyBits
      let first = next
      while next < keys.count, keys[next] >> LiveGroup.keyBits == slot { next += 1 }
      // Out of the table meanwhile: changed in place, not copied.
      guard var group = groups.removeValue(forKey: slot) else { continue }
      for place in first..<next { body(&group, keys[place] & mask) }
      group.pending -= next - first
      group.finish()
      groups[slot] = group
    }
  }

  mutating func forgetFile(_ path: String) {
    for slot in files.removeValue(forKey: path) ?? [] { if let slot { groups[slot] = nil } }
  }

  /// Of published files whose rows' fate is known: of others there are no more than there are rows on their way.
  var octets: Int {
    files.reduce(0) { sum, file in
      file.value.reduce(sum + 128 + file.key.utf8.count) { sum, slot in
        let group = slot.flatMap { groups[$0] }
        return sum + 8 + (group?.isFinal == true ? group?.octets ?? 0 : 0)
      }
    }
  }

  /// Forgets the files that have waited longest: they are sent as if nothing was known of them.
  mutating func forgetOldest(over limit: Int) {
    // Files that were taken out leave their paths behind.
    if order.count > 64, order.count > 2 * files.count { order.removeAll { files[$0] == nil } }
    var next = 0
    while next < order.count, octets > limit {
      forgetFile(order[next])
      next += 1
    }
    order.removeFirst(next)
  }
}
