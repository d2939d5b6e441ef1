import Alerts
import FlowFilter
import Foundation
import Settings
import TestSupport
import Testing

@Suite("Settings of alerts, lists of records")
struct AlertSettingsTests {
  @Test("rules and actions arrive as what they mean, in their order")
  func meanings() throws {
    let values = try load(
      """
      alerts:
        interval: 1m
        builtIn: {exporterSilent: 0, kernelDrops: false}
        actions:
          - name: noc
            webhook: https://noc.example/hook
            header: X-Token
            headerFile: noc.token
          - {name: page, program: [/usr/bin/page, "--team", net]}
        rules:
          - name: dns-amplification
            filter: |
              proto udp and # answers
              src port 53
            above: 100M
            window: 1m
            for: 2m
            clear: 50
            repeat: 1h
            actions: [page]
          - name: quiet
            measure: flowspersecond
            belowUsual: 0.2
          - {name: scan, measure: newSources, above: 1k, memory: 2h, log: false}

      """
    ).values.live.alerts
    #expect(values.interval == 60)
    #expect(values.builtIn.exporterSilent == 0)
    #expect(!values.builtIn.kernelDrops)
    #expect(values.builtIn.diskFree == 5)
    try #require(values.actions.count == 2)
    guard case .webhook(let url, let header, let file) = values.actions[0].kind else {
      Issue.record("\(values.actions[0])")
      return
    }
    #expect((url, header) == ("https://noc.example/hook", "X-Token"))
    #expect(file.hasSuffix("/noc.token"), "it is beside the configuration file: \(file)")
    #expect(values.actions[1] == AlertAction(name: "page", kind: .program(["/usr/bin/page", "--team", "net"])))
    try #require(values.rules.map(\.name) == ["dns-amplification", "quiet", "scan"])
    let dns = values.rules[0]
    #expect(try dns.filter == FlowFilter(parsing: "proto udp and src port 53"))
    #expect((dns.measure, dns.window) == (.bitsPerSecond, 60))
    #expect(dns.condition == AlertCondition(.above, .value(100_000_000), clear: 0.5))
    #expect(dns.timing == AlertTiming(hold: 120, repeatInterval: 3600))
    #expect(dns.actions == ["page"])
    let quiet = values.rules[1]
    #expect(quiet.condition == AlertCondition(.below, .usual(multiple: 0.2, floor: quiet.measure.standardFloor)))
    #expect(quiet.actions == nil)
    #expect((values.rules[2].memory, values.rules[2].isLogged) == (7200, false))
  }

