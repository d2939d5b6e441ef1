package import Foundation
package import NetFlow

/// Rates of sessions: the increase of their counters over half a minute to a minute.
package struct SessionRates {
  package struct Speed: Equatable {
    package var datagrams: Double
    package var records: Double
  }

  private struct Mark {
    var time: Date
    /// By the hash of the session's key: keys would take twice the memory, of which there may be 65,536.
    var counters: [Int: (datagrams: UInt64, records: UInt64)] = [:]
  }

  private var older: Mark
  private var newer: Mark
  private static let period: TimeInterval = 30

  package init(started: Date) {
    older = Mark(time: started)
    newer = older
  }

  /// Records the counters for later comparison. Call every few seconds.
  package mutating func note(_ sessions: [SessionSummary], at now: Date) {
    // Restarts if the wall clock was set back.
    guard now.timeIntervalSince(newer.time) >= Self.period || now < newer.time else { return }
    older = newer
    newer = Mark(time: now)
    newer.counters.reserveCapacity(sessions.count)
    for session in sessions {
      newer.counters[session.key.hashValue] = (session.counters.datagrams, session.counters.flowRecords)
    }
  }

  /// Returns a session's rates; since its first datagram if it is younger than the comparison.
  package func perSecond(_ session: SessionSummary, at now: Date) -> Speed {
    let known = older.counters[session.key.hashValue]
    let before = known ?? (0, 0)
    let start = known == nil ? max(older.time, Date(nanoseconds: session.firstSeen)) : older.time
    let seconds = max(1, now.timeIntervalSince(start))
    func speed(_ now: UInt64, _ before: UInt64) -> Double {
      now > before ? Double(now - before) / seconds : 0
    }
    return Speed(
      datagrams: speed(session.counters.datagrams, before.datagrams),
      records: speed(session.counters.flowRecords, before.records))
  }
}
