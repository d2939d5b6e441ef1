package import Foundation

/// What a running service remembers of itself to tell how it is.
package struct ServiceVitals {
  enum Phase {
    case starting, running, stopping
  }

  var phase = Phase.starting
  var rates: SessionRates
  var exporterMetrics = ExporterMetrics()
  /// Each worker's newest heartbeat, and when it was first seen to be that.
  private var heartbeats: [(count: UInt64, since: ContinuousClock.Instant)] = []

  /// A worker's loop turns several times a second; a thread that does not for this long hangs.
  private static let stallTime: Duration = .seconds(10)

  package init(started: Date) {
    rates = SessionRates(started: started)
  }

  /// The workers whose loop is stalled.
  package mutating func stalled(_ counts: [UInt64], at now: ContinuousClock.Instant = .now) -> [Int] {
    if heartbeats.count != counts.count { heartbeats = counts.map { ($0, now) } }
    for (index, count) in counts.enumerated() where heartbeats[index].count != count {
      heartbeats[index] = (count, now)
    }
    return heartbeats.indices.filter { now - heartbeats[$0].since > Self.stallTime }
  }
}
