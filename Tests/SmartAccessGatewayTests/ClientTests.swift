import CloudAPI
import Foundation
import GatewayStub
import TestSupport
import Testing

import SmartAccessGateway

@Suite("Calls of the API: paging, errors, retries", .tags(.network), .unlessFast)
struct ClientTests {
  @Test("all flow logs of a region are listed, page after page", arguments: [0, 1, 49, 50, 51, 120])
  func paging(count: Int) async throws {
    try await GatewayStub.run { stub in
      for index in 0..<count { stub.put(.netflow("fl-\(index)")) }
      let logs = try await stub.client().flowLogs()
      #expect(logs.map(\.id) == (0..<count).map { "fl-\($0)" })
      #expect(stub.requests.count == max(1, (count + 49) / 50))
    }
  }

  @Test("a flow log is read with every member, its port a string or a number", arguments: [true, false])
  func reading(portsAreNumbers: Bool) async throws {
    try await GatewayStub.run { stub in
      stub.put(.netflow("fl-0"))
      stub.put(.logService("fl-1"))
      if portsAreNumbers { stub.tellPortsAsNumbers() }
      let client = try stub.client()
      let log = try #require(try await client.flowLog("fl-0"))
      #expect(log.netflowServerPort == 2055)
      #expect(log.name == "branch")
      #expect(log.description == "of Hangzhou")
      #expect(log.isActive)
      #expect(log.gatewayCount == 2)
      #expect(log.resourceGroupID == "rg-1")
      #expect((log.activeAging, log.inactiveAging) == (300, 15))
      #expect((log.netflowServerIP, log.netflowVersion, log.outputType) == ("192.168.0.9", "V9", "netflow"))
      let other = try #require(try await client.flowLog("fl-1"))
      #expect((other.slsRegionID, other.projectName, other.logstoreName) == ("cn-shanghai", "flows", "sag"))
      #expect(other.netflowServerPort == nil)
      #expect(try await client.flowLog("fl-2") == nil)
    }
  }

