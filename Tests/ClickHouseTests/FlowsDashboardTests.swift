import ClickHouse
import Foundation
import TestSupport
import Testing

/// Checks config/grafana/flows-clickhouse.json against the tables created by `sagflow output clickhouse schema`.
@Suite("Grafana's dashboard of flows in ClickHouse")
struct FlowsDashboardTests {
  private struct Dashboard: Decodable {
    struct Panel: Decodable {
      struct Target: Decodable { var rawSql: String }

      var targets: [Target]?
    }

    struct Variables: Decodable { var list: [Variable] }

    struct Variable: Decodable {
      var type: String
      var definition: String?
    }

    var panels: [Panel]
    var templating: Variables
  }

  /// Returns all queries in the file.
  static func questions() throws -> [String] {
    let path = Fixtures.path("../../config/grafana/flows-clickhouse.json")
    let dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    return dashboard.panels.flatMap { $0.targets ?? [] }.map(\.rawSql)
      + dashboard.templating.list.compactMap { $0.type == "query" ? $0.definition : nil }
  }

  /// Returns a query with Grafana's macros and variables expanded.
  static func expanded(_ question: String) -> String {
    question
      .replacing(/\$__timeFilter\((\w+)\)/) { "\($0.1) >= now() - INTERVAL 6 HOUR AND \($0.1) <= now()" }
      .replacing(/\$__timeInterval\((\w+)\)/) { "toStartOfInterval(toDateTime(\($0.1)), INTERVAL 60 second)" }
      .replacing("$__interval_s", with: "60")
      .replacing("${exporter:singlequote}", with: "'::ffff:192.0.2.1','2001:db8::1'")
  }

  @Test("each table and column that a question names is in the schema")
  func columns() throws {
    let tables = ClickHouseSchema(ClickHouseOptions()).tables
    let questions = try Self.questions()
    #expect(questions.count >= 10)
    for question in questions {
      let text = Self.expanded(question)
      #expect(!text.contains("$"), "\(question) has a macro that the test does not know")
      let named = Set(text.matches(of: /\bFROM (\w+)/).map { String($0.1) })
      var known = Set(text.matches(of: /\bAS (\w+)/).map { String($0.1) })
      for name in named {
        let table = try #require(tables.first { $0.name == name }, "there is no table \(name)")
        known.formUnion(table.columns.map(\.name) + [name])
      }
      // Without texts, functions and SQL keywords, which are in upper case, only columns remain.
      let plain = text.replacing(/'[^']*'/, with: "").replacing(/\b\w+\(/, with: "(")
      for word in plain.matches(of: /\b[a-z_][a-z0-9_]*\b/) where word.output != "second" {
        #expect(known.contains(String(word.output)), "\(word.output) in \(question)")
      }
    }
  }
}
