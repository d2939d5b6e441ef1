import Alerts
import Collector
import Enrichment
import FlowLines
import FlowModel
import FlowPipeline
import Foundation
import NetFlow
import NetworkBytes
import Relay
import Settings
import Shipping
import StreamReception
import Testing
import Yams

@Suite("Files generated from the schema")
struct ShippedFilesTests {
  @Test("config/sagflow.yaml holds every key with its default and a line of comment")
  func shippedFile() throws {
    try expectText(of: "config/sagflow.yaml", ConfigurationSchema.document)
    let text = try PackageFiles.text("config/sagflow.yaml")
    let node = try #require(try Yams.compose(yaml: text))
    #expect(Set(leaves(node)) == Set(ConfigurationSchema.settings.map(\.key)))
    let loaded = try CollectorConfiguration.load(file: PackageFiles.path("config/sagflow.yaml"), environment: [:])
    #expect(loaded.values == CollectorConfiguration())
    #expect(ConfigurationSchema.settings.allSatisfy { loaded.origin(of: $0.key) != .standard })
  }

  @Test("each key of config/sagflow.yaml stands below a comment")
  func comments() throws {
    let lines = try PackageFiles.text("config/sagflow.yaml").split(separator: "\n").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    for (above, line) in zip(lines, lines.dropFirst()) where !line.hasPrefix("#") && line.contains(":") {
      #expect(above.hasPrefix("# "), "no comment above \(line)")
    }
    #expect(lines.allSatisfy { $0.count <= 120 })
  }

  @Test("docs/configuration.md lists every setting as the schema has it")
  func manual() throws {
    try expectPart(of: "docs/configuration.md", "settings", ConfigurationSchema.manual)
  }

  @Test("docs/metrics.md lists every metric as the collector tells it")
  func metrics() throws {
    var ledger = Ledger()
    ledger.sessions = [
      SessionSummary(key: SessionKey(exporter: Endpoint(address: IPAddress(v4: 1), port: 1), version: 9, domain: 0))
    ]
    var exporters = ExporterMetrics()
    var alerts = AlertReport()
    alerts.options.rules = [AlertRule(name: "x")]
    var board = AlertBoard()
    _ = board.advance([AlertReading(AlertKey("x"), 1, AlertCondition(.above, .value(0)))], at: 0)
    alerts.alerts = board.all
    alerts.actions = ["x": .init()]
    var shipping = ShippingReport(name: "x", place: "")
    shipping.live = LiveRowCounts()
    var labels = KnowledgeReport()
    labels.files = KnowledgeReport.Kind.allCases.map { .init($0, path: "") }
    let page = MetricsText.page(
      version: "", ledger: ledger, isStoreWritable: true, exporters: &exporters, alerts: alerts,
      streams: StreamReport(), relay: [RelayReport(target: Endpoint(address: IPAddress(v4: 1), port: 1))],
      labels: labels,
      outputs: OutputReport(
        [.init(kind: .kafka, shipping)],
        lines: [.init(kind: .csv, LineReport(name: "y", place: ""))]), started: Date())
    try expectPart(of: "docs/metrics.md", "metrics", Self.table(of: page.text))
  }

  @Test("docs/store.md lists every column as the table has it")
  func columns() throws {
    let head = "| column | type | | meaning | information elements |\n|---|---|---|---|---|\n"
    let rows = FlowColumn.allCases.map { column in
      let elements = column.elements.map { String($0.rawValue) }.joined(separator: ", ")
      return
        "| \(column.name) | \(Self.type(column.kind)) | \(column.isNullable ? "O" : "R") | \(column.meaning) | \(elements) |\n"
    }
    try expectPart(of: "docs/store.md", "columns", head + rows.joined())
  }

  private static func type(_ kind: FlowColumn.Kind) -> String {
    switch kind {
    case .time: "timestamp, ms, UTC"
    case .counter: "uint64"
    case .number(let width): "uint\(width.rawValue)"
    case .address, .mac, .text, .json: "string"
    }
  }

  /// Returns a row for each metric: name, type, label names with their values if enumerated, and help.
  private static func table(of page: String) -> String {
    var rows: [(name: String, type: String, help: String, labels: [String])] = []
    for line in page.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 3).map(String.init)
      if line.hasPrefix("# HELP ") {
        rows.append((words[2], "", words[3], []))
      } else if line.hasPrefix("# TYPE ") {
        rows[rows.count - 1].type = words[3]
      } else if let labels = line.split(separator: "{").dropFirst().first {
        let pair = labels.split(separator: "=")
        let isEnumerated = !["exporter", "version", "name", "action", "output", "target"].contains(pair[0])
        rows[rows.count - 1].labels.append(
          isEnumerated ? "`\(pair[0])`: \(pair[1].split(separator: "\"")[0])" : "`\(pair[0])`")
      }
    }
    let head = "| metric | type | label | meaning |\n|---|---|---|---|\n"
    return rows.reduce(head) { text, row in
      let name = row.labels.first?.split(separator: ":").first ?? ""
      let values = row.labels.map { $0.split(separator: ": ").dropFirst().joined() }.filter { !$0.isEmpty }
      return text
        + "| `\(row.name)` | \(row.type) | \(name)\(values.isEmpty ? "" : ": ")\(values.joined(separator: ", ")) | \(row.help) |\n"
    }
  }

  /// Expects that the part of a file between two HTML comments equals `wanted`.
  private func expectPart(of file: String, _ name: String, _ wanted: String) throws {
    let text = try PackageFiles.text(file)
    let begin = try #require(text.range(of: "<!-- \(name) -->\n"))
    let end = try #require(text.range(of: "<!-- end of \(name) -->\n"))
    try expectText(of: file, text[..<begin.upperBound] + wanted + text[end.lowerBound...])
  }

  private func leaves(_ node: Node, prefix: String = "") -> [String] {
    guard let mapping = node.mapping, !prefix.lowercased().hasSuffix("samplingrates") else { return [prefix] }
    return mapping.flatMap { key, value in
      leaves(value, prefix: prefix.isEmpty ? key.string ?? "" : "\(prefix).\(key.string ?? "")")
    }
  }

  /// If UPDATE_SHIPPED_FILES is set, writes the file instead (`make shipped-files`).
  private func expectText(of file: String, _ wanted: String) throws {
    if ProcessInfo.processInfo.environment["UPDATE_SHIPPED_FILES"] != nil {
      try wanted.write(toFile: PackageFiles.path(file), atomically: true, encoding: .utf8)
      return
    }
    let found = try PackageFiles.text(file).split(separator: "\n", omittingEmptySubsequences: false)
    let expected = wanted.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, (have, want)) in zip(found, expected).enumerated() where have != want {
      Issue.record("\(file):\(index + 1) is \"\(have)\", not \"\(want)\"")
      return
    }
    #expect(found.count == expected.count, "\(file) has \(found.count) lines, not \(expected.count)")
  }
}
