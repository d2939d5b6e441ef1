/// What a session has shown of being an exporter's, least first: in this order sessions make room for others. Whoever forges
/// senders makes many of the first ones with a datagram each, and none of the last ones without keeping at it.
enum SessionWorth: Int, CaseIterable {
  /// Neither a template nor a record.
  case bare
  /// Templates, and no record.
  case templates
  /// Records, all within a minute.
  case brief
  /// It was still heard a minute after its first datagram, and gave records.
  case steady

  /// Nanoseconds between the first and the newest datagram of a steady session.
  static let steadyTime: Int64 = 60_000_000_000
}

extension Session {
  /// Whether it ever gave a record, of flows or of options.
  var hasRecords: Bool { counters.flowRecords | counters.optionsRecords != 0 }

  @inline(__always)
  var worth: SessionWorth {
    if hasRecords { return lastSeen &- firstSeen >= SessionWorth.steadyTime ? .steady : .brief }
    return templates.fieldCount > 0 ? .templates : .bare
  }
}
