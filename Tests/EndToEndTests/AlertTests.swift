import Foundation
import TestSupport
import Testing

@Suite("Alerts of a running collector", .tags(.network, .slow), .unlessFast, .serialized)
struct AlertTests {
  /// - Parameter out: the file to which a program appends each message as a line of JSON.
  private static func configuration(_ rules: String, out: String) -> String {
    """
    alerts:
      interval: 1s
      # The machine's disk is not the test's.
      builtIn: {diskFree: 0}
      actions:
        - name: out
          program: [/bin/sh, -c, 'cat >>"$0"; echo >>"$0"', "\(out)"]
      rules: [\(rules)]

    """
  }

  private static let rule = "{name: many, filter: proto udp, measure: flowsPerSecond, window: 5m, above: 0.1}"

  private struct Message: Decodable, Equatable {
    var event: String
    var alert: String
  }

  private static func messages(_ path: String) -> [Message] {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Message.self, from: Data($0.utf8)) }
  }

  private static func status(_ http: UInt16) async throws -> String {
    let outcome = try await Sagflow.run(["status", "--http", "127.0.0.1:\(http)"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  @Test("a rule on live flows fires once, outlives a restart, and is over when it is removed")
  func life() async throws {
    let folder = try TemporaryFolder()
    let out = folder.file("messages")
    let text = Self.configuration(Self.rule, out: out)
    let first = try await RunningCollector(
      ["--inactive-timeout", "3600s", "--active-timeout", "3600s"], configuration: text, store: folder.file("flows"))
    try NumberedFlows.send(0..<300, to: first.port)
    try await eventually("the message") { !Self.messages(out).isEmpty }
    #expect(Self.messages(out) == [Message(event: "fired", alert: "many")])
    let line = try await first.program.says("alert: many: ")
    #expect(line.contains("alert=many event=fired limit=0.1 value="), "\(line)")
    let http = try await first.httpPort()
    try await eventually("the metric") {
      try await HTTPAnswer.get("/metrics", from: http).body.contains("sagflow_alert_firing{name=\"many\"} 1\n")
    }
    let table = try await Self.status(http)
    #expect(table.contains(#/(?m)^ALERT +STATE +FOR *\nmany +FIRING /#), "\(table)")
    _ = try await first.stop()

    let second = try await RunningCollector(configuration: text, store: folder.file("flows"))
    let port = try await second.httpPort()
    try await eventually("an evaluation") {
      let metrics = try await HTTPAnswer.get("/metrics", from: port).body
      return metrics.contains(#/(?m)^sagflow_alert_evaluations_total [2-9]/#)
    }
    #expect(try await Self.status(port).contains(#/many +FIRING /#))
    try Self.configuration("", out: out).write(toFile: second.configurationFile, atomically: true, encoding: .utf8)
    second.program.signal(SIGHUP)
    try await eventually("the end of the alert") { Self.messages(out).count > 1 }
    #expect(Self.messages(out).map(\.event) == ["fired", "resolved"])
    try await second.program.says("alert resolved: many: ")
    _ = try await second.stop()
    #expect(Self.messages(out).count == 2)
  }

  @Test("config check finds what is wrong in a rule, with line and key")
  func check() async throws {
    let folder = try TemporaryFolder()
    let text = Self.configuration("{name: a, filter: prt 53, above: 1}, {name: a, above: x}", out: "/x")
    let path = try folder.write(text, as: "sagflow.yaml")
    let outcome = try await Sagflow.run(["config", "check", "-c", path])
    #expect(outcome.status == 78)
    #expect(outcome.errors.contains("sagflow.yaml:8:65: alerts.rules[1].above: expected a number"), "\(outcome.errors)")
    let right = try folder.write(Self.configuration(Self.rule, out: "/x"), as: "right.yaml")
    let verbose = try await Sagflow.run(["config", "check", "-v", "-c", right])
    #expect(verbose.status == 0, "\(verbose.errors)")
    #expect(verbose.output.contains("alerts.rules: [{name: many, filter: \"proto udp\", measure: flowsPerSecond"))
  }
}
