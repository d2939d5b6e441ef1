import Foundation
import GatewayStub
import TestSupport
import Testing

@Suite("config retarget points a flow log at this collector", .tags(.network, .slow), .unlessFast, .serialized)
struct RetargetTests {
  private static let target = ["--collector", "10.0.0.1", "--yes"]

  private static func withOperator(_ body: @escaping @Sendable (CloudOperator) async throws -> Void) async throws {
    try await GatewayStub.run { stub in
      stub.put(.netflow("fl-0"))
      try await body(CloudOperator(stub))
    }
  }

  // MARK: What it does

  @Test(
    "it shows what changes, saves what was, sends the complete state, and brings it back", arguments: [true, false])
  func change(portsAreNumbers: Bool) async throws {
    try await Self.withOperator { person in
      let stub = person.stub
      if portsAreNumbers { stub.tellPortsAsNumbers() }
      let before = try #require(stub.flowLog("fl-0"))
      let outcome = try await person.retarget("fl-0", Self.target)
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
      #expect(stub.requests.map(\.action) == ["DescribeFlowLogs", "ModifyFlowLogAttribute", "DescribeFlowLogs"])

      let saved = try #require(person.savedStates.first)
      #expect(outcome.output.contains(saved))
      let restored = try await person.retarget(nil, ["--restore", saved, "--yes"])
      #expect(restored.status == 0, "\(restored.errors)")
      #expect(stub.flowLog("fl-0") == before)
      #expect(person.savedStates.count == 2)
      for text in [outcome.output, outcome.errors, restored.output, restored.errors] {
        #expect(!text.contains(GatewayStub.accessKeySecret))
      }
    }
  }

  @Test("what is already as wanted is said so, and nothing is sent")
  func alreadyAsWanted() async throws {
    try await Self.withOperator { person in
      _ = try await person.retarget("fl-0", Self.target)
      let again = try await person.retarget("fl-0", Self.target)
      #expect(again.status == 0)
      #expect(again.output.contains("already as wanted"))
      #expect(person.stub.requests("ModifyFlowLogAttribute").count == 1)
      #expect(person.savedStates.count == 1)
    }
  }

  @Test("options, environment and file say what is wanted, in this order")
  func wanted() async throws {
    try await Self.withOperator { person in
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
      // The one address that is listened on is the target.
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
      let both = try await person.retarget("fl-1", Self.target)
      #expect(both.status == 0, "\(both.errors)")
      #expect(
        both.errors.contains("will go on to: OutputType all"))
      #expect(stub.flowLog("fl-1")?.fields["OutputType"] == "all")
      #expect(stub.flowLog("fl-1")?.fields["Name"] == "流日志")
      let alone = try await person.retarget("fl-2", Self.target + ["--output-type", "netflow"])
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
    try await Self.withOperator { person in
      person.stub.inject(.ignores(field), into: "ModifyFlowLogAttribute")
      let outcome = try await person.retarget(
        "fl-0", Self.target + ["--netflow-version", "V10", "--active-aging", "2m"])
      #expect(outcome.status == 1)
      let line = try #require(outcome.errorLines.last)
      #expect(line.contains("\(field) is "), "\(outcome.errors)")
      #expect(line.contains(" instead of "), "\(outcome.errors)")
      #expect(outcome.errorLines.count == 2, "only this field: \(outcome.errors)")
    }
  }

  // MARK: Asking

  private static let terminal = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("terminal.py").path

  @Test(
    "on a terminal it asks, and does only what is agreed to", .enabled(if: Tool.python != nil, "python3 is missing"),
    arguments: [("y", true), ("yes", true), ("n", false), ("", false), ("yep", false)])
  func asking(answer: String, agrees: Bool) async throws {
    try await Self.withOperator { person in
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
    try await Self.withOperator { person in
      let outcome = try await person.retarget("fl-0", ["--collector", "10.0.0.1"])
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("--yes"))
      #expect(person.stub.requests("ModifyFlowLogAttribute").isEmpty)
    }
  }

  // MARK: Dry run

