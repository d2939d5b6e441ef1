import NetFlow
import NetworkBytes

/// Finds the exporters whose source ports contradict each other, each once.
struct ContradictionWatch {
  private var known: Set<IPAddress> = []

  /// Exporters that are told apart; beyond them the counters alone tell.
  private static let maximumCount = 1024

  /// - Returns: those that are new, in order.
  mutating func newExporters(in sessions: [SessionSummary]) -> [IPAddress] {
    var found: Set<IPAddress> = []
    for session in sessions where session.counters[.contradiction] > 0 {
      let address = session.key.exporter.address
      if known.count < Self.maximumCount, known.insert(address).inserted { found.insert(address) }
    }
    return found.sorted()
  }
}
