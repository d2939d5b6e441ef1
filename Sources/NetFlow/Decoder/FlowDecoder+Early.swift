import NetworkBytes

extension FlowDecoder {
  /// Data sets that wait for their template.
  public var waitingSets: UInt64 { UInt64(sessions.earlyCount) }

  /// Decodes the data sets whose template another source port of their exporter has brought since, and gives up those that
  /// have waited too long. To be called about once a second.
  ///
  /// - Parameter time: milliseconds since 1970 UTC.
  public mutating func advance(to time: Int64, into batch: inout FlowBatch) {
    // A pass over all sessions: once a minute is enough.
    if !(0..<60_000).contains(time &- expiryTime) {
      expiryTime = time
      sessions.expireTemplates(directory)
    }
    for place in sessions.placesWithEarlyData {
      decodeEarly(&place.session, at: time &* 1_000_000, into: &batch)
      sessions.close(place, directory)
    }
  }

  /// Ends decoding: what still waits for its template is decoded if that is known by now, or given up.
  public mutating func finish(at time: Int64, into batch: inout FlowBatch) {
    advance(to: time, into: &batch)
    sessions.giveUpEarlyData()
  }

  /// Decodes a session's early data as far as its templates are known by now, with the times of the messages it came in.
  mutating func decodeEarly(_ session: inout Session, at now: Int64, into batch: inout FlowBatch) {
    for (set, template) in session.takeEarly(at: now, sessions.limits, directory) {
      var time = timeBase(set.header, session, arrival: set.arrival)
      decode(set.content.rawSpan, of: set.header, template, &session, &time, into: &batch)
    }
  }
}
