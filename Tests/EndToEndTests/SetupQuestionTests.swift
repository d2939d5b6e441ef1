import Foundation
import GatewayStub
import TestSupport
import Testing

@Suite(
  "config setup and teardown show and ask before they change anything", .tags(.network, .slow), .unlessFast, .serialized
)
struct SetupQuestionTests {
  private static let setup = ["--name", "edges", "--collector", "10.0.0.1"]

  private static func withGateway(_ body: @escaping @Sendable (CloudOperator) async throws -> Void) async throws {
    try await GatewayStub.run { stub in
      stub.put(StubGateway("sag-1", name: "Hangzhou"))
      try await body(CloudOperator(stub))
    }
  }

  private static let terminal = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("terminal.py").path

  @Test(
    "on a terminal it asks for each step, and an answer other than yes ends it",
    .enabled(if: Tool.python != nil, "python3 is missing"), arguments: ["create it? [y/N] ", "bind it? [y/N] "])
  func asking(question: String) async throws {
    try await Self.withGateway { person in
      let python = try #require(Tool.python)
      // The second question implies that the first step was confirmed.
      if question.hasPrefix("bind") {
        person.stub.put(
          StubFlowLog(
            "fl-1",
            [
              "Name": "edges", "Status": "Inactive", "ActiveAging": "300", "InactiveAging": "15",
              "OutputType": "netflow", "NetflowServerIp": "10.0.0.1", "NetflowServerPort": "9995",
              "NetflowVersion": "V9",
            ]))
      }
      let no = try await person.config(
        "setup", Self.setup, through: [python.path, Self.terminal, question, "n"])
      #expect(no.status == 1, "\(no.output)")
      #expect(no.output.contains("nothing is changed"), "\(no.output)")
      #expect(person.stub.requests.allSatisfy { $0.action.hasPrefix("Describe") })
      #expect(person.savedStates == [])
    }
  }

  @Test("without a terminal and --yes both refuse")
  func noTerminal() async throws {
    try await Self.withGateway { person in
      let outcome = try await person.config("setup", Self.setup)
      #expect(outcome.status == 64, "\(outcome.errors)")
      #expect(outcome.errors.contains("--yes"))
      #expect(person.stub.requests.allSatisfy { $0.action.hasPrefix("Describe") })
      _ = try await person.config("setup", Self.setup + ["--yes"])
      let undone = try await person.config("teardown", ["--name", "edges"])
      #expect(undone.status == 64, "\(undone.errors)")
      #expect(person.stub.flowLogs.count == 1)
    }
  }

