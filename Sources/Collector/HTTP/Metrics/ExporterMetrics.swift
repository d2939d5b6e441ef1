import Foundation
package import NetFlow
import NetworkBytes

/// Metrics of exporters. The first ones seen have their own series, all others share one: forged senders must not flood
/// a scraper, and the meaning of a series must not change.
package struct ExporterMetrics {
  private var labelled: Set<IPAddress> = []
  package static let maximumCount = 256

  package init() {}

  private struct Sums {
    var datagrams: UInt64 = 0
    var records: UInt64 = 0
    var lost: UInt64 = 0
    var lastSeen: Int64 = 0

    mutating func add(_ session: SessionSummary) {
      datagrams &+= session.counters.datagrams
      records &+= session.counters.flowRecords
      lost &+= session.counters.sequence.lost
      lastSeen = max(lastSeen, session.lastSeen)
    }
  }

  package mutating func append(_ sessions: [SessionSummary], to metrics: inout MetricsText) {
    var sums: [IPAddress: Sums] = [:]
    for session in sessions { sums[session.key.exporter.address, default: Sums()].add(session) }
    let new = sums.keys.filter { !labelled.contains($0) }.sorted()
    labelled.formUnion(new.prefix(max(0, Self.maximumCount - labelled.count)))

    var other = Sums()
    for session in sessions where !labelled.contains(session.key.exporter.address) { other.add(session) }
    var rows = sums.filter { labelled.contains($0.key) }.sorted { $0.key < $1.key }
      .map { (name: $0.key.description, sums: $0.value) }
    if other.datagrams > 0 { rows.append((name: "other", sums: other)) }
    func append(_ name: String, _ type: String, _ help: String, _ value: (Sums) -> String) {
      for row in rows { metrics.append(name, type, help, labels: [("exporter", row.name)], value(row.sums)) }
    }
    metrics.append("sagflow_exporters", "gauge", "Known exporter addresses.", String(sums.count))
    metrics.append(
      "sagflow_sessions", "gauge", "Known sessions: exporter address and port, version, domain.",
      String(sessions.count))
    append("sagflow_exporter_datagrams_total", "counter", "Datagrams by exporter.") { String($0.datagrams) }
    append("sagflow_exporter_records_total", "counter", "Flow records by exporter.") { String($0.records) }
    append("sagflow_exporter_sequence_lost", "gauge", "Missing by sequence number, by exporter.") {
      String($0.lost)
    }
    append(
      "sagflow_exporter_last_seen_timestamp_seconds", "gauge",
      "Time of the newest datagram of an exporter, seconds since 1970."
    ) {
      String(Double($0.lastSeen) / 1e9)
    }
  }
}
