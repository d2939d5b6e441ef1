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
      // The service checks key, secret and token.
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

  // MARK: What is wrong is told

  struct Mistake: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Members of the profile `p`, as JSON; the whole file if it is no object.
    var profile: String?
    var ini: String?
    var environment: [String: String] = [:]
    /// What the message must hold.
    var words: [String]
  }

  @Test(
    "a source that is set up and does not work says where, why and what to do",
    arguments: [
      Mistake(
        testDescription: "an id without a secret", environment: ["ALIBABA_CLOUD_ACCESS_KEY_ID": "KEY"],
        words: ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "set both"]),
      Mistake(
        testDescription: "a secret without an id", environment: ["ALIBABA_CLOUD_ACCESS_KEY_SECRET": "VERYSECRET"],
        words: ["ALIBABA_CLOUD_ACCESS_KEY_SECRET", "set both"]),
      Mistake(
        testDescription: "an OIDC token file that is not there",
        environment: [
          "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/no/such/token", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "acs:p",
          "ALIBABA_CLOUD_ROLE_ARN": "acs:r",
        ], words: ["OIDC", "/no/such/token", "cannot be read"]),
      Mistake(testDescription: "a profile file that is no JSON", profile: "nonsense", words: ["config.json", "JSON"]),
      Mistake(testDescription: "no current profile", profile: "[]", words: ["config.json", "current profile"]),
      Mistake(
        testDescription: "a profile that is not there", profile: "{\"mode\":\"AK\"}",
        environment: ["ALIBABA_CLOUD_PROFILE": "q\n"], words: ["no profile 'q\\n'", "ALIBABA_CLOUD_PROFILE"]),
      Mistake(
        testDescription: "AK without a secret", profile: "{\"mode\":\"AK\",\"access_key_id\":\"K\"}",
        words: ["profile 'p'", "access_key_secret"]),
      Mistake(
        testDescription: "StsToken without a token",
        profile: "{\"mode\":\"StsToken\",\"access_key_id\":\"K\",\"access_key_secret\":\"VERYSECRET\"}",
        words: ["profile 'p'", "sts_token"]),
      Mistake(
        testDescription: "RamRoleArn without a role",
        profile: "{\"mode\":\"RamRoleArn\",\"access_key_id\":\"K\",\"access_key_secret\":\"VERYSECRET\"}",
        words: ["profile 'p'", "ram_role_arn"]),
      Mistake(
        testDescription: "a log-in that has expired",
        profile:
          "{\"mode\":\"CloudSSO\",\"access_key_id\":\"K\",\"access_key_secret\":\"VERYSECRET\",\"sts_token\":\"VERYSECRET\",\"sts_expiration\":1000}",
        words: ["profile 'p'", "expired", "aliyun configure"]),
      Mistake(
        testDescription: "a chain that leads in a circle",
        profile: "{\"mode\":\"ChainableRamRoleArn\",\"ram_role_arn\":\"acs:r\",\"source_profile\":\"p\"}",
        words: ["profile 'p'", "circle"]),
      Mistake(
        testDescription: "a credentials URI that is none",
        profile: "{\"mode\":\"CredentialsURI\",\"credentials_uri\":\"x\"}",
        words: ["credentials URI", "http://HOST/PATH", "'x'"]),
      Mistake(
        testDescription: "a mode that is not supported", profile: "{\"mode\":\"External\"}",
        words: ["profile 'p'", "External", "not supported", "RamRoleArn"]),
      Mistake(
        testDescription: "another mode that is not supported", profile: "{\"mode\":\"RsaKeyPair\"}",
        words: ["RsaKeyPair", "not supported"]),
      Mistake(
        testDescription: "an ini file that is not there",
        environment: ["ALIBABA_CLOUD_CREDENTIALS_FILE": "/no/such.ini"], words: ["/no/such.ini", "no such file"]),
      Mistake(
        testDescription: "an ini file without the section", ini: "[other]\n",
        words: ["credentials.ini", "[default]", "ALIBABA_CLOUD_PROFILE"]),
      Mistake(
        testDescription: "a section without a secret", ini: "[default]\naccess_key_id = K\n",
        words: ["[default]", "access_key_secret"]),
      Mistake(
        testDescription: "a type that is not supported", ini: "[default]\ntype = rsa_key_pair\n",
        words: ["rsa_key_pair", "not supported", "ram_role_arn"]),
      Mistake(
        testDescription: "a credentials URI where nothing listens",
        environment: ["ALIBABA_CLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/VERYSECRET"],
        words: ["credentials URI", "http://127.0.0.1:1", "refused"]),
    ])
  func mistakes(mistake: Mistake) async throws {
    try await GatewayStub.run { stub in
      let home = try Home(stub)
      if let profile = mistake.profile {
        try home.file(
          ".aliyun/config.json",
          profile.hasPrefix("{")
            ? "{\"current\":\"p\",\"profiles\":[{\"name\":\"p\",\(profile.dropFirst())]}"
            : profile.hasPrefix("[") ? "{\"profiles\":\(profile)}" : profile)
      }
      if let ini = mistake.ini { try home.ini(ini) }
      for (name, value) in mistake.environment { home.set(name, value) }
      let text = await home.failure()
      for word in mistake.words { #expect(text.contains(word), "\(text)") }
      #expect(!text.contains("\n"))
      expectNoSecret(text)
    }
  }

  @Test("a role that the service refuses is told with the service's words")
  func refusedRole() async throws {
    try await GatewayStub.run { stub in
      let home = try Home(stub)
      try home.put(.profileRole)
      stub.inject(.code("NoPermission", status: 403), into: "AssumeRole")
      let text = await home.failure()
      for word in ["profile 'p'", "NoPermission", "R-NoPermission"] { #expect(text.contains(word), "\(text)") }
      expectNoSecret(text)
    }
  }

  @Test("files that others can read get a warning, and a source that failed before another served is told")
  func warnings() async throws {
    try await GatewayStub.run { stub in
      let home = try Home(stub)
      try home.put(.iniKeys)
      try home.permit(".alibabacloud/credentials.ini", 0o640)
      try home.file(".aliyun/config.json", "{\"current\":\"gone\"}")
      let credentials = try #require(try await CredentialChain(home.context).credentials())
      #expect(credentials.warnings.count == 2)
      #expect(credentials.warnings.contains { $0.contains("credentials.ini") && $0.contains("chmod 600") })
      #expect(credentials.warnings.contains { $0.contains("config.json") && $0.contains("'gone'") })
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

/// Every secret of these tests has one of these words.
private func expectNoSecret(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
  for word in [GatewayStub.accessKeySecret, "VERYSECRET", "SECRET", "TOKEN"] where text.contains(word) {
    // Variables are called by names of their own.
    let rest = text.replacing("ALIBABA_CLOUD_ACCESS_KEY_SECRET", with: "").replacing(
      "ALIBABA_CLOUD_OIDC_TOKEN_FILE", with: "")
    #expect(!rest.contains(word), "\(text)", sourceLocation: sourceLocation)
  }
}

/// A place where credentials are.
enum Setup: String, CaseIterable, CustomTestStringConvertible {
  case environment, environmentToken, oidc
  case profileKeys, profileToken, profileSSO, profileOAuth, profileRole, profileChain, profileInstance, profileOIDC
  case profileURI
  case iniKeys, iniInstance, iniRole, iniOIDC
  case instance, uri

  static let all = allCases
  var testDescription: String { rawValue }

  /// What the message says of it.
  var source: String {
    switch self {
    case .environment, .environmentToken: "the environment"
    case .oidc: "OIDC (ALIBABA_CLOUD_OIDC_TOKEN_FILE)"
    case .profileKeys, .profileToken, .profileSSO, .profileOAuth, .profileRole, .profileChain, .profileOIDC:
      "profile 'p' of "
    case .profileInstance, .iniInstance, .instance: "the ECS instance's role collector"
    case .profileURI, .uri: "the credentials URI on 127.0.0.1"
    case .iniKeys, .iniRole, .iniOIDC: "section [default] of "
    }
  }
}

/// A home directory and an environment, and the stub's services instead of the cloud's.
private final class Home {
  private let folder: TemporaryFolder
  private let stub: GatewayStub
  private(set) var context: CredentialContext

  init(_ stub: GatewayStub) throws {
    folder = try TemporaryFolder()
    self.stub = stub
    context = CredentialContext(
      environment: [:], homeDirectory: folder.path, tokenService: try ServiceEndpoint(stub.endpoint))
    context.metadataService = stub.endpoint
    // The machine may be busy.
    context.metadataTimeout = .seconds(60)
    stub.metadata { $0.role = nil }
  }

  func set(_ name: String, _ value: String?) { context.environment[name] = value }

  /// Writes a file that only this user reads.
  @discardableResult
  func file(_ name: String, _ text: String) throws -> String {
    let path = "\(folder.path)/\(name)"
    try FileManager.default.createDirectory(
      at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try permit(name, 0o600)
    return path
  }

  func permit(_ name: String, _ mode: Int) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(folder.path)/\(name)")
  }

  func ini(_ text: String) throws { try file(".alibabacloud/credentials.ini", text) }

  func profiles(_ document: [String: Any], _ profiles: [String: Any]...) throws {
    let data = try JSONSerialization.data(withJSONObject: document.merging(["profiles": profiles]) { $1 })
    try file(".aliyun/config.json", String(decoding: data, as: UTF8.self))
  }

  /// What the chain says when it finds nothing.
  func failure() async -> String {
    do throws(CredentialError) {
      return "found \(String(describing: try await CredentialChain(context).credentials()))"
    } catch {
      return error.description
    }
  }

  private static let keys = [
    "access_key_id": GatewayStub.accessKeyID, "access_key_secret": GatewayStub.accessKeySecret,
  ]
  private static let iniKeys =
    "access_key_id = \(GatewayStub.accessKeyID)\naccess_key_secret = \(GatewayStub.accessKeySecret)\n"

  private func tokenFile() throws -> String { try file("token", "OIDC-VERYSECRET\n") }

  private func profile(_ mode: String, _ members: [String: Any] = [:], _ others: [String: Any]...) throws {
    let profile = ["name": "p", "mode": mode].merging(members) { $1 }
    let data = try JSONSerialization.data(withJSONObject: ["current": "p", "profiles": [profile] + others])
    try file(".aliyun/config.json", String(decoding: data, as: UTF8.self))
  }

  func put(_ setup: Setup) throws {
    let keys: [String: Any] = Self.keys
    let temporary: [String: Any] = ["access_key_id": "STS", "access_key_secret": "STSSECRET", "sts_token": "STSTOKEN"]
    stub.add(account: "STS", secret: "STSSECRET", token: "STSTOKEN")
    switch setup {
    case .environment, .environmentToken:
      let isTemporary = setup == .environmentToken
      set("ALIBABA_CLOUD_ACCESS_KEY_ID", isTemporary ? "STS" : GatewayStub.accessKeyID)
      set("ALIBABA_CLOUD_ACCESS_KEY_SECRET", isTemporary ? "STSSECRET" : GatewayStub.accessKeySecret)
      set("ALIBABA_CLOUD_SECURITY_TOKEN", isTemporary ? "STSTOKEN" : "")
    case .oidc:
      set("ALIBABA_CLOUD_OIDC_TOKEN_FILE", try tokenFile())
      set("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/p")
      set("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/r")
    case .profileKeys: try profile("AK", keys)
    case .profileToken: try profile("StsToken", temporary)
    case .profileSSO, .profileOAuth:
      let end: [String: Any] = ["sts_expiration": Int(Date().timeIntervalSince1970) + 3600]
      try profile(setup == .profileSSO ? "CloudSSO" : "OAuth", temporary.merging(end) { $1 })
    case .profileRole: try profile("RamRoleArn", keys.merging(["ram_role_arn": "acs:ram::1:role/r"]) { $1 })
    case .profileChain:
      try profile(
        "ChainableRamRoleArn", ["ram_role_arn": "acs:ram::1:role/r", "source_profile": "q"],
        keys.merging(["name": "q", "mode": "AK"]) { $1 })
    case .profileInstance: try profile("EcsRamRole", ["ram_role_name": "collector"])
    case .profileOIDC:
      try profile(
        "OIDC",
        [
          "ram_role_arn": "acs:ram::1:role/r", "oidc_provider_arn": "acs:ram::1:oidc-provider/p",
          "oidc_token_file": try tokenFile(),
        ])
    case .profileURI: try profile("CredentialsURI", ["credentials_uri": "\(stub.endpoint)/credentials"])
    case .iniKeys: try ini("; a comment\n[other]\naccess_key_id = x\n[default]\n\(Self.iniKeys)")
    case .iniInstance: try ini("[default]\ntype = ecs_ram_role\nrole_name = collector\n")
    case .iniRole: try ini("[default]\ntype = ram_role_arn\nrole_arn = acs:ram::1:role/r\n\(Self.iniKeys)")
    case .iniOIDC:
      try ini(
        "[default]\ntype = oidc_role_arn\nrole_arn = acs:ram::1:role/r\noidc_provider_arn = acs:p\noidc_token_file_path = \(tokenFile())\n"
      )
    case .instance: break
    case .uri: set("ALIBABA_CLOUD_CREDENTIALS_URI", "\(stub.endpoint)/credentials")
    }
    if [.profileInstance, .iniInstance, .instance].contains(setup) { stub.metadata { $0.role = "collector" } }
  }

  func remove(_ setup: Setup) throws {
    switch setup {
    case .environment, .environmentToken:
      for name in ["ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN"] { set("ALIBABA_CLOUD_\(name)", nil) }
    case .oidc: set("ALIBABA_CLOUD_ROLE_ARN", nil)
    case .instance: stub.metadata { $0.role = nil }
    case .uri: set("ALIBABA_CLOUD_CREDENTIALS_URI", nil)
    default:
      let name = setup.rawValue.hasPrefix("ini") ? ".alibabacloud/credentials.ini" : ".aliyun/config.json"
      try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
    }
  }
}