  @Test(
    "what is wrong in a rule or an action is found at its line, with its number and key",
    arguments: [
      ("rules:\n    - name: a\n      above: much\n", "4:14: alerts.rules[0].above: expected a number from 0 on"),
      (
        "rules:\n    - {name: a, above: 1}\n    - name: a\n      above: 1\n",
        "4:13: alerts.rules[1].name: 'a' is a duplicate name"
      ),
      ("rules: [{above: 1}]\n", "2:11: alerts.rules[0].name: is missing"),
      ("rules: [{name: a}]\n", "2:11: alerts.rules[0]: expected one of above, below, aboveUsual and belowUsual"),
      (
        "rules: [{name: a, above: 1, below: 2}]\n",
        "alerts.rules[0].below: expected one of above, below, aboveUsual and"
      ),
      ("rules: [{name: a, above: 1, filtre: x}]\n", "alerts.rules[0].filtre: unknown key; did you mean filter?"),
      ("rules: [{name: a, above: 1, filter: prt 53}]\n", "alerts.rules[0].filter: "),
      ("rules: [{name: a, above: 1, window: 5}]\n", "alerts.rules[0].window: expected a duration from 10s to 1d"),
      ("rules: [{name: a, aboveUsual: 1}]\n", "alerts.rules[0].aboveUsual: expected a number above 1"),
      ("rules: [{name: a, belowUsual: 2}]\n", "alerts.rules[0].belowUsual: expected a number below 1"),
      ("rules: [{name: a, below: 0}]\n", "alerts.rules[0].below: expected a number above 0"),
      ("rules: [{name: a, above: 1, floor: 1}]\n", "alerts.rules[0].floor: applies only to aboveUsual and belowUsual"),
      ("rules: [{name: a, above: 1, memory: 2h}]\n", "alerts.rules[0].memory: applies only to measure: newSources"),
      ("rules: [{name: a b, above: 1}]\n", "alerts.rules[0].name: expected a name of letters"),
      ("rules: [{name: disk-full, above: 1}]\n", "alerts.rules[0].name: 'disk-full' is built in"),
      ("rules: [{name: a, above: 1, actions: [b]}]\n", "alerts.rules: rule a names the action b, which"),
      ("rules: [{name: a, above: [1]}]\n", "alerts.rules[0].above: expected a number from 0 on"),
      ("rules: [{name: a, above: 1, actions: b}]\n", "alerts.rules[0].actions: expected a list of a name"),
      ("rules: [a]\n", "2:11: alerts.rules[0]: expected maps of name, filter"),
      ("rules: {name: a}\n", "2:10: alerts.rules: expected a list of maps of name, filter"),
      ("rules:\n", "2:3: alerts.rules: expected a list of maps of name, filter"),
      ("actions: [{name: a}]\n", "2:13: alerts.actions[0]: expected either webhook or program"),
      ("actions: [{name: a, webhook: 'ftp://x'}]\n", "alerts.actions[0].webhook: expected a URL"),
      ("actions: [{name: a, webhook: 'https://u:p@x/'}]\n", "alerts.actions[0].webhook: expected a URL"),
      ("actions: [{name: a, webhook: 'https://x/', header: X}]\n", "alerts.actions[0].header: has no value"),
      ("actions: [{name: a, program: [page]}]\n", "alerts.actions[0].program: expected an absolute path first"),
      (
        "actions: [{name: a, program: [/x], headerFile: y}]\n",
        "alerts.actions[0].headerFile: applies only to a webhook"
      ),
    ])
  func problems(text: String, start: String) throws {
    let found = try complaints("alerts:\n  \(text)")
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.contains(start) == true, "\(found)")
    #expect(found.first?.hasPrefix("c.yaml:") == true, "\(found)")
  }

  @Test("every wrong field is told at once")
  func several() throws {
    let text = "alerts:\n  rules:\n  - {name: a, above: x, window: 1}\n  - {name: '', above: 1}\n"
    #expect(try complaints(text).count == 3)
  }

  @Test("lists of records are in the file alone")
  func elsewhere() throws {
    #expect(
      try complaints("", environment: ["SAGFLOW_ALERTS_RULES": "x"]) == [
        "SAGFLOW_ALERTS_RULES: alerts.rules is in the configuration file only; unset it"
      ])
    let override = ConfigurationOverride(option: "--x", key: "alerts.rules", elements: ["x"])
    #expect(try complaints("", overrides: [override]).count == 1)
  }

  private static func document(_ name: String) throws -> String {
    let path = #filePath.replacing("Tests/SettingsTests/AlertSettingsTests.swift", with: name)
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test("the examples of the documents are right", arguments: ["docs/alerts.md", "README.md"])
  func examples(name: String) throws {
    let blocks = try Self.document(name).components(separatedBy: "```yaml\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }.filter { $0.hasPrefix("alerts:") }
    #expect(!blocks.isEmpty)
    for block in blocks { #expect(try load(block).values.live.alerts.rules.isEmpty == false) }
  }

  @Test("the manual has every key of rules and actions")
  func manual() throws {
    let text = try Self.document("docs/alerts.md")
    for setting in ConfigurationSchema.settings where setting.shape == .records && setting.key.hasPrefix("alerts.") {
      for field in ConfigurationSchema.fields(of: setting) {
        #expect(text.contains("| `\(field.name)` | \(field.expected)"), "\(setting.key): \(field.name)")
      }
    }
  }
}
