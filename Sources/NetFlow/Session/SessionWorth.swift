/// Evidence that a session belongs to a real exporter, in order of eviction. Forged senders can easily create sessions
/// of the first kinds with a datagram each, but the last kind only by continuous sending.
enum SessionWorth: Int, CaseIterable {
  /// Neither templates nor records.
  case bare
  /// Templates, but no records.
  case templates
  /// Records, all within a minute.
  case brief
  /// Records, and heard a minute or more after the first datagram.
  case steady

  /// Nanoseconds between the first and the newest datagram of a steady session.
  static let steadyTime: Int64 = 60_000_000_000
}

extension Session {
  /// Whether it ever sent a record, of flows or of options.
  var hasRecords: Bool { counters.flowRecords | counters.optionsRecords != 0 }

  @inline(__always)
  var worth: SessionWorth {
    if hasRecords { return lastSeen &- firstSeen >= SessionWorth.steadyTime ? .steady : .brief }
    return templates.fieldCount > 0 ? .templates : .bare
  }
}
