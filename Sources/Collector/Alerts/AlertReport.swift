package import Alerts
import Foundation

/// Alerts for status and metrics.
package struct AlertReport: Sendable {
  package var alerts: [Alert] = []
  package var options = AlertOptions()
  package var actions: [String: AlertActions.Counters] = [:]
  package var evaluations: UInt64 = 0
  /// Evaluations in which a measurement failed.
  package var failures: UInt64 = 0
  /// Total time of evaluations.
  package var seconds: Double = 0
  /// Whether the last evaluation failed.
  package var isFailing = false

  package init() {}

  /// Bounds the size of a response.
  private static let maximumAlerts = 1000

  /// For the status, firing ones first.
  package var status: [CollectorStatus.Alert] {
    let subjects = AlertSubject.all(of: options)
    return alerts.prefix(Self.maximumAlerts).compactMap { alert in
      guard let subject = subjects[alert.key.name] else { return nil }
      return CollectorStatus.Alert(
        name: alert.key.name, subject: alert.key.subject.isEmpty ? nil : alert.key.subject,
        state: alert.state.phase.rawValue, since: Date(milliseconds: alert.state.since),
        firedAt: alert.state.fired.map { Date(milliseconds: $0) }, value: alert.value, limit: alert.limit,
        usual: alert.usual, condition: subject.direction.rawValue, measure: subject.measure, unit: subject.unit,
        message: subject.text(alert))
    }
  }

  package func append(to metrics: inout MetricsText) {
    let names = BuiltInAlerts.Name.allCases.map(\.rawValue) + options.rules.map(\.name)
    let byName = Dictionary(grouping: alerts, by: \.key.name)
    for name in names {
      let count = byName[name, default: []].count { $0.state.isFiring }
      metrics.append(
        "sagflow_alert_firing", "gauge",
        "1 while the alert fires; for alerts on exporters and outputs, the number firing.",
        labels: [("name", name)], String(count))
    }
    func append(_ metric: String, _ help: String, _ value: (Alert) -> Double?) {
      for rule in options.rules {
        guard let alert = byName[rule.name]?.first, let value = value(alert) else { continue }
        metrics.append(metric, "gauge", help, labels: [("name", rule.name)], String(value))
      }
    }
    append("sagflow_alert_value", "Last value of a rule, if known.") { $0.value }
    append("sagflow_alert_limit", "Limit with which a rule's value is compared, if known.") { $0.limit }
    metrics.append(
      "sagflow_alert_evaluations_total", "counter", "Evaluations of alerts.", String(evaluations))
    metrics.append(
      "sagflow_alert_evaluation_failures_total", "counter", "Evaluations in which a value was not available.",
      String(failures))
    metrics.append(
      "sagflow_alert_evaluation_seconds_total", "counter", "Time spent on evaluations, seconds.", String(seconds))
    for (name, counters) in actions.sorted(by: { $0.key < $1.key }) {
      for (result, count) in [
        ("delivered", counters.delivered), ("failed", counters.failed), ("dropped", counters.dropped),
      ] {
        metrics.append(
          "sagflow_alert_messages_total", "counter", "Alert messages to an action, by result.",
          labels: [("action", name), ("result", result)], String(count))
      }
    }
  }
}

extension Date {
  /// - Parameter milliseconds: since 1970 UTC.
  fileprivate init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }
}
