import CloudAPI
import Foundation
import GatewayStub
import TestSupport
import Testing

/// Checks for secrets; every secret in these tests contains one of these words.
func expectNoSecret(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
  for word in [GatewayStub.accessKeySecret, "VERYSECRET", "SECRET", "TOKEN"] where text.contains(word) {
    // Excludes the names of environment variables.
    let rest = text.replacing("ALIBABA_CLOUD_ACCESS_KEY_SECRET", with: "").replacing(
      "ALIBABA_CLOUD_OIDC_TOKEN_FILE", with: "")
    #expect(!rest.contains(word), "\(text)", sourceLocation: sourceLocation)
  }
}

/// A source of credentials.
enum Setup: String, CaseIterable, CustomTestStringConvertible {
  case environment, environmentToken, oidc
  case profileKeys, profileToken, profileSSO, profileOAuth, profileRole, profileChain, profileInstance, profileOIDC
  case profileURI
  case iniKeys, iniInstance, iniRole, iniOIDC
  case instance, uri

  static let all = allCases
  var testDescription: String { rawValue }

  /// The source as named in messages.
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

/// A home directory and environment, with the stub's services instead of the cloud.
final class Home {
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

  /// Writes a file that only this user can read.
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

  /// Returns the chain's error when it finds nothing.
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
