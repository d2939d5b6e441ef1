import CloudAPI
import Foundation
import GatewayStub
import SmartAccessGateway
import TestSupport
import Testing

@Suite("Credentials: sources, order, renewal", .tags(.network), .unlessFast)
struct CredentialTests {
  // MARK: Every source

  @Test("each source gives credentials that the service accepts, and says which it is", arguments: Setup.all)
  func serves(setup: Setup) async throws {
    try await GatewayStub.run { stub in
      stub.put(.netflow("fl-0"))
      let home = try Home(stub)
      try home.put(setup)
      let chain = CredentialChain(home.context)
      let credentials = try #require(try await chain.credentials())
      #expect(credentials.source.contains(setup.source))
      #expect(credentials.warnings == [])
      // The service verifies key, secret and token.
      #expect(try await stub.client(chain).flowLogs().map(\.id) == ["fl-0"])
      for text in Self.texts(of: credentials) { expectNoSecret(text) }
    }
  }

  @Test("the sources are asked in the order of the vendor's libraries")
  func order() async throws {
    try await GatewayStub.run { stub in
      let home = try Home(stub)
      let order: [Setup] = [.environment, .oidc, .profileKeys, .iniKeys, .instance, .uri]
      for setup in order { try home.put(setup) }
      for setup in order {
        let credentials = try await CredentialChain(home.context).credentials()
        #expect(credentials?.source.contains(setup.source) == true, "\(setup)")
        try home.remove(setup)
      }
      await #expect(throws: CredentialError.none([])) { try await CredentialChain(home.context).credentials() }
    }
  }

  @Test("ECS metadata is asked with version 2 and then version 1, unless a variable forbids it")
  func metadataVersions() async throws {
    try await GatewayStub.run { stub in
      let home = try Home(stub)
      try home.put(.instance)
      for (hasVersion1, hasVersion2, serves) in [(true, true, true), (false, true, true), (true, false, true)] {
        stub.metadata { ($0.hasVersion1, $0.hasVersion2) = (hasVersion1, hasVersion2) }
        let found = try? await CredentialChain(home.context).credentials()
        #expect((found != nil) == serves, "v1 \(hasVersion1), v2 \(hasVersion2)")
      }
      stub.metadata { ($0.hasVersion1, $0.hasVersion2) = (true, false) }
      home.set("ALIBABA_CLOUD_IMDSV1_DISABLED", "true")
      await #expect(throws: CredentialError.none([])) { try await CredentialChain(home.context).credentials() }
      stub.metadata { ($0.hasVersion1, $0.hasVersion2) = (true, true) }
      home.set("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
      await #expect(throws: CredentialError.none([])) { try await CredentialChain(home.context).credentials() }
    }
  }

  @Test("a role of the instance may be named, and one that it lacks is named")
  func instanceRole() async throws {
    try await GatewayStub.run { stub in
      let home = try Home(stub)
      try home.put(.instance)
      home.set("ALIBABA_CLOUD_ECS_METADATA", "collector")
      #expect(try await CredentialChain(home.context).credentials()?.source.contains("collector") == true)
      home.set("ALIBABA_CLOUD_ECS_METADATA", "stranger")
      #expect(await home.failure().contains("has no role 'stranger'"))
    }
  }

  @Test("a profile may be chosen, and the command line's files may be forbidden")
  func switches() async throws {
    try await GatewayStub.run { stub in
      let home = try Home(stub)
      try home.profiles(
        ["current": "a"], ["name": "a", "mode": "AK", "access_key_id": "A", "access_key_secret": "X"],
        ["name": "b", "mode": "AK", "access_key_id": "B", "access_key_secret": "X"])
      #expect(try await CredentialChain(home.context).credentials()?.accessKeyID == "A")
      home.set("ALIBABA_CLOUD_PROFILE", "b")
      #expect(try await CredentialChain(home.context).credentials()?.accessKeyID == "B")
      try home.ini("[b]\naccess_key_id = INI ; no comment\naccess_key_secret: X # a comment\n")
      home.set("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true")
      #expect(try await CredentialChain(home.context).credentials()?.accessKeyID == "INI ; no comment")
    }
  }

  // MARK: Roles and renewal

  @Test("a role is asked for with all that the profile says of it, signed")
  func roleParameters() async throws {
    try await GatewayStub.run { stub in
      let home = try Home(stub)
      try home.profiles(
        ["current": "p"],
        [
          "name": "p", "mode": "RamRoleArn", "access_key_id": GatewayStub.accessKeyID,
          "access_key_secret": GatewayStub.accessKeySecret, "ram_role_arn": "acs:ram::1:role/r",
          "ram_session_name": "night", "expired_seconds": 900, "external_id": "e", "policy": "{\"a\": 1}",
        ])
      _ = try await CredentialChain(home.context).credentials()
      let request = try #require(stub.requests("AssumeRole").first)
      #expect(request.refusal == nil)
      #expect(
        request.parameters == [
          "RoleArn": "acs:ram::1:role/r", "RoleSessionName": "night", "DurationSeconds": "900", "ExternalId": "e",
          "Policy": "{\"a\": 1}",
        ])
    }
  }

  @Test("an OIDC token travels in the body, where no log of URLs holds it")
  func tokenInBody() async throws {
    try await GatewayStub.run { stub in
      let home = try Home(stub)
      try home.put(.oidc)
      _ = try await CredentialChain(home.context).credentials()
      let request = try #require(stub.requests("AssumeRoleWithOIDC").first)
      #expect(request.parameters["OIDCToken"] == "OIDC-VERYSECRET")
      #expect(!request.wire.query.contains("VERYSECRET"))
    }
  }

  private actor Counting: CredentialSource {
    private(set) var count = 0
    private let lifetime: TimeInterval

    init(lifetime: TimeInterval) { self.lifetime = lifetime }

    func credentials() async throws(CredentialError) -> Credentials? {
      count += 1
      return Credentials(
        accessKeyID: GatewayStub.accessKeyID, accessKeySecret: GatewayStub.accessKeySecret,
        expiration: Date(timeIntervalSinceNow: lifetime), source: "a count")
    }
  }

  @Test("credentials are kept until a quarter of an hour before their end", arguments: [(3600.0, 1), (600, 3)])
  func renewal(lifetime: TimeInterval, asked: Int) async throws {
    try await GatewayStub.run { stub in
      let source = Counting(lifetime: lifetime)
      let client = try stub.client(source)
      for _ in 0..<3 { _ = try await client.flowLogs() }
      #expect(await source.count == asked)
    }
  }

  // MARK: Secrecy

  private static func texts(of credentials: Credentials) -> [String] {
    var dumped = ""
    dump(credentials, to: &dumped)
    return ["\(credentials)", String(reflecting: credentials), dumped, "\(Optional(credentials) as Any)"]
  }
}
