package import Alerts
import FlowModel
package import Foundation
package import Logging
package import NetworkBytes

/// The message for webhooks and programs, as JSON. Fields may be added, but never changed.
package struct AlertMessage: Encodable, Hashable, Sendable {
  /// Version of this format.
  package var version = 1
  package var event: AlertState.Event
  package var alert: String
  /// For alerts with several subjects: an exporter's address, an output's name.
  package var subject: String?
  /// In words.
  package var summary: String
  /// Name of the collector's host.
  package var host: String
  package var time: Moment
  package var firedAt: Moment
  package var value: Double?
  package var limit: Double?
  package var usual: Double?
  package var condition: String
  package var measure: String
  package var unit: String
  /// Seconds.
  package var window: Int
  /// At most 1000 characters.
  package var filter: String?

  /// A time, encoded as text.
  package struct Moment: Encodable, Hashable, Sendable {
    /// Since 1970 UTC.
    package var milliseconds: UnixMilliseconds

    package var text: String { CivilTime.iso(milliseconds: milliseconds) }

    package func encode(to encoder: any Encoder) throws {
      var value = encoder.singleValueContainer()
      try value.encode(text)
    }
  }

  package init(_ change: AlertChange, _ subject: AlertSubject, host: String) {
    let alert = change.alert
    event = change.event
    self.alert = alert.key.name
    self.subject = alert.key.subject.isEmpty ? nil : alert.key.subject
    summary = subject.text(alert)
    self.host = host
    time = Moment(milliseconds: change.time)
    firedAt = Moment(milliseconds: change.fired)
    (value, limit, usual) = (alert.value, alert.limit, alert.usual)
    condition = subject.direction.rawValue
    (measure, unit, window) = (subject.measure, subject.unit, subject.window)
    filter = subject.filter.isEmpty ? nil : String(subject.filter.prefix(1000))
  }

  package var json: Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Numbers are finite, and text can always be encoded as JSON.
    return (try? encoder.encode(self)) ?? Data()
  }

  /// Environment variables for a program, without control characters.
  package var environment: [String: String] {
    let values: [(String, String?)] = [
      ("NAME", alert), ("EVENT", event.rawValue), ("SUBJECT", subject ?? ""), ("SUMMARY", summary), ("HOST", host),
      ("TIME", time.text), ("FIRED_AT", firedAt.text),
      ("VALUE", value.map { "\($0)" }), ("LIMIT", limit.map { "\($0)" }), ("USUAL", usual.map { "\($0)" }),
      ("CONDITION", condition), ("MEASURE", measure), ("UNIT", unit), ("WINDOW", String(window)),
      ("FILTER", filter),
    ]
    return values.reduce(into: [:]) { environment, pair in
      let text = (pair.1 ?? "").unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }
      environment["SAGFLOW_ALERT_\(pair.0)"] = text.joined()
    }
  }

  /// Logs one line with values as key=value.
  package func log(to logger: Logger) {
    var metadata: Logger.Metadata = ["alert": "\(alert)", "event": "\(event.rawValue)"]
    if let subject { metadata["subject"] = "\(subject)" }
    if let value { metadata["value"] = "\(AlertSubject.number(value))" }
    if let limit { metadata["limit"] = "\(AlertSubject.number(limit))" }
    if event == .resolved { metadata["seconds"] = "\((time.milliseconds - firedAt.milliseconds) / 1000)" }
    switch event {
    case .fired: logger.warning("alert: \(summary)", metadata: metadata)
    case .repeated: logger.warning("alert repeated: \(summary)", metadata: metadata)
    case .resolved: logger.notice("alert resolved: \(summary)", metadata: metadata)
    }
  }
}

/// Describes an alert.
package struct AlertSubject: Sendable {
  package var measure: String
  package var unit: String
  package var direction = AlertCondition.Direction.above
  /// Seconds.
  package var window = BuiltInAlerts.window
  package var filter = ""

  package init(_ rule: AlertRule) {
    measure = rule.measure.rawValue
    unit = rule.measure.unit
    direction = rule.condition.direction
    window = rule.window
    filter = rule.filterText
  }

  package init(_ name: BuiltInAlerts.Name) {
    switch name {
    case .exporterSilent: (measure, unit) = ("silence", "s")
    case .exporterLoss: (measure, unit) = ("loss", "%")
    case .diskFull: (measure, unit, direction) = ("freeDisk", "%", .below)
    case .storeFailure: (measure, unit) = ("storeFailure", "failing")
    case .rowsLost: (measure, unit) = ("rowsLost", "flows")
    case .kernelDrops: (measure, unit) = ("kernelDrops", "datagrams")
    case .outputBehind: (measure, unit) = ("waiting", "s")
    }
  }

  /// Returns the descriptions of all alerts, including those of removed rules.
  package static func all(of options: AlertOptions) -> [String: AlertSubject] {
    let builtIn = BuiltInAlerts.Name.allCases.map { ($0.rawValue, AlertSubject($0)) }
    return Dictionary(builtIn + options.rules.map { ($0.name, AlertSubject($0)) }) { first, _ in first }
  }

  /// Returns `dns of 192.0.2.1: 123 Mbit/s, above 100 Mbit/s`.
  package func text(_ alert: Alert) -> String {
    let name = alert.key.subject.isEmpty ? alert.key.name : "\(alert.key.name) of \(alert.key.subject)"
    guard let value = alert.value else { return "\(name): not known" }
    var text = "\(name): \(quantity(value))"
    if let limit = alert.limit {
      text += ", " + (alert.state.isFiring ? "limit: \(direction.rawValue) " : "limit ") + quantity(limit)
    }
    if let usual = alert.usual { text += ", usual \(quantity(usual))" }
    return text
  }

  private func quantity(_ value: Double) -> String {
    unit == "bit/s" ? Self.scaled(value) + unit : "\(Self.number(value)) \(unit)"
  }

  /// Formats with a unit prefix: `123.4 M`.
  private static func scaled(_ value: Double) -> String {
    let units: [(Double, String)] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
    guard let unit = units.first(where: { abs(value) >= $0.0 }) else { return number(value) + " " }
    return number(value / unit.0) + " " + unit.1
  }

  /// Formats with at most three decimal places.
  static func number(_ value: Double) -> String {
    let rounded = (value * 1000).rounded() / 1000
    return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
  }
}
