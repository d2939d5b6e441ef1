/// The running totals of one record.
struct RunningTotals: Sendable {
  var values = FlowCounts()
  var isPresent = SIMDMask<SIMD4<Int64>>(repeating: false)
  /// Octets in which each was sent.
  var widths = FlowCounts()
}

extension TotalsMemory {
  /// How far the totals of a flow have grown since its last record, and remembers them.
  ///
  /// A total below the last one is of a new flow: all count whole then.
  mutating func growth(of identity: SipHash.Digest, to totals: RunningTotals) -> FlowCounts {
    guard let place = find(identity) else {
      // Nothing can be subtracted later from what is all zero.
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
  /// Which have likely begun again at 0 for want of octets, as a total of four octets does at 4 GiB: the others of the
  /// record still belong to the same flow.
  fileprivate func hasWrapped(since last: FlowCounts) -> SIMDMask<SIMD4<Int64>> {
    var wrapped = SIMDMask<SIMD4<Int64>>(repeating: false)
    for lane in 0..<4 where widths[lane] < 8 {
      let half: UInt64 = widths[lane] == 0 ? 0 : 1 << (8 * widths[lane] - 1)
      wrapped[lane] = last[lane] >= half && last[lane] < half &* 2 && values[lane] < half
    }
    return wrapped
  }
}

/// An event of a connection, as a firewall reports it (firewallEvent; Cisco ASA NetFlow Implementation Guide, NSEL).
struct ConnectionEvent: Sendable {
  /// What an event means for the connection's counts.
  enum Kind: UInt64 {
    case created = 1
    /// Reports all that the connection has counted.
    case deleted = 2
    /// Reports what it has counted since the last one.
    case updated = 5
  }

  var kind: Kind
  /// When the connection started, as sent; 0: unknown.
  var start: UInt64
  /// When it happened, milliseconds since 1970 UTC.
  var time: Int64
  var counts: FlowCounts
}

extension TotalsMemory {
  /// What an event adds to what was counted of its connection before.
  mutating func settle(_ event: ConnectionEvent, of identity: SipHash.Digest) -> FlowCounts {
    guard let place = find(identity) else {
      // A creation has no counts that something later repeats.
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
    // Of the same start it is the same connection; without, only the order of events tells.
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
        // The teardown has counted what came before it.
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

  /// Begins anew, for another connection.
  private mutating func forget() {
    counts = FlowCounts()
    teardown = .min
    newest = .min
  }
}
