import NetFlow
import NetworkBytes

/// Detects exporters whose source ports contradict each other, once for each.
struct ContradictionWatch {
  private var known: Set<IPAddress> = []

  /// Maximum number of exporters reported; further ones are only counted.
  private static let maximumCount = 1024

  /// - Returns: new ones, in order.
  mutating func newExporters(in sessions: [SessionSummary]) -> [IPAddress] {
    var found: Set<IPAddress> = []
    for session in sessions where session.counters.contradictions > 0 {
      let address = session.key.exporter.address
      if known.count < Self.maximumCount, known.insert(address).inserted { found.insert(address) }
    }
    return found.sorted()
  }
}
