import Foundation

/// A section of the vendor's ini file: `ALIBABA_CLOUD_CREDENTIALS_FILE`, otherwise `~/.alibabacloud/credentials.ini`,
/// otherwise `~/.alibabacloud/credentials`.
struct IniCredentials: CredentialSource {
  let context: CredentialContext

  func credentials() async throws(CredentialError) -> Credentials? {
    guard let file = try file() else { return nil }
    let name = context.variable("ALIBABA_CLOUD_PROFILE") ?? "default"
    let sections = IniFile.sections(String(decoding: file.data, as: UTF8.self))
    guard let section = sections[name] else {
      throw file.failure(
        "has no section [\(TerminalText.escaped(name))]; set ALIBABA_CLOUD_PROFILE to one that exists")
    }
    var credentials = try await credentials(of: section, name, file)
    if let warning = file.warning { credentials.warnings.append(warning) }
    return credentials
  }

  private func file() throws(CredentialError) -> CredentialFile? {
    if let named = context.variable("ALIBABA_CLOUD_CREDENTIALS_FILE").map(context.resolve) {
      guard let file = try CredentialFile(named) else {
        throw .source("ALIBABA_CLOUD_CREDENTIALS_FILE", reason: "\(named): no such file")
      }
      return file
    }
    let directory = "\(context.homeDirectory)/.alibabacloud"
    if let file = try CredentialFile("\(directory)/credentials.ini") { return file }
    return try CredentialFile("\(directory)/credentials")
  }

  private func credentials(
    of section: [String: String], _ name: String, _ file: CredentialFile
  ) async throws(CredentialError) -> Credentials {
    let place = "section [\(TerminalText.escaped(name))]"
    let source = "\(place) of \(file.path)"
    func need(_ key: String) throws(CredentialError) -> String {
      guard let value = section[key], !value.isEmpty else { throw file.failure("\(place) has no \(key)") }
      return value
    }
    func keys() throws(CredentialError) -> Credentials {
      Credentials(
        accessKeyID: try need("access_key_id"), accessKeySecret: try need("access_key_secret"), source: source)
    }
    func assumption() throws(CredentialError) -> RoleAssumption {
      RoleAssumption(
        roleARN: try need("role_arn"), sessionName: section["role_session_name"], policy: section["policy"])
    }
    switch section["type"] ?? "access_key" {
    case "access_key": return try keys()
    case "ecs_ram_role":
      let instance = InstanceRoleCredentials(context: context, role: section["role_name"], isExpected: true)
      guard let found = try await instance.credentials() else { throw file.failure("\(place): no instance role") }
      return found
    case "ram_role_arn":
      let role = try assumption()
      return try await SecurityTokenService(context, role).assume(role, with: keys(), source: source)
    case "oidc_role_arn":
      let role = try assumption()
      return try await SecurityTokenService(context, role).assume(
        role, oidcProvider: need("oidc_provider_arn"), tokenFile: context.resolve(need("oidc_token_file_path")),
        source: source)
    case let type:
      throw file.failure(
        "\(place) has the type \(TerminalText.escaped(type)), which is not supported; use access_key, ecs_ram_role, ram_role_arn or oidc_role_arn"
      )
    }
  }
}
