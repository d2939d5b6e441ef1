import CloudAPI
import Foundation
import GatewayStub
import TestSupport
import Testing

import SmartAccessGateway

@Suite("Signatures of requests, checked by an independent verifier")
struct SignatureTests {
  private static let accounts = [
    "KEY": SignatureVerifier.Account(secret: "SECRET"), "STS": .init(secret: "S2", token: "TOKEN+/="),
  ]

  /// Returns the request as received over the network.
  private static func wire(_ request: WebRequest) -> WireRequest {
    WireRequest(
      method: request.method, path: "/",
      query: request.url.split(separator: "?", maxSplits: 1).last.map(String.init) ?? "",
      headers: request.headers.map { (name: $0.name.lowercased(), value: $0.value) })
  }

  private static func credentials(_ random: inout SeededGenerator) -> Credentials {
    random.below(2) == 0
      ? Credentials(accessKeyID: "KEY", accessKeySecret: "SECRET", source: "")
      : Credentials(accessKeyID: "STS", accessKeySecret: "S2", securityToken: "TOKEN+/=", source: "")
  }

  private static let endpoint = ServiceEndpoint(service: "smartag", region: "cn-shanghai")

  @Test("an independent verifier accepts whatever parameters are signed, and nothing that was changed afterwards")
  func anyParameters() throws {
    let seed = runSeed("SAGFLOW_SIGNATURE_SEED")
    var random = SeededGenerator(seed: seed)
    let verifier = SignatureVerifier()
    for round in 0..<500 {
      var parameters = random.parameters()
      parameters["RegionId"] = "cn-shanghai"
      let request = RPCRequest(action: "ModifyFlowLogAttribute", version: "2018-03-13", parameters: parameters)
      var wire = Self.wire(request.signed(for: Self.endpoint, with: Self.credentials(&random)))
      #expect(throws: Never.self, "seed \(seed), round \(round): \(wire)") {
        try verifier.verify(wire, accounts: Self.accounts)
      }
      #expect(wire.parameters == parameters, "seed \(seed), round \(round)")
      // One change must invalidate the signature.
      switch random.below(4) {
      case 0: wire.query += "&Z=1"
      case 1: wire.method = "GET"
      case 2: wire.query = wire.query.replacing("cn-shanghai", with: "cn-shanghaj")
      default:
        let index = random.below(wire.headers.count)
        wire.headers[index].value += "1"
      }
      #expect(throws: SignatureVerifier.Refusal.self, "seed \(seed), round \(round): \(wire)") {
        try verifier.verify(wire, accounts: Self.accounts)
      }
    }
  }

  @Test("no two attempts have the same nonce")
  func nonces() {
    let request = RPCRequest(action: "A", version: "1", parameters: [:])
    let nonces = (0..<100).map { _ in
      Self.wire(request.signed(for: Self.endpoint, with: Samples.credentials)).header("x-acs-signature-nonce")
    }
    #expect(Set(nonces).count == 100)
    #expect(nonces.allSatisfy { $0?.count == 32 })
  }

  @Test("what is signed arrives as it was signed", .tags(.network), .unlessFast)
  func overTheWire() async throws {
    let seed = runSeed("SAGFLOW_WIRE_SEED")
    try await GatewayStub.run { stub in
      var random = SeededGenerator(seed: seed)
      let endpoint = try ServiceEndpoint(stub.endpoint)
      for round in 0..<40 {
        var parameters = random.parameters()
        parameters["RegionId"] = "cn-shanghai"
        let request = RPCRequest(action: "DescribeFlowLogs", version: "2018-03-13", parameters: parameters)
        let answer = try await WebClient().send(request.signed(for: endpoint, with: Samples.credentials))
        #expect(answer.status == 200, "seed \(seed), round \(round): \(String(decoding: answer.body, as: UTF8.self))")
        #expect(stub.requests.last?.parameters == parameters, "seed \(seed), round \(round)")
      }
    }
  }

  static let hasSDK =
    (try? Tool.python?.runBriefly(["-c", "import alibabacloud_tea_openapi, alibabacloud_smartag20180313"])) != nil

  @Test(
    "the official SDK signs the same requests in the same way", .tags(.engine, .slow), .unlessFast, .enabled(if: hasSDK)
  )
  func sameAsSDK() async throws {
    let seed = runSeed("SAGFLOW_SDK_SEED")
    var random = SeededGenerator(seed: seed)
    var ours: [String] = []
    var lines: [String] = []
    for _ in 0..<200 {
      // The SDK does not encode names; the API's names do not need it.
      let names = FlowLogField.allCases.map(\.rawValue) + ["RegionId", "FlowLogId"]
      let given = names.filter { _ in random.below(2) == 0 }.map { ($0, random.text(40)) }
      let parameters = Dictionary(uniqueKeysWithValues: given)
      let credentials = Self.credentials(&random)
      let request = RPCRequest(action: "ModifyFlowLogAttribute", version: "2018-03-13", parameters: parameters)
      let wire = Self.wire(request.signed(for: Self.endpoint, with: credentials))
      ours.append(wire.header("authorization") ?? "")
      let input: [String: Any] = [
        "method": wire.method, "query": parameters, "payload_hash": wire.header("x-acs-content-sha256") ?? "",
        "key": credentials.accessKeyID, "secret": credentials.accessKeySecret,
        "headers": Dictionary(
          uniqueKeysWithValues: wire.headers.filter { $0.name != "authorization" }.map { ($0.name, $0.value) }),
      ]
      lines.append(String(decoding: try JSONSerialization.data(withJSONObject: input), as: UTF8.self))
    }
    let folder = try TemporaryFolder()
    let input = try folder.write(Array((lines.joined(separator: "\n") + "\n").utf8), as: "requests")
    let python = try #require(Tool.python)
    let outcome = try await python.outcome([
      "-c",
      "import runpy, sys; sys.argv = ['sdk.py', 'sign']; sys.stdin = open('\(input)'); runpy.run_path('\(Samples.folder)/sdk.py', run_name='__main__')",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    try #require(outcome.lines.count == ours.count, "seed \(seed)")
    for (index, line) in outcome.lines.enumerated() {
      #expect(line == ours[index], "seed \(seed): \(lines[index])")
    }
  }

  @Test(
    "the official SDK's client and the stub of these tests understand one another", .tags(.engine, .network, .slow),
    .unlessFast, .enabled(if: hasSDK))
  func sdkAgainstStub() async throws {
    try await GatewayStub.run { stub in
      stub.put(.netflow("fl-1"))
      let python = try #require(Tool.python)
      let outcome = try await python.outcome([
        "\(Samples.folder)/sdk.py", "call", "127.0.0.1:\(stub.port)", GatewayStub.accessKeyID,
        GatewayStub.accessKeySecret, "fl-1",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(stub.requests.map(\.action) == ["ModifyFlowLogAttribute", "DescribeFlowLogs"])
      #expect(stub.requests.allSatisfy { $0.refusal == nil })
      let described = try JSONDecoder().decode([FlowLog].self, from: Data(outcome.output.utf8))
      #expect(described.first?[.name] == "a *~+/ name")
      #expect(described.first?[.netflowVersion] == "V10")
    }
  }
}
