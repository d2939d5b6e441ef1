import Foundation

/// A profile of the vendor's command-line tool, in `~/.aliyun/config.json`.
struct ProfileCredentials: CredentialSource {
  let context: CredentialContext

  /// The members used here.
  private struct Profile: Decodable {
    var name: String?
    var mode: String?
    var access_key_id: String?
    var access_key_secret: String?
    var sts_token: String?
    var sts_expiration: LenientNumber?
    var ram_role_arn: String?
    var ram_session_name: String?
    var role_session_name: String?
    var expired_seconds: LenientNumber?
    var external_id: String?
    var policy: String?
    var sts_region: String?
    var enable_vpc: Bool?
    var ram_role_name: String?
    var source_profile: String?
    var oidc_provider_arn: String?
    var oidc_token_file: String?
    var credentials_uri: String?
  }

  private struct Document: Decodable {
    var current: String?
    var profiles: [Profile]?
  }

  /// A profile and its name for errors.
  private struct NamedProfile {
    let profile: Profile
    let place: String
    let file: CredentialFile

    var source: String { "\(place) of \(file.path)" }

    func need(_ value: String?, _ key: String) throws(CredentialError) -> String {
      guard let value, !value.isEmpty else { throw file.failure("\(place) has no \(key)") }
      return value
    }

    func keys(token: String?) throws(CredentialError) -> Credentials {
      Credentials(
        accessKeyID: try need(profile.access_key_id, "access_key_id"),
        accessKeySecret: try need(profile.access_key_secret, "access_key_secret"), securityToken: token,
        expiration: profile.sts_expiration?.number.map { Date(timeIntervalSince1970: Double($0)) }, source: source)
    }

    func assumption() throws(CredentialError) -> RoleAssumption {
      RoleAssumption(
        roleARN: try need(profile.ram_role_arn, "ram_role_arn"),
        sessionName: profile.ram_session_name ?? profile.role_session_name,
        duration: profile.expired_seconds?.number.flatMap { $0 > 0 ? $0 : nil } ?? 3600,
        externalID: profile.external_id, policy: profile.policy, region: profile.sts_region,
        usesVPC: profile.enable_vpc)
    }
  }

  func credentials() async throws(CredentialError) -> Credentials? {
    if context.isTrue("ALIBABA_CLOUD_CLI_PROFILE_DISABLED") { return nil }
    guard let file = try CredentialFile("\(context.homeDirectory)/.aliyun/config.json") else { return nil }
    guard let document = try? JSONDecoder().decode(Document.self, from: file.data) else {
      throw file.failure("is not the JSON written by `aliyun configure`; recreate it")
    }
    guard let name = context.variable("ALIBABA_CLOUD_PROFILE") ?? document.current, !name.isEmpty else {
      throw file.failure("has no current profile; set ALIBABA_CLOUD_PROFILE")
    }
    var credentials = try await credentials(of: name, document, file, depth: 0)
    if let warning = file.warning { credentials.warnings.append(warning) }
    return credentials
  }

  private func credentials(
    of name: String, _ document: Document, _ file: CredentialFile, depth: Int
  ) async throws(CredentialError) -> Credentials {
    guard let profile = document.profiles?.first(where: { $0.name == name }) else {
      throw file.failure(
        "has no profile '\(TerminalText.escaped(name))'; set ALIBABA_CLOUD_PROFILE to one that exists")
    }
    let named = NamedProfile(profile: profile, place: "profile '\(TerminalText.escaped(name))'", file: file)
    return try await credentials(of: named, document, depth: depth)
  }

  private func credentials(
    of named: NamedProfile, _ document: Document, depth: Int
  ) async throws(CredentialError) -> Credentials {
    let (profile, place, file, source) = (named.profile, named.place, named.file, named.source)
    switch profile.mode ?? "AK" {
    case "AK": return try named.keys(token: nil)
    case "StsToken": return try named.keys(token: try named.need(profile.sts_token, "sts_token"))
    case "CloudSSO", "OAuth":
      let credentials = try named.keys(
        token: try named.need(profile.sts_token, "sts_token: log in with `aliyun configure`"))
      guard credentials.expiration.map({ $0 > Date() }) ?? true else {
        throw file.failure("the credentials of \(place) have expired; log in again with `aliyun configure`")
      }
      return credentials
    case "RamRoleArn":
      let role = try named.assumption()
      return try await SecurityTokenService(context, role).assume(
        role, with: named.keys(token: profile.sts_token), source: source)
    case "ChainableRamRoleArn":
      let role = try named.assumption()
      guard depth < 8 else { throw file.failure("\(place): source_profile leads in a circle") }
      let user = try await credentials(
        of: named.need(profile.source_profile, "source_profile"), document, file, depth: depth + 1)
      return try await SecurityTokenService(context, role).assume(role, with: user, source: source)
    case "EcsRamRole":
      let instance = InstanceRoleCredentials(
        context: context, role: profile.ram_role_name.flatMap { $0.isEmpty ? nil : $0 }, isExpected: true)
      guard let found = try await instance.credentials() else { throw file.failure("\(place): no instance role") }
      return found
    case "OIDC":
      let role = try named.assumption()
      return try await SecurityTokenService(context, role).assume(
        role, oidcProvider: named.need(profile.oidc_provider_arn, "oidc_provider_arn"),
        tokenFile: context.resolve(named.need(profile.oidc_token_file, "oidc_token_file")), source: source)
    case "CredentialsURI":
      let server = URICredentials(context: context, uri: try named.need(profile.credentials_uri, "credentials_uri"))
      guard let found = try await server.credentials() else { throw file.failure("\(place): no credentials") }
      return found
    case let mode:
      throw file.failure(
        "\(place) has the mode \(TerminalText.escaped(mode)), which is not supported; use AK, StsToken, RamRoleArn, ChainableRamRoleArn, EcsRamRole, OIDC, CredentialsURI, CloudSSO or OAuth"
      )
    }
  }
}
