package import FlowStore
import Synchronization

/// Tracks which rows of the store's files were acknowledged before their file was committed.
///
/// Kept in memory only: unknown rows are sent from the file, so that forgetting causes duplicates but never loss. A row
/// counts as acknowledged only by its own acknowledgment; rows of a file are matched by the order in which the writer
/// sorted them. Thread-safe.
package final class LiveLedger: Sendable {
  /// Counters of live rows.
  package struct Counts: Hashable, Sendable {
    /// Passed to the sender; of these, acknowledged, or failed.
    package var taken: UInt64 = 0
    package var acknowledged: UInt64 = 0
    package var failed: UInt64 = 0
    /// Not passed to the sender because its queue was full.
    package var dropped: UInt64 = 0

    /// Rows left to their files.
    package var left: UInt64 { failed &+ dropped }
    /// Rows whose outcome is open.
    package var pending: UInt64 { taken &- acknowledged &- failed }
  }

  fileprivate struct State {
    var counts = Counts()
    var groups: [Int: LiveGroup] = [:]
    var slots: [RowGroupID: Int] = [:]
    var nextSlot = 0
    /// Row groups of published files, in order, by path; nil for an unknown group.
    var files: [String: [Int?]] = [:]
    /// Paths, oldest first; some may no longer be in `files`.
    var order: [String] = []
  }

  private let state = Mutex(State())
  private let maximumOctets: Int

  /// - Parameter maximumOctets: memory limit for published files.
  package init(maximumOctets: Int) { self.maximumOctets = maximumOctets }

  package var counts: Counts { state.withLock { $0.counts } }

  // MARK: The store's side

  /// Registers rows of an open row group for sending.
  ///
  /// - Parameter first: position of the first row in the group.
  /// - Returns: the key of the first row; those of the others follow it.
  package func take(_ id: RowGroupID, first: Int, count: Int) -> Int {
    state.withLock { state in
      state.counts.taken &+= UInt64(count)
      let slot = state.slots[id] ?? state.addGroup(id)
      state.groups[slot]?.pending += count
      return slot << LiveGroup.keyBits | first
    }
  }

  /// Counts rows that did not fit into the queue.
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

  /// - Parameter keys: keys of acknowledged rows, without duplicates.
  package func acknowledge(_ keys: [Int]) {
    state.withLock { state in
      state.counts.acknowledged &+= UInt64(keys.count)
      state.end(keys) { group, place in group.acknowledge(place) }
    }
  }

  /// - Parameter keys: keys of rows that will never be acknowledged.
  package func fail(_ keys: [Int]) {
    state.withLock { state in
      state.counts.failed &+= UInt64(keys.count)
      state.end(keys) { _, _ in }
    }
  }

  /// The same for consecutive rows.
  package func fail(from first: Int, count: Int) { fail((0..<count).map { first + $0 }) }

  // MARK: The files' side

  /// Returns whether the outcome of all live rows of a file is known.
  package func isSettled(_ path: String) -> Bool {
    state.withLock { state in
      state.files[path]?.allSatisfy { $0.flatMap { state.groups[$0]?.pending } ?? 0 == 0 } ?? true
    }
  }

  /// Removes and returns the acknowledged rows of a file.
  ///
  /// - Parameter groups: number of rows in each row group.
  /// - Returns: nil if there are none.
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

  /// Approximate octets of memory for published files.
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

  /// - Returns: the group's slot; nil if all its rows must be sent from the file.
  mutating func publish(_ id: RowGroupID) -> Int? {
    guard let slot = slots.removeValue(forKey: id) else { return nil }
    if groups[slot]?.isOfUse == true { return slot }
    groups[slot] = nil
    return nil
  }

  /// Ends pending rows group by group; the keys of a group are mostly adjacent.
  mutating func end(_ keys: [Int], _ body: (inout LiveGroup, Int) -> Void) {
    let mask = 1 << LiveGroup.keyBits - 1
    var next = 0
    while next < keys.count {
      let slot = keys[next] >> LiveGroup.keyBits
      let first = next
      while next < keys.count, keys[next] >> LiveGroup.keyBits == slot { next += 1 }
      // Removed from the table while it is changed, to avoid a copy.
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

  /// Memory of published files whose outcome is final; the number of others is bounded by the rows in transit.
  var octets: Int {
    files.reduce(0) { sum, file in
      file.value.reduce(sum + 128 + file.key.utf8.count) { sum, slot in
        let group = slot.flatMap { groups[$0] }
        return sum + 8 + (group?.isFinal == true ? group?.octets ?? 0 : 0)
      }
    }
  }

  /// Forgets the oldest files, which are then sent as a whole.
  mutating func forgetOldest(over limit: Int) {
    // Removed files leave their paths behind.
    if order.count > 64, order.count > 2 * files.count { order.removeAll { files[$0] == nil } }
    var next = 0
    while next < order.count, octets > limit {
      forgetFile(order[next])
      next += 1
    }
    order.removeFirst(next)
  }
}
