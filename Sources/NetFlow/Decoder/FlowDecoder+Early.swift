public import FlowModel
public import NetworkBytes

extension FlowDecoder {
  /// Data sets that wait for their template, or to be decoded with it.
  public var waitingSets: UInt64 { UInt64(sessions.earlyCount) }

  /// Records of early data that are decoded with a datagram; `decodeEarly` brings the rest.
  static let earlyRecordsPerDatagram = 512

  /// Brings what waits for its template up to date: data sets whose template another session of their exporter has brought
  /// since, and those that have waited too long. To be called about once a second; `decodeEarly` then decodes what can be.
  ///
  /// - Parameter time: milliseconds since 1970 UTC.
  public mutating func advance(to time: UnixMilliseconds) {
    // A pass over all sessions: once a minute is enough.
    if !(0..<60_000).contains(time &- expiryTime) {
      expiryTime = time
      sessions.expireTemplates(directory)
    }
    sessions.serveEarly(at: time &* 1_000_000, directory)
  }

  /// Ends waiting: what still waits for its template is decoded if that is known by now, or given up. `decodeEarly` then
  /// decodes the rest.
  public mutating func endWaiting() {
    sessions.endEarlyData(directory)
  }

  /// What `decodeEarly` did.
  public struct EarlyProgress: Sendable {
    /// Records that were decoded, those of options too.
    public var records = 0
    /// Whether there may be more.
    public var isMore = false
  }

  /// Decodes early data whose template has come, with the times of the messages it came in: about `limit` records, of the
  /// sessions in turn.
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

  /// Decodes a session's early data: a set at least.
  ///
  /// - Returns: how many records these were.
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
