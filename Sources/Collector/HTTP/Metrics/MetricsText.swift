package import Enrichment
package import FlowPipeline
package import Foundation
package import Relay
package import StreamReception

/// Metrics in Prometheus's text format, version 0.0.4.
package struct MetricsText {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  package private(set) var text = ""
  private var last = ""

  package init() {}

  /// Appends a sample; samples of a metric must be adjacent.
  package mutating func append(
    _ name: String, _ type: String, _ help: String, labels: [(name: String, value: String)] = [], _ value: String
  ) {
    if name != last {
      text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
      last = name
    }
    text += name
    if !labels.isEmpty {
      text += "{" + labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
    }
    text += " \(value)\n"
  }

  /// Escapes `\`, `"` and line feeds in a label's value.
  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}

extension MetricsText {
  /// Returns all metrics of a collector.
  package static func page(
    version: String, ledger: Ledger, isStoreWritable: Bool, exporters: inout ExporterMetrics, alerts: AlertReport,
    streams: StreamReport? = nil, relay: [RelayReport] = [], labels: KnowledgeReport = KnowledgeReport(),
    outputs: OutputReport, started: Date
  ) -> MetricsText {
    var metrics = MetricsText()
    metrics.append(
      "sagflow_build_info", "gauge", "The program's version.", labels: [("version", version)], "1")
    ledger.append(to: &metrics)
    metrics.append(
      "sagflow_store_writable", "gauge", "1 while the store can be written.", isStoreWritable ? "1" : "0")
    exporters.append(ledger.sessions, to: &metrics)
    metrics.append(streams)
    metrics.append(relay)
    metrics.append(labels)
    alerts.append(to: &metrics)
    outputs.append(to: &metrics, at: Date())
    metrics.appendProcess(ProcessFigures(), started: started)
    return metrics
  }
}

extension Ledger {
  /// Appends every counter of the ledger table.
  fileprivate func append(to metrics: inout MetricsText) {
    for counter in LedgerCounter.all {
      metrics.append(
        "sagflow_\(counter.metric)", counter.kind.rawValue, counter.help, labels: counter.label.map { [$0] } ?? [],
        String(self[keyPath: counter.path]))
    }
  }
}

extension MetricsText {
  /// Appends process metrics, under the names that all Prometheus clients use.
  private mutating func appendProcess(_ process: ProcessFigures, started: Date) {
    append(
      "process_start_time_seconds", "gauge", "Start of the process, seconds since 1970.",
      String(started.timeIntervalSince1970))
    append(
      "process_cpu_seconds_total", "counter", "CPU time in user and system mode, seconds.", String(process.cpuSeconds))
    append("process_resident_memory_bytes", "gauge", "Resident memory, bytes.", String(process.residentOctets))
    append("process_open_fds", "gauge", "Open file descriptors.", String(process.openFiles))
  }
}
