package import Foundation

/// Tracks heartbeats of workers to detect stalls.
package struct ServiceVitals {
  enum Phase {
    case starting, running, stopping
  }

  var phase = Phase.starting
  var rates: SessionRates
  var exporterMetrics = ExporterMetrics()
  /// The latest heartbeat of each worker, and when it was first seen.
  private var heartbeats: [(count: UInt64, since: ContinuousClock.Instant)] = []

  /// A worker's loop iterates several times a second; one that has not for this long is stalled.
  private static let stallTime: Duration = .seconds(10)

  package init(started: Date) {
    rates = SessionRates(started: started)
  }

  /// Returns the stalled workers.
  package mutating func stalled(_ counts: [UInt64], at now: ContinuousClock.Instant = .now) -> [Int] {
    if heartbeats.count != counts.count { heartbeats = counts.map { ($0, now) } }
    for (index, count) in counts.enumerated() where heartbeats[index].count != count {
      heartbeats[index] = (count, now)
    }
    return heartbeats.indices.filter { now - heartbeats[$0].since > Self.stallTime }
  }
}
