import Foundation
import GatewayStub
import TestSupport
import Testing

@Suite(
  "config retarget tells what the service refuses", .tags(.network, .slow), .unlessFast, .serialized)
struct RetargetRefusalTests {
  // MARK: Refusals by the service

  /// All error codes in the operation's documentation, and those for identity, load and disorder.
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
    try await CloudOperator.run { person in
      person.stub.inject(.code(code, status: 400), into: "ModifyFlowLogAttribute")
      let outcome = try await person.retarget("fl-0", CloudOperator.target)
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
      (.answer(status: 503, body: "<html>busy</html>"), "HTTP 503"), (.cutOff, "closed before the answer was complete"),
      (.answer(status: 200, body: "{\"FlowLogs\": 1}"), "cannot be read"),
    ])
  func foreignAnswers(fault: Fault, words: String) async throws {
    try await CloudOperator.run { person in
      person.stub.inject(fault)
      let outcome = try await person.retarget("fl-0", CloudOperator.target)
      #expect(outcome.status == 69, "\(outcome.errors)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  @Test("nothing that answers is 69")
  func unreachable() async throws {
    try await CloudOperator.run { person in
      let outcome = try await Sagflow.run(
        ["config", "flow-logs", "--region", "cn-shanghai", "--endpoint", "http://127.0.0.1:1"],
        environment: person.environment)
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("http://127.0.0.1:1: cannot connect: Connection refused"), "\(outcome.errors)")
    }
  }

  @Test("throttling, a broken connection and a slow answer are borne")
  func repeated() async throws {
    try await CloudOperator.run { person in
      person.stub.inject(.code("Throttling", status: 400), into: "DescribeFlowLogs", times: 1)
      person.stub.inject(.slow(.seconds(1)), into: "DescribeFlowLogs", times: 1)
      person.stub.inject(.cutOff, into: "ModifyFlowLogAttribute", times: 1)
      let outcome = try await person.retarget("fl-0", CloudOperator.target)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(person.stub.flowLog("fl-0")?.fields["NetflowServerIp"] == "10.0.0.1")
    }
  }

  @Test("Ctrl-C ends it while it waits for an answer")
  func interrupt() async throws {
    try await CloudOperator.run { person in
      person.stub.inject(.slow(.seconds(60)))
      let program = try person.start("fl-0", CloudOperator.target)
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
    try await CloudOperator.run { person in
      let none = ["ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""]
      let outcome = try await person.retarget("fl-0", CloudOperator.target, environment: none)
      #expect(outcome.status == 77)
      #expect(outcome.errors.contains("no credentials found; set ALIBABA_CLOUD_ACCESS_KEY_ID"))
      #expect(person.stub.requests.isEmpty)
      // A profile serves instead, with a warning that others can read it.
      let folder = "\(person.home)/.aliyun"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let profile = """
        {"current": "ops", "profiles": [{"name": "ops", "mode": "AK", "access_key_id": "\(GatewayStub.accessKeyID)",
         "access_key_secret": "\(GatewayStub.accessKeySecret)"}]}
        """
      try Data(profile.utf8).write(to: URL(fileURLWithPath: "\(folder)/config.json"))
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(folder)/config.json")
      let served = try await person.retarget("fl-0", CloudOperator.target, environment: none)
      #expect(served.status == 0, "\(served.errors)")
      #expect(served.errors.contains("credentials: profile 'ops' of \(folder)/config.json"))
      #expect(served.errors.contains("warning: \(folder)/config.json: other users can read these credentials"))
    }
  }

  @Test("a role is taken on at the Security Token Service")
  func role() async throws {
    try await CloudOperator.run { person in
      let folder = "\(person.home)/.aliyun"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let profile = """
        {"current": "r", "profiles": [{"name": "r", "mode": "RamRoleArn", "ram_role_arn": "acs:ram::1:role/r",
         "access_key_id": "\(GatewayStub.accessKeyID)", "access_key_secret": "\(GatewayStub.accessKeySecret)"}]}
        """
      try Data(profile.utf8).write(to: URL(fileURLWithPath: "\(folder)/config.json"))
      let outcome = try await person.retarget(
        "fl-0", CloudOperator.target + ["--sts-endpoint", person.stub.endpoint],
        environment: ["ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(person.stub.requests.first?.action == "AssumeRole")
      #expect(person.stub.requests.last?.wire.header("x-acs-accesskey-id") == "ROLEKEY")
    }
  }
}
