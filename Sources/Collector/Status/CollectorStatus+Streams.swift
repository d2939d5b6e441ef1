import StreamReception

extension CollectorStatus.Streams {
  init(_ report: StreamReport, waiting: Int) {
    self.init(
      open: report.open, paused: report.paused, accepted: report.accepted, waiting: waiting,
      closed: Dictionary(
        uniqueKeysWithValues: StreamReport.Reason.allCases.map { ($0.rawValue, report.closed[$0] ?? 0) }))
  }
}

extension MetricsText {
  /// Appends counters of connections, if there is a listener.
  mutating func append(_ report: StreamReport?) {
    guard let report else { return }
    append(
      "sagflow_stream_connections", "gauge", "Open connections of exporters.", String(report.open))
    append(
      "sagflow_stream_connections_paused", "gauge",
      "Open connections paused because store or journal have no space.", String(report.paused))
    append(
      "sagflow_stream_connections_accepted_total", "counter", "Connections accepted.", String(report.accepted))
    for reason in StreamReport.Reason.allCases {
      append(
        "sagflow_stream_connections_closed_total", "counter",
        "Connections closed or refused by the collector, by reason.", labels: [("reason", reason.rawValue)],
        String(report.closed[reason] ?? 0))
    }
  }
}
