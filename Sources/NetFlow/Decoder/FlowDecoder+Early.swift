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
    for place in sessions.placesWithEarlyData {
      place.session.serveEarly(at: time &* 1_000_000, sessions.rules, directory)
      sessions.close(place, directory)
    }
  }

  /// Ends waiting: what still waits for its template is decoded if that is known by now, or given up. `decodeEarly` then
  /// decodes the rest.
  public mutating func endWaiting() {
    sessions.endEarlyData(directory)
  }

  /// Decodes early data whose template has come, with the times of the messages it came in: about `limit` records.
  ///
  /// - Returns: whether there may be more.
  public mutating func decodeEarly(limit: Int, into batch: inout FlowBatch) -> Bool {
    let end = batch.count + limit
    for place in sessions.placesWithEarlyData where place.session.early.isReady {
      decodeEarly(&place.session, limit: end - batch.count, into: &batch)
      sessions.close(place, directory)
      if batch.count >= end { return true }
    }
    return false
  }

  /// Decodes a session's early data: a set at least.
  mutating func decodeEarly(_ session: inout Session, limit: Int, into batch: inout FlowBatch) {
    let end = batch.count + limit
    while let next = session.takeEarly(sessions.rules) {
      var time = timeBase(next.set.header, session, arrival: next.set.arrival)
      decode(next.set.content.rawSpan, of: next.set.header, next.template, &session, &time, into: &batch)
      if batch.count >= end { return }
    }
  }
}
