package import FlowLines
package import Foundation
package import Settings
package import Shipping

/// Outputs for status, metrics and alerts.
package struct OutputReport: Sendable {
  package struct Entry: Sendable {
    package var kind: OutputSetting.Kind
    package var shipping: ShippingReport

    package init(kind: OutputSetting.Kind, _ shipping: ShippingReport) {
      self.kind = kind
      self.shipping = shipping
    }
  }

  package struct Lines: Sendable {
    package var kind: OutputSetting.Kind
    package var report: LineReport

    package init(kind: OutputSetting.Kind, _ report: LineReport) {
      self.kind = kind
      self.report = report
    }
  }

  /// File outputs, in the order of the configuration.
  package var entries: [Entry]
  /// Line outputs.
  package var lines: [Lines]

  package init(_ entries: [Entry] = [], lines: [Lines] = []) {
    self.entries = entries
    self.lines = lines
  }

  /// Line outputs for the status; nil if there are none.
  package var lineStatus: [CollectorStatus.LineOutput]? {
    if lines.isEmpty { return nil }
    return lines.map { entry in
      let report = entry.report
      return CollectorStatus.LineOutput(
        name: report.name, type: entry.kind.rawValue, place: report.place, writtenRows: report.written,
        writtenBytes: report.writtenOctets, lostRows: report.lost, heldRows: report.held,
        failingSince: report.failingSince.map(Self.date), failure: report.failure)
    }
  }

  /// For the status.
  package func status(at now: Date) -> [CollectorStatus.Output] {
    entries.map { entry in
      let shipping = entry.shipping
      return CollectorStatus.Output(
        name: shipping.name, type: entry.kind.rawValue, place: shipping.place, shippedFiles: shipping.shippedFiles,
        shippedBytes: shipping.shippedOctets, waitingFiles: shipping.waitingFiles,
        waitingBytes: shipping.waitingOctets, waitingSeconds: shipping.age(at: Int64(now.timeIntervalSince1970)),
        retries: shipping.retries, setAsideFiles: shipping.setAsideFiles, removedFiles: shipping.removedFiles,
        live: shipping.live.map {
          .init(sentRows: $0.sent, acknowledgedRows: $0.acknowledged, leftRows: $0.left)
        },
        failingSince: shipping.failingSince.map(Self.date), lastError: shipping.lastError,
        lastErrorTime: shipping.lastErrorTime.map(Self.date))
    }
  }

  private static func date(_ seconds: Int64) -> Date { Date(timeIntervalSince1970: Double(seconds)) }

  /// Returns how long the oldest file of each output has waited, seconds.
  func ages(at now: Date) -> [AlertInputs.OutputAge] {
    entries.map {
      AlertInputs.OutputAge(
        name: $0.shipping.name, seconds: Double($0.shipping.age(at: Int64(now.timeIntervalSince1970))))
    }
  }

  package func append(to metrics: inout MetricsText, at now: Date) {
    func append(_ name: String, _ type: String, _ help: String, _ value: (ShippingReport) -> String) {
      for entry in entries {
        metrics.append(
          "sagflow_output_\(name)", type, help, labels: [("output", entry.shipping.name)], value(entry.shipping))
      }
    }
    append("shipped_files_total", "counter", "Files shipped to an output's destination.") {
      String($0.shippedFiles)
    }
    append("shipped_bytes_total", "counter", "Bytes of shipped files.") { String($0.shippedOctets) }
    append("waiting_files", "gauge", "Files waiting for an output, including those in transit.") {
      String($0.waitingFiles)
    }
    append("waiting_bytes", "gauge", "Bytes of waiting files.") { String($0.waitingOctets) }
    append("waiting_age_seconds", "gauge", "Age of the oldest waiting file, seconds; 0 if none waits.") {
      String($0.age(at: Int64(now.timeIntervalSince1970)))
    }
    append("retries_total", "counter", "Failed attempts that are retried.") { String($0.retries) }
    append("set_aside_files_total", "counter", "Files set aside because the destination rejects them.") {
      String($0.setAsideFiles)
    }
    append("removed_files_total", "counter", "Files removed by retention before they were shipped.") {
      String($0.removedFiles)
    }
    appendLive(to: &metrics)
    appendRows(to: &metrics)
    let failing =
      entries.map { ($0.shipping.name, $0.shipping.failingSince) }
      + lines.map { ($0.report.name, $0.report.failingSince) }
    for (name, since) in failing {
      metrics.append(
        "sagflow_output_failing", "gauge", "1 while an output fails.", labels: [("output", name)],
        since == nil ? "0" : "1")
    }
  }

  /// Appends counters of rows sent before their file was committed.
  private func appendLive(to metrics: inout MetricsText) {
    func append(_ name: String, _ help: String, _ value: (LiveRowCounts) -> UInt64) {
      for entry in entries {
        guard let live = entry.shipping.live else { continue }
        metrics.append(
          "sagflow_output_live_\(name)", "counter", help, labels: [("output", entry.shipping.name)],
          String(value(live)))
      }
    }
    append("sent_rows_total", "Rows sent as they left the cache.", \.sent)
    append("acknowledged_rows_total", "Rows of these acknowledged by the destination.", \.acknowledged)
    append("left_rows_total", "Rows left to their files, because they were not sent or not acknowledged.", \.left)
  }

  /// Appends counters of line outputs.
  private func appendRows(to metrics: inout MetricsText) {
    func append(_ name: String, _ type: String, _ help: String, _ value: (LineReport) -> UInt64) {
      for entry in lines {
        metrics.append(
          "sagflow_output_\(name)", type, help, labels: [("output", entry.report.name)], String(value(entry.report)))
      }
    }
    append("rows_total", "counter", "Rows written as lines.", \.written)
    append("row_bytes_total", "counter", "Bytes of these lines.", \.writtenOctets)
    append(
      "lost_rows_total", "counter", "Rows lost because an output of lines could neither write nor keep them.", \.lost)
    append("held_rows", "gauge", "Rows waiting for the file of an output of lines.", \.held)
  }
}
