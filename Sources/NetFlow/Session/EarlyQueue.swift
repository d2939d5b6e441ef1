/// Sessions with early data: when each must be examined next, and which have data that can be decoded. No operation
/// iterates over all of them.
struct EarlyQueue {
  /// Totals of all sessions.
  private(set) var octets = 0
  private(set) var sets = 0
  private var waiting = DueQueue()
  private var links = SlotLinks()
  private var ready = SlotLinks.List()

  /// Session that has waited longest to be decoded.
  var firstReady: Int? { ready.first }

  /// Contribution of a session to the totals.
  struct Share {
    fileprivate(set) var octets = 0
    fileprivate var sets = 0
    fileprivate var isReady = false
  }

  /// Removes and returns the sessions due at `time`, nanoseconds since 1970 UTC.
  mutating func takeDue(at time: Int64) -> [Int] {
    var due: [Int] = []
    while let slot = waiting.takeFirst(until: time) { due.append(slot) }
    return due
  }

  /// Updates the state of a session.
  ///
  /// - Returns: Whether `wait` must be called to schedule the session: data now wait for their template that did not
  ///   before.
  mutating func update(_ slot: Int, _ early: borrowing EarlyData, _ share: inout Share) -> Bool {
    octets += early.octets - share.octets
    sets += early.count - share.sets
    share.octets = early.octets
    share.sets = early.count
    noteReady(slot, early.isReady, &share)
    if !early.isWaiting { waiting.remove(slot) }
    return early.isWaiting && !waiting.contains(slot)
  }

  /// Schedules a session to be examined at `due`, nanoseconds since 1970 UTC.
  mutating func wait(_ slot: Int, until due: Int64) { waiting.add(slot, due: due) }

  private mutating func noteReady(_ slot: Int, _ isReady: Bool, _ share: inout Share) {
    guard isReady != share.isReady else { return }
    share.isReady = isReady
    if isReady { links.append(slot, to: &ready) } else { links.remove(slot, from: &ready) }
  }

  /// Lets other sessions be decoded first.
  mutating func moveToEnd(_ slot: Int) { links.moveToEnd(slot, of: &ready) }

  /// Sessions with early data, in no particular order.
  var slots: [Int] {
    var slots = Set(waiting.slots)
    var next = ready.first
    while let slot = next {
      slots.insert(slot)
      next = links.slot(after: slot)
    }
    return Array(slots)
  }
}
