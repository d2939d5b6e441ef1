import Foundation
import TestSupport
import Testing

/// Checks config/grafana/collector.json against the table of exported metrics.
@Suite("Grafana's dashboard of collectors")
struct MetricsDashboardTests {
  private struct Dashboard: Decodable {
    struct Panel: Decodable {
      struct Target: Decodable { var expr: String }

      var id: Int
      var title: String
      var type: String
      var gridPos: Place
      var targets: [Target]?
    }

    struct Place: Decodable {
      var x: Int
      var y: Int
      var w: Int
      var h: Int
    }

    struct Variables: Decodable { var list: [Variable] }

    struct Variable: Decodable {
      var name: String
      var definition: String?
    }

    var uid: String
    var panels: [Panel]
    var templating: Variables
  }

  private static func dashboard() throws -> Dashboard {
    try JSONDecoder().decode(Dashboard.self, from: Data(PackageFiles.text("config/grafana/collector.json").utf8))
  }

  /// Returns the names of metrics with their labels, from docs/metrics.md.
  private static func metrics() throws -> [String: Set<String>] {
    var metrics: [String: Set<String>] = [:]
    for row in try PackageFiles.text("docs/metrics.md").matches(of: /(?m)^\| `(\w+)` \| \w+ \| ([^|]*) \|/) {
      metrics[String(row.1)] = Set(row.2.matches(of: /`(\w+)`/).map { String($0.1) })
    }
    return metrics
  }

  @Test("each metric that it shows is one that the collector exports, with the labels that it sums by")
  func names() throws {
    let metrics = try Self.metrics()
    #expect(metrics.count > 60)
    let dashboard = try Self.dashboard()
    let questions =
      dashboard.panels.flatMap { $0.targets ?? [] }.map(\.expr) + dashboard.templating.list.compactMap(\.definition)
    #expect(questions.count > 40)
    // Labels added by the scrape, and metrics whose results have their own table in docs/metrics.md.
    let given: Set<String> = ["instance", "job"]
    let results = ["sagflow_alert_messages_total", "sagflow_relay_datagrams_total"]
    for question in questions {
      let names = question.matches(of: /\b(?:sagflow|process)_[a-z_]+/).map { String($0.output) }
      #expect(!names.isEmpty, "\(question)")
      var labels = given
      for name in names {
        let known = try #require(metrics[name], "\(name) is no metric of docs/metrics.md")
        labels.formUnion(known)
        if results.contains(name) { labels.insert("result") }
      }
      for group in question.matches(of: /\bby \(([^)]*)\)/) {
        for label in group.1.split(separator: ",") {
          #expect(labels.contains(label.trimmingCharacters(in: .whitespaces)), "\(label) in \(question)")
        }
      }
    }
  }

  @Test("panels have numbers of their own and do not overlap")
  func layout() throws {
    let panels = try Self.dashboard().panels
    #expect(Set(panels.map(\.id)).count == panels.count)
    for (index, panel) in panels.enumerated() {
      let place = panel.gridPos
      #expect(place.x >= 0 && place.x + place.w <= 24, "\(panel.title)")
      for other in panels[..<index] {
        let apart =
          place.x >= other.gridPos.x + other.gridPos.w || other.gridPos.x >= place.x + place.w
          || place.y >= other.gridPos.y + other.gridPos.h || other.gridPos.y >= place.y + place.h
        #expect(apart, "\(panel.title) lies over \(other.title)")
      }
    }
  }

  @Test(
    "Prometheus's own checker takes each expression", .tags(.engine), .unlessFast,
    .enabled(if: Tool.isInstalled("promtool"), "promtool is missing"))
  func expressions() async throws {
    // The checker takes expressions as rules; Grafana expands variables.
    let rules = try Self.dashboard().panels.flatMap { $0.targets ?? [] }.enumerated().map { index, target in
      let expression = target.expr.replacing("$__rate_interval", with: "5m").replacing(/\$\w+/, with: "x")
      return "      - record: panel:\(index)\n        expr: '\(expression.replacing("'", with: "''"))'\n"
    }
    let folder = try TemporaryFolder()
    let file = try folder.write("groups:\n  - name: panels\n    rules:\n\(rules.joined())", as: "rules.yml")
    let outcome = try await #require(Tool("promtool")).outcome(["check", "rules", file])
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("\(rules.count) rules found"), "\(outcome.output)")
  }
}
