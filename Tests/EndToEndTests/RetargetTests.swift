import Foundation
import GatewayStub
import TestSupport
import Testing

@Suite("config retarget points a flow log at this collector", .tags(.network, .slow), .unlessFast, .serialized)
struct RetargetTests {
  // MARK: Changes

  @Test(
    "it shows what changes, saves what was, sends the complete state, and brings it back", arguments: [true, false])
  func change(portsAreNumbers: Bool) async throws {
    try await CloudOperator.run { person in
      let stub = person.stub
      if portsAreNumbers { stub.tellPortsAsNumbers() }
      let before = try #require(stub.flowLog("fl-0"))
      let outcome = try await person.retarget("fl-0", CloudOperator.target)
      #expect(outcome.status == 0, "\(outcome.errors)")
      for (field, present, wanted) in [
        ("NetflowServerIp", "192.168.0.9", "10.0.0.1"),
        ("NetflowServerPort", "2055", "9995"),
      ] {
        let words = outcome.lines.first { $0.contains("  \(field) ") }?.split(separator: " ").map(String.init)
        #expect(words == [field, present, wanted], "\(outcome.output)")
      }
      #expect(!outcome.output.contains("InactiveAging"), "what stays is not shown")
      #expect(outcome.errors.contains("credentials: the environment"))
      // Every parameter is explicit.
      let sent = try #require(stub.requests("ModifyFlowLogAttribute").first)
      #expect(
        sent.parameters == [
          "RegionId": "cn-shanghai", "FlowLogId": "fl-0", "Name": "branch", "Description": "of Hangzhou",
          "ActiveAging": "300", "InactiveAging": "15", "OutputType": "netflow", "NetflowServerIp": "10.0.0.1",
          "NetflowServerPort": "9995", "NetflowVersion": "V9",
        ])
      #expect(
        stub.questions.map(\.action) == [
          "DescribeFlowLogs", "DescribeFlowLogSags", "ModifyFlowLogAttribute", "DescribeFlowLogs",
        ])