  @Test("every parameter is sent, what is nil is not, and the service keeps what it is sent")
  func modifying() async throws {
    try await GatewayStub.run { stub in
      stub.put(.netflow("fl-0"))
      var settings = Samples.settings
      settings.description = ""
      settings.outputType = .all
      settings.slsRegionID = "cn-hangzhou"
      settings.projectName = "p *+/~"
      settings.logstoreName = "日志"
      let client = try stub.client()
      #expect(try await client.modifyFlowLogAttribute("fl-0", settings) == "R-MODIFY")
      let sent = try #require(stub.requests.last?.parameters)
      #expect(
        sent == [
          "RegionId": "cn-shanghai", "FlowLogId": "fl-0", "Name": "branch", "Description": "", "ActiveAging": "300",
          "InactiveAging": "15", "OutputType": "all", "SlsRegionId": "cn-hangzhou", "ProjectName": "p *+/~",
          "LogstoreName": "日志", "NetflowServerIp": "10.0.0.1", "NetflowServerPort": "9995", "NetflowVersion": "V9",
        ])
      let log = try #require(try await client.flowLog("fl-0"))
      #expect(settings.differences(from: log) == [])
      settings.name = nil
      try await client.modifyFlowLogAttribute("fl-0", settings)
      #expect(stub.requests.last?.parameters["Name"] == nil)
    }
  }

  @Test(
    "every code of the API is told with its RequestId and advice, and repeated only if that can help",
    arguments: APIErrorCode.allCases)
  func codes(code: APIErrorCode) async throws {
    try await GatewayStub.run { stub in
      stub.put(.netflow("fl-0"))
      stub.inject(.code(code.rawValue, status: 400), into: "ModifyFlowLogAttribute")
      let client = try stub.client()
      let failure = await failure { () async throws(CloudAPIError) in
        try await client.modifyFlowLogAttribute("fl-0", Samples.settings)
      }
      let error = try #require(failure?.api)
      #expect(error.code == code)
      #expect(error.requestID == "R-\(code.rawValue)")
      #expect(error.message == "The stub answers \(code.rawValue).")
      for part in [code.rawValue, error.message, error.requestID, code.advice] {
        #expect(error.description.contains(part))
      }
      #expect(!error.description.contains("\n"))
      let transient: [APIErrorCode] = [
        .throttling, .throttlingUser, .throttlingAPI, .serviceUnavailable, .internalError,
      ]
      #expect(stub.requests.count == (transient.contains(code) ? 4 : 1))
      #expect(Set(stub.requests.map { $0.wire.header("x-acs-signature-nonce") }).count == stub.requests.count)
    }
  }

  @Test("an unknown code is kept whole")
  func unknownCode() async throws {
    try await GatewayStub.run { stub in
      stub.inject(.code("Some.NewThing", status: 400))
      let client = try stub.client()
      let failure = await failure { () async throws(CloudAPIError) in _ = try await client.flowLogs() }
      #expect(failure?.api?.codeText == "Some.NewThing")
      #expect(failure?.api?.code == nil)
      #expect(failure?.api?.requestID == "R-Some.NewThing")
      #expect(stub.requests.count == 1)
    }
  }

  struct Trouble: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var fault: Fault
    var attempts: Int
  }

  @Test(
    "the code decides whether a call is repeated, and where there is none the HTTP status",
    arguments: [
      Trouble(testDescription: "InternalError with 403", fault: .code("InternalError", status: 403), attempts: 4),
      Trouble(testDescription: "InternalError with 500", fault: .code("InternalError", status: 500), attempts: 4),
      Trouble(testDescription: "ServiceUnavailable", fault: .code("ServiceUnavailable", status: 503), attempts: 4),
      Trouble(testDescription: "Throttling.Other", fault: .code("Throttling.Other", status: 429), attempts: 4),
      Trouble(testDescription: "an unknown code with 502", fault: .code("Odd", status: 502), attempts: 4),
      Trouble(
        testDescription: "a final code with 500", fault: .code("IllegalParam.OutputType", status: 500), attempts: 1),
      Trouble(testDescription: "503 and HTML", fault: .answer(status: 503, body: "<html>busy</html>"), attempts: 4),
      Trouble(testDescription: "429 and nothing", fault: .answer(status: 429, body: ""), attempts: 4),
      Trouble(testDescription: "404 and HTML", fault: .answer(status: 404, body: "<html>"), attempts: 1),
      Trouble(testDescription: "200 and HTML", fault: .answer(status: 200, body: "<html>login</html>"), attempts: 1),
      Trouble(testDescription: "a redirect", fault: .answer(status: 302, body: ""), attempts: 1),
      Trouble(testDescription: "a connection that breaks", fault: .cutOff, attempts: 4),
      Trouble(
        testDescription: "broken JSON",
        fault: .answer(status: 200, body: "{\"FlowLogs\":", contentType: "application/json"),
        attempts: 1),
      Trouble(
        testDescription: "JSON of another form",
        fault: .answer(status: 200, body: "{\"FlowLogs\":[1]}", contentType: "application/json"), attempts: 1),
      Trouble(
        testDescription: "an error with 200", fault: .code("InvalidFlowLogId.NotFound", status: 200), attempts: 1),
    ])
  func repeating(trouble: Trouble) async throws {
    try await GatewayStub.run { stub in
      stub.inject(trouble.fault)
      let client = try stub.client()
      let failure = await failure { () async throws(CloudAPIError) in _ = try await client.flowLogs() }
      let error = try #require(failure)
      #expect(!"\(error)".contains("\n"))
      #expect(stub.requests.count == trouble.attempts, "\(error)")
    }
  }

  @Test("a call succeeds once the service does")
  func recovery() async throws {
    try await GatewayStub.run { stub in
      stub.put(.netflow("fl-0"))
      stub.inject(.code("Throttling.User", status: 400), times: 1)
      stub.inject(.cutOff, times: 1)
      stub.inject(.answer(status: 502, body: "<html>"), times: 1)
      let logs = try await stub.client().flowLogs()
      #expect(logs.count == 1)
      #expect(stub.requests.count == 4)
      #expect(stub.requests.allSatisfy { $0.refusal == nil })
    }
  }

  @Test("a pause that the service asks for is kept")
  func askedPause() async throws {
    try await GatewayStub.run { stub in
      stub.inject(.code("Throttling", status: 400, headers: ["x-acs-retry-after": "300"]), times: 1)
      let start = ContinuousClock.now
      _ = try await stub.client().flowLogs()
      // A lower bound, which machine load cannot break; otherwise the pause is a millisecond.
      #expect(ContinuousClock.now - start >= .milliseconds(300))
    }
  }

  @Test("a wrong secret, an unknown key and a wrong token are told as the service tells them")
  func wrongCredentials() async throws {
    try await GatewayStub.run { stub in
      for (credentials, code) in [
        (
          Credentials(accessKeyID: GatewayStub.accessKeyID, accessKeySecret: "wrong", source: ""),
          APIErrorCode.signatureDoesNotMatch
        ), (Credentials(accessKeyID: "nobody", accessKeySecret: "x", source: ""), .accessKeyIDNotFound),
        (
          Credentials(
            accessKeyID: GatewayStub.accessKeyID, accessKeySecret: GatewayStub.accessKeySecret, securityToken: "t",
            source: ""), .securityTokenMismatch
        ),
      ] {
        let client = try stub.client(credentials)
        let failure = await failure { () async throws(CloudAPIError) in _ = try await client.flowLogs() }
        #expect(failure?.api?.code == code)
        #expect(failure?.api?.concernsIdentity == true)
      }
    }
  }

  @Test("a service that does not answer in time is given up", arguments: [Duration.milliseconds(200)])
  func timeout(patience: Duration) async throws {
    try await GatewayStub.run { stub in
      stub.inject(.slow(.seconds(20)))
      let request = RPCRequest(
        action: "DescribeFlowLogs", version: "2018-03-13", parameters: ["RegionId": "cn-shanghai"])
      let endpoint = try ServiceEndpoint(stub.endpoint)
      let failure = await #expect(throws: WebFailure.self) {
        try await WebClient(timeout: patience).send(request.signed(for: endpoint, with: Samples.credentials))
      }
      guard case .timedOut = failure?.reason else {
        Issue.record("\(String(describing: failure))")
        return
      }
      #expect(failure?.isTransient == true)
    }
  }

  @Test("a port where nothing listens, and a name that nobody has, are told apart")
  func unreachable() async throws {
    let refused = await #expect(throws: WebFailure.self) {
      try await WebClient().send(WebRequest(url: "http://127.0.0.1:1/?secret=1"))
    }
    guard case .refused = refused?.reason else {
      Issue.record("\(String(describing: refused))")
      return
    }
    let unknown = await #expect(throws: WebFailure.self) {
      try await WebClient().send(WebRequest(url: "https://no-such-name.invalid/"))
    }
    #expect(unknown?.reason == .unknownName)
    for failure in [refused, unknown] { #expect(failure?.description.contains("secret") == false) }
  }
}
