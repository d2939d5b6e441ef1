import Alerts
import Collector
import FlowPipeline
import FlowText
import Foundation

/// A collector's status as text.
struct StatusReport {
  let status: CollectorStatus

  init(_ status: CollectorStatus) {
    self.status = status
  }

  var text: String {
    var lines = [
      "sagflow \(status.version) on \(status.host), up \(Self.span(status.time.timeIntervalSince(status.started))), "
        + "listening on \(status.listen.joined(separator: ", "))",
      "store \(status.store.path)" + (status.store.failure.map { ": CANNOT BE WRITTEN: \($0)" } ?? ""),
      "",
    ]
    lines += status.ledger.table(exporterLimit: 0).split(separator: "\n").map(String.init)
    if let streams { lines.append(streams) }
    lines.append("")
    return lines.map { $0 + "\n" }.joined() + alerts + relay + labels + outputs + exporters + names
  }

  /// Firing alerts first; alerts on the collector itself only if they are not ok.
  private var alerts: String {
    let shown = (status.alerts ?? []).filter { $0.state != "ok" || Self.isRule($0) }
    if shown.isEmpty { return "" }
    var table = TextTable([("ALERT", .left), ("STATE", .left), ("FOR", .right), ("", .left)])
    for alert in shown {
      let since = alert.firedAt ?? alert.since
      let name = alert.subject.map { "\(alert.name) \($0)" } ?? alert.name
      table.append([
        name, alert.state == "firing" ? "FIRING" : alert.state, Self.span(status.time.timeIntervalSince(since)),
        alert.message,
      ])
    }
    return table.text + "\n"
  }

  private var outputs: String {
    let outputs = status.outputs ?? []
    let lines = status.lineOutputs ?? []
    return (outputs.isEmpty ? "" : OutputTable(outputs, at: status.time).text + "\n")
      + (lines.isEmpty ? "" : LineTable(lines, at: status.time).text + "\n")
  }

  /// Connections of exporters; nil if there is no listener.
  private var streams: String? {
    guard let streams = status.streams else { return nil }
    let closed = streams.closed.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return "connections  \(streams.open) open, \(streams.paused) waiting for room, \(streams.accepted) accepted"
      + (closed.isEmpty ? "" : "; closed or refused: \(closed.joined(separator: ", "))")
  }

  /// Relay targets; empty if there are none.
  private var relay: String {
    guard let targets = status.relay else { return "" }
    var table = TextTable([
      ("RELAY TO", .left), ("SENT", .right), ("FAILED", .right), ("DROPPED", .right), ("WAITING", .right), ("", .left),
    ])
    for target in targets {
      table.append([
        target.target, String(target.sent), String(target.failed), String(target.dropped), String(target.waiting),
        target.failure.map { "FAILS: \($0)" } ?? "",
      ])
    }
    return table.text + "\n"
  }

  /// Label files; empty if there are none.
  private var labels: String {
    guard let labels = status.labels else { return "" }
    var table = TextTable([("LABELS", .left), ("LOADED", .right), ("ENTRIES", .right), ("MB", .right), ("", .left)])
    for file in labels.files {
      table.append([
        file.setting, file.loaded.map { Self.span(status.time.timeIntervalSince($0)) + " ago" } ?? "-",
        String(file.entries), String(format: "%.1f", Double(file.bytes) / 1_000_000),
        file.failure.map { "FAILS: \($0)" } ?? file.path,
      ])
    }
    return table.text + "\n"
  }

  private static func isRule(_ alert: CollectorStatus.Alert) -> Bool {
    BuiltInAlerts.Name(rawValue: alert.name) == nil
  }

  private var exporters: String {
    if status.exporters.isEmpty { return "no exporter has sent anything yet\n" }
    var table = TextTable([
      ("EXPORTER", .left), ("PORT", .right), ("VERSION", .right), ("DOMAIN", .right), ("SEEN", .right),
      ("DATAGRAMS/S", .right), ("RECORDS/S", .right), ("RECORDS", .right), ("LOST", .right), ("CLOCK", .right),
      ("TEMPLATES", .right), ("SAMPLING", .left),
    ])
    for exporter in status.exporters {
      for session in exporter.sessions { table.append(row(exporter.address, session)) }
    }
    let sessions = status.exporters.reduce(0) { $0 + $1.sessionCount - $1.sessions.count }
    let exporters = status.exporterCount - status.exporters.count
    return table.text
      + (exporters + sessions > 0 ? "and \(exporters) more exporters, \(sessions) more sessions of these\n" : "")
  }

  /// Names sent by exporters; only the first few of each kind.
  private var names: String {
    var table = TextTable([("EXPORTER", .left), ("DOMAIN", .right), ("NAMES OF", .left), ("", .left)])
    for exporter in status.exporters {
      for names in exporter.names ?? [] {
        let kinds = [
          ("interfaces", names.interfaces), ("VRFs", names.vrfs), ("samplers", names.samplers),
          ("applications", names.applications),
        ]
        for (kind, list) in kinds where !list.isEmpty {
          let shown = list.prefix(Self.shownNames).map { "\($0.id) \($0.name)" }.joined(separator: ", ")
          table.append([
            exporter.address, String(names.domain), kind, shown + (list.count > Self.shownNames ? ", …" : ""),
          ])
        }
      }
    }
    return table.isEmpty ? "" : "\n" + table.text
  }

  private static let shownNames = 6

  private func row(_ address: String, _ session: CollectorStatus.Session) -> [String] {
    [
      address, String(session.port), String(session.version), String(session.domain),
      Self.span(status.time.timeIntervalSince(session.lastSeen)) + " ago", Self.rate(session.datagramsPerSecond),
      Self.rate(session.recordsPerSecond), String(session.records), String(session.lost),
      Self.skew(session.clockSkew), session.version == 5 ? "-" : String(session.templateCount),
      Self.sampling(session.sampling),
    ]
  }

  private static func rate(_ perSecond: Double) -> String {
    String(format: perSecond < 10 ? "%.1f" : "%.0f", perSecond)
  }

  /// Offsets below a second are within the granularity of network and header.
  private static func skew(_ seconds: Double) -> String {
    abs(seconds) < 2 ? "ok" : (seconds < 0 ? "-" : "+") + span(abs(seconds))
  }

  private static func sampling(_ sampling: CollectorStatus.Sampling) -> String {
    if sampling.source == "none" { return "none" }
    return (sampling.rate.map { "1:\($0)" } ?? "varies") + " (\(sampling.source))"
  }

  /// Formats a time span in its two largest units.
  static func span(_ seconds: TimeInterval) -> String {
    let seconds = Int(max(0, seconds))
    let (large, small) =
      switch seconds {
      case ..<60: ("", "\(seconds) s")
      case ..<3600: ("\(seconds / 60) min", "\(seconds % 60) s")
      case ..<86_400: ("\(seconds / 3600) h", "\(seconds % 3600 / 60) min")
      default: ("\(seconds / 86_400) d", "\(seconds % 86_400 / 3600) h")
      }
    if large.isEmpty { return small }
    return small.hasPrefix("0 ") ? large : "\(large) \(small)"
  }
}