      let saved = try #require(person.savedStates.first)
      #expect(outcome.output.contains(saved))
      #expect(try permissions(saved) == 0o600)
      #expect(try permissions(URL(fileURLWithPath: saved).deletingLastPathComponent().path) == 0o700)
      let restored = try await person.retarget(nil, ["--restore", saved, "--yes"])
      #expect(restored.status == 0, "\(restored.errors)")
      #expect(stub.flowLog("fl-0") == before)
      #expect(person.savedStates.count == 2)
      for text in [outcome.output, outcome.errors, restored.output, restored.errors] {
        #expect(!text.contains(GatewayStub.accessKeySecret))
      }
    }
  }

  @Test("it says which gateways will move, and goes on when their names are refused")
  func movingGateways() async throws {
    try await CloudOperator.run { person in
      for index in 0..<60 {
        person.stub.put(StubGateway("sag-\(index)", name: index == 0 ? "" : "branch \(index)\n", flowLog: "fl-0"))
      }
      let outcome = try await person.retarget("fl-0", ["--collector", "10.0.0.1"])
      #expect(outcome.status == 64)
      let line = try #require(outcome.lines.first { $0.hasPrefix("gateways that will move: ") })
      #expect(line.hasPrefix("gateways that will move: sag-0, branch 1\\n, branch 2\\n, "), "\(line)")
      #expect(line.hasSuffix("branch 19\\n and 40 more"), "\(line)")
      person.stub.inject(.code("Forbidden.RAM", status: 403), into: "DescribeFlowLogSags")
      let moved = try await person.retarget("fl-0", CloudOperator.target)
      #expect(moved.status == 0, "\(moved.errors)")
      #expect(moved.errors.contains("warning: the names of the gateways are not known: Forbidden.RAM"))
    }
  }

  @Test("what is already as wanted is said so, and nothing is sent")
  func alreadyAsWanted() async throws {
    try await CloudOperator.run { person in
      _ = try await person.retarget("fl-0", CloudOperator.target)
      let again = try await person.retarget("fl-0", CloudOperator.target)
      #expect(again.status == 0)
      #expect(again.output.contains("already as wanted"))
      #expect(person.stub.requests("ModifyFlowLogAttribute").count == 1)
      #expect(person.savedStates.count == 1)
    }
  }

  @Test("options, environment and file say what is wanted, in this order")
  func wanted() async throws {
    try await CloudOperator.run { person in
      let file = "\(person.home)/sagflow.yaml"
      try Data(
        """
        listen: [10.7.0.1:2056]
        aggregation: {activeTimeout: 120s, inactiveTimeout: 30s}
        smartAccessGateway: {netflowVersion: V10}
        """.utf8
      ).write(to: URL(fileURLWithPath: file))
      func sent(_ options: [String], _ environment: [String: String] = [:]) async throws -> [String: String] {
        let outcome = try await person.retarget("fl-0", ["-c", file, "--yes"] + options, environment: environment)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return person.stub.requests("ModifyFlowLogAttribute").last?.parameters ?? [:]
      }
      // The only address listened on is the target.
      let first = try await sent([])
      #expect(first["NetflowServerIp"] == "10.7.0.1")
      #expect(first["NetflowServerPort"] == "2056")
      #expect((first["ActiveAging"], first["InactiveAging"]) == ("120", "30"))
      #expect(first["NetflowVersion"] == "V10")
      let second = try await sent([], ["SAGFLOW_SMART_ACCESS_GATEWAY_COLLECTOR": "10.8.0.1:7777"])
      #expect((second["NetflowServerIp"], second["NetflowServerPort"]) == ("10.8.0.1", "7777"))
      let third = try await sent(
        [
          "--collector", "10.9.0.1:8888", "--active-aging", "10m", "--inactive-aging", "60", "--netflow-version", "v5",
          "--name", "night", "--description", "of us", "--output-type", "ALL", "--sls-region-id", "cn-hangzhou",
          "--project-name", "p", "--logstore-name", "l",
        ], ["SAGFLOW_SMART_ACCESS_GATEWAY_COLLECTOR": "10.8.0.1:7777"])
      #expect(
        third == [
          "RegionId": "cn-shanghai", "FlowLogId": "fl-0", "Name": "night", "Description": "of us",
          "ActiveAging": "600", "InactiveAging": "60", "OutputType": "all", "SlsRegionId": "cn-hangzhou",
          "ProjectName": "p", "LogstoreName": "l", "NetflowServerIp": "10.9.0.1", "NetflowServerPort": "8888",
          "NetflowVersion": "V5",
        ])
    }
  }

  @Test("a flow log of Log Service goes to both, unless netflow alone is asked for, and either is said")
  func logService() async throws {
    try await GatewayStub.run { stub in
      stub.put(.logService("fl-1"))
      stub.put(.logService("fl-2"))
      let person = try CloudOperator(stub)
      let both = try await person.retarget("fl-1", CloudOperator.target)
      #expect(both.status == 0, "\(both.errors)")
      #expect(
        both.errors.contains("will continue to: OutputType all"))
      #expect(stub.flowLog("fl-1")?.fields["OutputType"] == "all")
      #expect(stub.flowLog("fl-1")?.fields["Name"] == "流日志")
      let alone = try await person.retarget("fl-2", CloudOperator.target + ["--output-type", "netflow"])
      #expect(alone.status == 0, "\(alone.errors)")
      #expect(alone.errors.contains("ends its delivery to Log Service"))
      #expect(stub.flowLog("fl-2")?.fields["OutputType"] == "netflow")
    }
  }

  @Test("a flow log that exports nothing, and a public address, get a warning")
  func warnings() async throws {
    try await GatewayStub.run { stub in
      var log = StubFlowLog.netflow("fl-0")
      (log.fields["Status"], log.fields["TotalSagNum"]) = ("Inactive", "0")
      stub.put(log)
      let outcome = try await CloudOperator(stub).retarget("fl-0", ["--collector", "8.8.8.8", "--yes"])
      #expect(outcome.status == 0)
      for words in ["status is Inactive", "no gateway", "8.8.8.8 is a public address"] {
        #expect(outcome.errorLines.contains { $0.contains("warning") && $0.contains(words) }, "\(outcome.errors)")
      }
    }
  }

  @Test(
    "a difference after the change is an error that names the field",
    arguments: ["NetflowVersion", "NetflowServerPort", "ActiveAging"])
  func readBack(field: String) async throws {
    try await CloudOperator.run { person in
      person.stub.inject(.ignores(field), into: "ModifyFlowLogAttribute")
      let outcome = try await person.retarget(
        "fl-0", CloudOperator.target + ["--netflow-version", "V10", "--active-aging", "2m"])
      #expect(outcome.status == 1)
      let line = try #require(outcome.errorLines.last)
      #expect(line.contains("\(field) is "), "\(outcome.errors)")
      #expect(line.contains(" instead of "), "\(outcome.errors)")
      #expect(outcome.errorLines.count == 2, "only this field: \(outcome.errors)")
    }
  }

  // MARK: Confirmation

  private static let terminal = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("terminal.py").path

  @Test(
    "on a terminal it asks, and does only what is agreed to", .enabled(if: Tool.python != nil, "python3 is missing"),
    arguments: [("y", true), ("yes", true), ("n", false), ("", false), ("yep", false)])
  func asking(answer: String, agrees: Bool) async throws {
    try await CloudOperator.run { person in
      let python = try #require(Tool.python)
      let outcome = try await person.retarget(
        "fl-0", ["--collector", "10.0.0.1"], through: [python.path, Self.terminal, "[y/N] ", answer])
      #expect(outcome.status == (agrees ? 0 : 1), "\(outcome.output)")
      #expect(outcome.output.contains("NetflowServerIp"))
      #expect(person.stub.flowLog("fl-0")?.fields["NetflowServerIp"] == (agrees ? "10.0.0.1" : "192.168.0.9"))
    }
  }

  @Test("without a terminal and --yes it refuses")
  func noTerminal() async throws {
    try await CloudOperator.run { person in
      let outcome = try await person.retarget("fl-0", ["--collector", "10.0.0.1"])
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("--yes"))
      #expect(person.stub.requests("ModifyFlowLogAttribute").isEmpty)
    }
  }

  // MARK: Dry run

  @Test("a dry run needs neither network nor credentials, and prints the request that would go out")
  func dryRun() async throws {
    try await CloudOperator.run { person in
      let options = [
        "--collector", "10.0.0.1", "--name", "a *~+/ name", "--description", "流", "--output-type", "netflow",
      ]
      let none = Dictionary(uniqueKeysWithValues: person.environment.keys.map { ($0, "") })
      let dry = try await person.retarget("fl-0", options + ["--dry-run"], environment: none)
      #expect(dry.status == 0, "\(dry.errors)")
      #expect(person.stub.requests.isEmpty)
      let real = try await person.retarget("fl-0", options + ["--yes"])
      #expect(real.status == 0, "\(real.errors)")
      let sent = try #require(person.stub.requests("ModifyFlowLogAttribute").first)
      #expect(dry.lines.first == "POST \(person.stub.endpoint)/?\(sent.wire.query)")
      for name in ["host", "x-acs-action", "x-acs-version"] {
        #expect(dry.lines.contains("\(name): \(sent.wire.header(name) ?? "")"), "\(dry.output)")
      }
      for (name, value) in sent.parameters {
        #expect(dry.lines.contains { $0.hasPrefix("\(name) ") && $0.hasSuffix(" \(value)") }, "\(dry.output)")
      }
    }
  }
}
