import NetworkBytes
import Relay

extension CollectorStatus.Relay {
  init(_ report: RelayReport) {
    self.init(
      target: report.target.description, sent: report.sent, failed: report.failed, dropped: report.dropped,
      waiting: report.waiting, failure: report.failure)
  }
}

extension MetricsText {
  /// Appends relay counters, if the relay is enabled.
  mutating func append(_ reports: [RelayReport]) {
    for report in reports {
      for (result, count) in [("sent", report.sent), ("failed", report.failed), ("dropped", report.dropped)] {
        append(
          "sagflow_relay_datagrams_total", "counter", "Datagrams for a relay target, by result.",
          labels: [("target", report.target.description), ("result", result)], String(count))
      }
    }
    for report in reports {
      append(
        "sagflow_relay_waiting_bytes", "gauge", "Bytes waiting to be relayed to a target.",
        labels: [("target", report.target.description)], String(report.waiting))
    }
    for report in reports {
      append(
        "sagflow_relay_failing", "gauge", "1 while sending to a target fails.",
        labels: [("target", report.target.description)], report.failure == nil ? "0" : "1")
    }
  }
}
