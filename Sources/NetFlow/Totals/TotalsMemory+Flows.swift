/// Running totals of a record.
struct RunningTotals: Sendable {
  var values = FlowCounts()
  var isPresent = SIMDMask<SIMD4<Int64>>(repeating: false)
  /// Length in octets of each value as sent.
  var widths = FlowCounts()
}

extension TotalsMemory {
  /// Returns the increase of a flow's totals since its last record and stores them. If a total has decreased, they
  /// belong to a new flow and count as a whole.
  mutating func growth(of identity: SipHash.Digest, to totals: RunningTotals) -> FlowCounts {
    guard let place = find(identity) else {
      // Nothing can be subtracted from zeros later.
      if totals.values != FlowCounts() {
        var entry = Entry(identity)
        entry.counts = totals.values
        _ = add(entry)
      }
      return totals.values
    }
    let last = self[place].counts
    let isLower = totals.isPresent .& (totals.values .< last)
    if any(isLower .& .!totals.hasWrapped(since: last)) {
      self[place].counts = totals.values
      return totals.values
    }
    self[place].counts = last.replacing(with: totals.values, where: totals.isPresent)
    return totals.values &- last.replacing(with: 0, where: isLower .| .!totals.isPresent)
  }
}

extension RunningTotals {
  /// Totals that have probably wrapped around, such as one of four octets at 4 GiB: the record's other totals still
  /// belong to the same flow.
  fileprivate func hasWrapped(since last: FlowCounts) -> SIMDMask<SIMD4<Int64>> {
    var wrapped = SIMDMask<SIMD4<Int64>>(repeating: false)
    for lane in 0..<4 where widths[lane] < 8 {
      let half: UInt64 = widths[lane] == 0 ? 0 : 1 << (8 * widths[lane] - 1)
      wrapped[lane] = last[lane] >= half && last[lane] < half &* 2 && values[lane] < half
    }
    return wrapped
  }
}

/// Event of a connection reported by a firewall (firewallEvent; Cisco ASA NetFlow Implementation Guide, NSEL).
struct ConnectionEvent: Sendable {
  /// Meaning of an event for the connection's counts.
  enum Kind: UInt64 {
    case created = 1
    /// Reports all counts of the connection.
    case deleted = 2
    /// Reports the counts since the last event.
    case updated = 5
  }

  var kind: Kind
  /// Start of the connection as sent; 0 if unknown.
  var start: UInt64
  /// Time of the event, milliseconds since 1970 UTC.
  var time: Int64
  var counts: FlowCounts
}

extension TotalsMemory {
  /// Returns what an event adds to the earlier counts of its connection.
  mutating func settle(_ event: ConnectionEvent, of identity: SipHash.Digest) -> FlowCounts {
    guard let place = find(identity) else {
      // A creation has no counts that a later event repeats.
      if event.kind != .created { add(event, identity) }
      return event.counts
    }
    return self[place].settle(event)
  }

  private mutating func add(_ event: ConnectionEvent, _ identity: SipHash.Digest) {
    var entry = Entry(identity)
    _ = entry.settle(event)
    _ = add(entry)
  }
}

extension TotalsMemory.Entry {
  fileprivate mutating func settle(_ event: ConnectionEvent) -> FlowCounts {
    let isOther = start != 0 && event.start != 0 && start != event.start
    // With the same start it is the same connection; without a start, only the order of events decides.
    let isSame = start != 0 && start == event.start
    if isOther { forget() }
    if event.start != 0 { start = event.start }
    defer { newest = max(newest, event.time) }
    switch event.kind {
    case .created:
      if !isSame, event.time > newest { forget() }
      return event.counts
    case .updated:
      if teardown != .min {
        // The teardown included earlier events.
        if event.time <= teardown { return FlowCounts() }
        if isSame { teardown = .min } else { forget() }
      }
      counts &+= event.counts
      return event.counts
    case .deleted:
      if teardown != .min, !isSame {
        // Of an earlier connection, or of a later one without updates.
        if event.time < teardown { return event.counts }
        if event.time > teardown { forget() }
      }
      let missing = event.counts &- pointwiseMin(event.counts, counts)
      counts = pointwiseMax(counts, event.counts)
      teardown = max(teardown, event.time)
      return missing
    }
  }

  /// Resets the entry for another connection.
  private mutating func forget() {
    counts = FlowCounts()
    teardown = .min
    newest = .min
  }
}
