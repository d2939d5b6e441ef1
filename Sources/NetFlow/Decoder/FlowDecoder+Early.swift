public import FlowModel
public import NetworkBytes

extension FlowDecoder {
  /// Number of data sets waiting for their template, or for being decoded with it.
  public var waitingSets: UInt64 { UInt64(sessions.earlyCount) }

  /// Maximum records of early data decoded together with a datagram; `decodeEarly` decodes the rest.
  static let earlyRecordsPerDatagram = 512

  /// Processes early data sets whose template has since been sent in another session of their exporter, and those that
  /// have waited too long. To be called about once per second; `decodeEarly` then decodes those that can be.
  ///
  /// - Parameter time: Milliseconds since 1970 UTC.
  public mutating func advance(to time: UnixMilliseconds) {
    // Iterates over all sessions, so once per minute is enough.
    if !(0..<60_000).contains(time &- expiryTime) {
      expiryTime = time
      sessions.expireTemplates(directory)
    }
    sessions.serveEarly(at: time &* 1_000_000, directory)
  }

  /// Ends waiting: sets still without template are assigned one that is known by now, or discarded. `decodeEarly` then
  /// decodes the rest.
  public mutating func endWaiting() {
    sessions.endEarlyData(directory)
  }

  /// Result of `decodeEarly`.
  public struct EarlyProgress: Sendable {
    /// Number of decoded records, including those of options.
    public var records = 0
    /// Whether there may be more.
    public var isMore = false
  }

  /// Decodes early data whose template is known, with the times of their original messages: about `limit` records,
  /// round-robin over sessions.
  public mutating func decodeEarly(limit: Int, into batch: inout FlowBatch) -> EarlyProgress {
    var progress = EarlyProgress()
    while progress.records < limit {
      guard let place = sessions.nextReady() else { return progress }
      progress.records += decodeEarly(&place.session, limit: limit - progress.records, into: &batch)
      sessions.account(for: place, directory)
    }
    progress.isMore = true
    return progress
  }

  /// Decodes early data of a session, at least one set.
  ///
  /// - Returns: Number of records.
  @discardableResult
  mutating func decodeEarly(_ session: inout Session, limit: Int, into batch: inout FlowBatch) -> Int {
    let before = session.counters.flowRecords &+ session.counters.optionsRecords
    var count = 0
    while count < limit, let next = session.takeEarly(sessions.rules) {
      var time = timeBase(next.set.header, session, arrival: next.set.arrival)
      decode(next.set.content.rawSpan, of: next.set.header, next.template, &session, &time, into: &batch)
      count = Int(truncatingIfNeeded: session.counters.flowRecords &+ session.counters.optionsRecords &- before)
    }
    return count
  }
}