  @Test("a dry run needs neither network nor credentials, and prints the request that would go out")
  func dryRun() async throws {
    try await Self.withOperator { person in
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

  // MARK: What the service refuses

  /// All codes of the operation's page, and those of identity, load and disorder.
  private static let codes: [(code: String, status: Int32)] =
    [
      "DependencyViolation.FlowLog", "IncorrectStatus.FlowLog", "InvalidFlowLogId.NotFound", "MissingParam.FlowLogId",
      "OperationFailed.AssociateFlowLog", "OperationUnsupported.AssociateFlowLog", "QuotaExceeded.Flowlog",
      "IllegalParam.ActiveAging", "IllegalParam.InactiveAging", "IllegalParam.OutputType",
      "IllegalParam.NetflowServerIp", "IllegalParam.NetflowServerPort", "IllegalParam.NetflowVersion",
      "MissingParam.NetflowServerIp", "MissingParam.NetflowServerPort", "MissingParam.NetflowVersion",
      "IllegalParam.SlsRegionId", "MissingParam.SlsRegionId", "IllegalParam.RegionId", "IllegalParam.Status",
      "InvalidSmartAGId.NotFound", "FeatureNotSupport", "Throttling.User", "Brand.New",
    ].map { ($0, 1) }
    + [
      "Forbidden.RAM", "NoPermission", "InvalidAccessKeyId.NotFound", "SignatureDoesNotMatch",
      "InvalidSecurityToken.Expired", "InvalidTimeStamp.Expired",
    ].map { ($0, 77) } + ["InternalError", "ServiceUnavailable"].map { ($0, 69) }

  @Test("every code is told with its message, RequestId and advice in one line, and an exit status", arguments: codes)
  func refused(code: String, status: Int32) async throws {
    try await Self.withOperator { person in
      person.stub.inject(.code(code, status: 400), into: "ModifyFlowLogAttribute")
      let outcome = try await person.retarget("fl-0", Self.target)
      #expect(outcome.status == status, "\(outcome.errors)")
      let lines = outcome.errorLines.filter { !$0.contains("credentials: ") }
      #expect(lines.count == 1, "\(outcome.errors)")
      for words in ["\(code): ", "The stub answers \(code).", "(RequestId R-\(code)): "] {
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
      }
      #expect(person.stub.flowLog("fl-0")?.fields["NetflowServerIp"] == "192.168.0.9")
    }
  }

  @Test(
    "what answers and is not the API, and what does not answer, is 69",
    arguments: [
      (Fault.answer(status: 200, body: "<html>log in</html>"), "<html>log in</html>"),
      (.answer(status: 503, body: "<html>busy</html>"), "HTTP 503"), (.cutOff, "closed before the answer was whole"),
      (.answer(status: 200, body: "{\"FlowLogs\": 1}"), "cannot be read"),
    ])
  func foreignAnswers(fault: Fault, words: String) async throws {
    try await Self.withOperator { person in
      person.stub.inject(fault)
      let outcome = try await person.retarget("fl-0", Self.target)
      #expect(outcome.status == 69, "\(outcome.errors)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  @Test("nothing that answers is 69")
  func unreachable() async throws {
    try await Self.withOperator { person in
      let outcome = try await Sagflow.run(
        ["config", "flow-logs", "--region", "cn-shanghai", "--endpoint", "http://127.0.0.1:1"],
        environment: person.environment)
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("http://127.0.0.1:1: cannot connect: Connection refused"), "\(outcome.errors)")
    }
  }

  @Test("throttling, a broken connection and a slow answer are borne")
  func repeated() async throws {
    try await Self.withOperator { person in
      person.stub.inject(.code("Throttling", status: 400), into: "DescribeFlowLogs", times: 1)
      person.stub.inject(.slow(.seconds(1)), into: "DescribeFlowLogs", times: 1)
      person.stub.inject(.cutOff, into: "ModifyFlowLogAttribute", times: 1)
      let outcome = try await person.retarget("fl-0", Self.target)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(person.stub.flowLog("fl-0")?.fields["NetflowServerIp"] == "10.0.0.1")
    }
  }

  @Test("Ctrl-C ends it while it waits for an answer")
  func interrupt() async throws {
    try await Self.withOperator { person in
      person.stub.inject(.slow(.seconds(60)))
      let program = try person.start("fl-0", Self.target)
      try await eventually("a request") { !person.stub.requests.isEmpty }
      program.signal(SIGINT)
      // Far below the ten seconds of an attempt.
      let outcome = try await program.end()
      #expect(outcome.status == 128 + SIGINT)
    }
  }

  // MARK: Identity

  @Test("without credentials it ends with 77 and says where they are looked for")
  func noCredentials() async throws {
    try await Self.withOperator { person in
      let none = ["ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""]
      let outcome = try await person.retarget("fl-0", Self.target, environment: none)
      #expect(outcome.status == 77)
      #expect(outcome.errors.contains("no credentials found; set ALIBABA_CLOUD_ACCESS_KEY_ID"))
      #expect(person.stub.requests.isEmpty)
      // A profile serves in their place, and that others can read it is told.
      let folder = "\(person.home)/.aliyun"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let profile = """
        {"current": "ops", "profiles": [{"name": "ops", "mode": "AK", "access_key_id": "\(GatewayStub.accessKeyID)",
         "access_key_secret": "\(GatewayStub.accessKeySecret)"}]}
        """
      try Data(profile.utf8).write(to: URL(fileURLWithPath: "\(folder)/config.json"))
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(folder)/config.json")
      let served = try await person.retarget("fl-0", Self.target, environment: none)
      #expect(served.status == 0, "\(served.errors)")
      #expect(served.errors.contains("credentials: profile 'ops' of \(folder)/config.json"))
      #expect(served.errors.contains("warning: \(folder)/config.json: other users can read these credentials"))
    }
  }

  @Test("a role is taken on at the Security Token Service")
  func role() async throws {
    try await Self.withOperator { person in
      let folder = "\(person.home)/.aliyun"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let profile = """
        {"current": "r", "profiles": [{"name": "r", "mode": "RamRoleArn", "ram_role_arn": "acs:ram::1:role/r",
         "access_key_id": "\(GatewayStub.accessKeyID)", "access_key_secret": "\(GatewayStub.accessKeySecret)"}]}
        """
      try Data(profile.utf8).write(to: URL(fileURLWithPath: "\(folder)/config.json"))
      let outcome = try await person.retarget(
        "fl-0", Self.target + ["--sts-endpoint", person.stub.endpoint],
        environment: ["ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(person.stub.requests.first?.action == "AssumeRole")
      #expect(person.stub.requests.last?.wire.header("x-acs-accesskey-id") == "ROLEKEY")
    }
  }

  // MARK: What is wrong before anything is sent

  struct Mistake: CustomTestStringConvertible, Sendable {
    var options: [String]
    var words: [String]
    var flowLog: String? = "fl-0"
    var testDescription: String { options.joined(separator: " ") }
  }

  @Test(
    "what the service would refuse is told in one line, and nothing is sent",
    arguments: [
      Mistake(options: ["--collector", "0.0.0.0"], words: ["--collector", "unicast IPv4", "'0.0.0.0'"]),
      Mistake(options: ["--collector", "127.0.0.1"], words: ["--collector", "loopback"]),
      Mistake(options: ["--collector", "collector.example"], words: ["--collector", "'collector.example'"]),
      Mistake(options: ["--collector", "10.0.0.1:0"], words: ["--collector", "1 to 65535"]),
      Mistake(options: [], words: ["--collector", "found nothing"]),
      Mistake(
        options: ["--collector", "10.0.0.1", "--netflow-version", "7"], words: ["--netflow-version", "V10", "'7'"]),
      Mistake(
        options: ["--collector", "10.0.0.1", "--active-aging", "59"], words: ["--active-aging", "60 to 6000", "'59'"]),
      Mistake(options: ["--collector", "10.0.0.1", "--active-aging", "soon"], words: ["--active-aging", "'soon'"]),
      Mistake(
        options: ["--collector", "10.0.0.1", "--inactive-aging", "11m"],
        words: ["--inactive-aging", "10 to 600", "'11m'"]),
      Mistake(
        options: ["--collector", "10.0.0.1", "--output-type", "both"], words: ["--output-type", "netflow, all or sls"]),
      Mistake(options: ["--collector", "10.0.0.1", "--region", "shanghai"], words: ["--region", "cn-shanghai"]),
      Mistake(
        options: ["--collector", "10.0.0.1", "--endpoint", "http://example.com"], words: ["--endpoint", "loopback"]),
      Mistake(options: ["--collector", "10.0.0.1"], words: ["--flow-log-id", "masked"], flowLog: "fl-****"),
      Mistake(options: ["--collector", "10.0.0.1"], words: ["--flow-log-id", "--restore"], flowLog: nil),
      Mistake(options: ["--collector", "10.0.0.1", "--wait", "never"], words: ["--wait", "90s or 5m", "'never'"]),
      Mistake(options: ["--restore", "x", "--collector", "10.0.0.1"], words: ["--restore", "leave --collector out"]),
    ])
  func mistakes(mistake: Mistake) async throws {
    try await Self.withOperator { person in
      let outcome = try await person.retarget(mistake.flowLog, mistake.options + ["--yes"])
      #expect(outcome.status == 64, "\(outcome.errors)")
      #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
      for word in mistake.words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
      #expect(person.stub.requests.isEmpty)
    }
  }

  @Test("several mistakes are told at once")
  func severalMistakes() async throws {
    try await Self.withOperator { person in
      let outcome = try await person.retarget(
        "fl-0", ["--collector", "x", "--netflow-version", "7", "--active-aging", "1", "--yes"])
      #expect(outcome.status == 64)
      #expect(outcome.errorLines.count == 3, "\(outcome.errors)")
    }
  }

  @Test("what Log Service needs is asked for as soon as the flow log is known")
  func incompleteLogService() async throws {
    try await Self.withOperator { person in
      let outcome = try await person.retarget("fl-0", Self.target + ["--output-type", "all"])
      #expect(outcome.status == 64)
      for field in ["SlsRegionId", "ProjectName", "LogstoreName"] {
        #expect(outcome.errors.contains("\(field): expected a name"), "\(outcome.errors)")
      }
      #expect(person.stub.requests("ModifyFlowLogAttribute").isEmpty)
    }
  }

  @Test("aging times outside of the ranges go out when the operator insists")
  func ignoredRanges() async throws {
    try await Self.withOperator { person in
      let outcome = try await person.retarget("fl-0", Self.target + ["--active-aging", "30", "--ignore-ranges"])
      #expect(person.stub.requests("ModifyFlowLogAttribute").first?.parameters["ActiveAging"] == "30")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("IllegalParam.ActiveAging"))
    }
  }

  @Test("a state to restore that is missing, foreign or another's is told")
  func restoreMistakes() async throws {
    try await Self.withOperator { person in
      let missing = try await person.retarget(nil, ["--restore", "\(person.home)/none.json", "--yes"])
      #expect(missing.status == 66, "\(missing.errors)")
      let foreign = "\(person.home)/foreign.json"
      try Data("{}".utf8).write(to: URL(fileURLWithPath: foreign))
      let outcome = try await person.retarget(nil, ["--restore", foreign, "--yes"])
      #expect(outcome.status == 65, "\(outcome.errors)")
      #expect(outcome.errors.contains(foreign))
      _ = try await person.retarget("fl-0", Self.target)
      let saved = try #require(person.savedStates.first)
      let other = try await person.retarget("fl-9", ["--restore", saved, "--yes"])
      #expect(other.status == 64, "\(other.errors)")
      #expect(other.errors.contains("fl-0"))
      #expect(other.errors.contains("fl-9"))
    }
  }

  @Test("a state that cannot be saved stops the change")
  func unsavable() async throws {
    try await Self.withOperator { person in
      try Data().write(to: URL(fileURLWithPath: "\(person.home)/.local"))
      let outcome = try await person.retarget("fl-0", Self.target)
      #expect(outcome.status == 74, "\(outcome.errors)")
      #expect(outcome.errors.contains("nothing is changed"))
      #expect(person.stub.requests("ModifyFlowLogAttribute").isEmpty)
    }
  }

  @Test("a flow log that the region does not have is told")
  func unknownFlowLog() async throws {
    try await Self.withOperator { person in
      let outcome = try await person.retarget("fl-9", Self.target)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("fl-9: no such flow log in cn-shanghai"), "\(outcome.errors)")
    }
  }

  // MARK: Seeing the flows arrive

  @Test("with --wait it ends when a new exporter's flows come to the running collector")
  func arrival() async throws {
    try await Self.withOperator { person in
      let collector = try await RunningCollector()
      let port = try await collector.httpPort()
      let program = try person.start(
        "fl-0", Self.target + ["--wait", "50s"], environment: ["SAGFLOW_HTTP_LISTEN": "127.0.0.1:\(port)"])
      try await program.says("waiting for flows of a new or silent exporter at 10.0.0.1:9995")
      #expect(person.stub.flowLog("fl-0")?.fields["NetflowServerIp"] == "10.0.0.1")
      let generated = try await Sagflow.run(
        ["generate", "--to", "127.0.0.1:\(collector.port)", "--flows", "40", "--rate", "0"])
      #expect(generated.status == 0)
      let outcome = try await program.end()
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("flows arrive: 127.0.0.1 has sent 40 records"), "\(outcome.output)")
      #expect(outcome.output.contains("a new exporter"))
      _ = try await collector.stop()
    }
  }

  @Test("when nothing comes it says what to check, and that the flow log stays changed")
  func silence() async throws {
    try await Self.withOperator { person in
      let collector = try await RunningCollector()
      let port = try await collector.httpPort()
      let outcome = try await person.retarget(
        "fl-0", Self.target + ["--wait", "1s"], environment: ["SAGFLOW_HTTP_LISTEN": "127.0.0.1:\(port)"])
      #expect(outcome.status == 69)
      for words in [
        "stays changed", "Status: Active", "gateways: 2", "route: ", "firewall: UDP 9995", "NAT: ", "not on port 9995",
      ] {
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
      }
      _ = try await collector.stop()
    }
  }

  @Test("a collector that does not run is told before anything is changed")
  func noCollector() async throws {
    try await Self.withOperator { person in
      let outcome = try await person.retarget(
        "fl-0", Self.target + ["--wait", "1s"], environment: ["SAGFLOW_HTTP_LISTEN": "127.0.0.1:1"])
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("http://127.0.0.1:1: no collector answers"), "\(outcome.errors)")
      #expect(person.stub.requests("ModifyFlowLogAttribute").isEmpty)
    }
  }
}