  @Test("a dry run needs neither network nor credentials, and prints the requests that would go out")
  func dryRun() async throws {
    try await Self.withGateway { person in
      let options = Self.setup + ["--description", "流 *~+/", "--gateways", "sag-1"]
      let none = Dictionary(
        uniqueKeysWithValues: person.environment.keys.filter { $0 != "HOME" }.map { ($0, "") })
      let dry = try await person.config("setup", options + ["--dry-run"], environment: none)
      #expect(dry.status == 0, "\(dry.errors)")
      #expect(person.stub.requests.isEmpty)
      let real = try await person.config("setup", options + ["--yes"])
      #expect(real.status == 0, "\(real.errors)")
      let dryTeardown = try await person.config(
        "teardown", ["--name", "edges", "--dry-run"], environment: none)
      #expect(dryTeardown.status == 0, "\(dryTeardown.errors)")
      let undone = try await person.config("teardown", ["--name", "edges", "--yes"])
      #expect(undone.status == 0, "\(undone.errors)")
      let sent = person.stub.requests.filter { !$0.action.hasPrefix("Describe") }
      let lines = dry.lines + dryTeardown.lines
      let shown = lines.filter { $0.hasPrefix("POST ") }.map {
        $0.replacing("ID-OF-THE-ANSWER", with: "fl-new1")
      }
      #expect(shown == sent.map { "POST \(person.stub.endpoint)/?\($0.wire.query)" })
      #expect(
        lines.filter { $0.hasPrefix("x-acs-action: ") } == sent.map { "x-acs-action: \($0.action)" })
    }
  }

  struct Mistake: CustomTestStringConvertible, Sendable {
    var options: [String]
    var words: [String]
    var testDescription: String { options.joined(separator: " ") }
  }

  @Test(
    "a mistake is told in one line, and nothing is sent",
    arguments: [
      Mistake(options: ["--collector", "10.0.0.1"], words: ["--name is missing"]),
      Mistake(options: ["--name", "", "--collector", "10.0.0.1"], words: ["--name is missing"]),
      Mistake(options: ["--name", "n"], words: ["--collector", "found nothing"]),
      Mistake(options: ["--name", "n", "--collector", "127.0.0.1"], words: ["--collector", "loopback"]),
      Mistake(
        options: ["--name", "n", "--collector", "10.0.0.1", "--gateways", "sag-****"], words: ["--gateways", "masked"]),
      Mistake(
        options: ["--name", "n", "--collector", "10.0.0.1", "--gateways", "sag-1,,sag-2"],
        words: ["--gateways", "found nothing"]),
      Mistake(
        options: ["--name", "n", "--collector", "10.0.0.1", "--active-aging", "59"], words: ["--active-aging", "'59'"]),
      Mistake(options: ["--name", "n", "--collector", "10.0.0.1", "--wait", "never"], words: ["--wait", "'never'"]),
    ])
  func mistakes(mistake: Mistake) async throws {
    try await Self.withGateway { person in
      let outcome = try await person.config("setup", mistake.options + ["--yes"])
      #expect(outcome.status == 64, "\(outcome.errors)")
      #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
      for word in mistake.words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
      #expect(person.stub.requests.isEmpty)
    }
  }

  @Test("what Log Service needs is asked for before anything is made")
  func incompleteLogService() async throws {
    try await Self.withGateway { person in
      let outcome = try await person.config("setup", Self.setup + ["--output-type", "all", "--yes"])
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("ProjectName: expected a name"), "\(outcome.errors)")
      #expect(person.stub.requests("CreateFlowLog").isEmpty)
    }
  }

  @Test("a record that cannot be written or read stops it")
  func badRecord() async throws {
    try await Self.withGateway { person in
      let state = "\(person.home)/.local"
      try Data().write(to: URL(fileURLWithPath: state))
      let unwritable = try await person.config("setup", Self.setup + ["--yes"])
      #expect(unwritable.status == 74, "\(unwritable.errors)")
      #expect(person.stub.requests("CreateFlowLog").isEmpty)
      try FileManager.default.removeItem(atPath: state)
      _ = try await person.config("setup", Self.setup + ["--yes"])
      let record = try #require(person.savedStates.first)
      try Data("{}".utf8).write(to: URL(fileURLWithPath: record))
      let unreadable = try await person.config("teardown", ["--name", "edges", "--yes"])
      #expect(unreadable.status == 65, "\(unreadable.errors)")
      #expect(unreadable.errors.contains(record))
    }
  }

  @Test("with --wait it ends when the gateways' flows come, also in a run that finds all done")
  func arrival() async throws {
    try await Self.withGateway { person in
      let collector = try await RunningCollector()
      let environment = ["SAGFLOW_HTTP_LISTEN": "127.0.0.1:\(try await collector.httpPort())"]
      for words in ["a new or silent", "any"] {
        let program = try person.startConfig(
          "setup", Self.setup + ["--yes", "--wait", "100s"], environment: environment)
        try await program.says("waiting for flows of \(words) exporter at 10.0.0.1:9995")
        let generated = try await Sagflow.run(
          ["generate", "--to", "127.0.0.1:\(collector.port)", "--flows", "40", "--rate", "0"])
        #expect(generated.status == 0)
        let outcome = try await program.end()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("flows arrive: 127.0.0.1"), "\(outcome.output)")
      }
      _ = try await collector.stop()
    }
  }
}
