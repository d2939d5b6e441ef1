/// The sources used by the vendor's own libraries, in the same order: environment, OIDC, command-line profile, ini
/// file, ECS instance role, credentials URI. The first one that has credentials is used.
public struct CredentialChain: CredentialSource {
  private let sources: [any CredentialSource]

  public init(_ context: CredentialContext) {
    sources = [
      EnvironmentCredentials.alibaba(context), OIDCCredentials(context: context),
      ProfileCredentials(context: context), IniCredentials(context: context),
      InstanceRoleCredentials(context: context), URICredentials(context: context),
    ]
  }

  /// Failures of earlier sources are added to the warnings, because these were meant to be used.
  public func credentials() async throws(CredentialError) -> Credentials? {
    var failures: [String] = []
    for source in sources {
      do throws(CredentialError) {
        guard var found = try await source.credentials() else { continue }
        found.warnings += failures
        return found
      } catch {
        failures.append(error.description)
      }
    }
    throw .none(failures)
  }
}

/// A key from the environment variables that the vendor's libraries read.
package struct EnvironmentCredentials: CredentialSource {
  private let context: CredentialContext
  private let id: String
  private let secret: String
  private let token: String

  package init(_ context: CredentialContext, id: String, secret: String, token: String) {
    self.context = context
    self.id = id
    self.secret = secret
    self.token = token
  }

  /// `ALIBABA_CLOUD_ACCESS_KEY_ID` and related variables.
  static func alibaba(_ context: CredentialContext) -> EnvironmentCredentials {
    EnvironmentCredentials(
      context, id: "ALIBABA_CLOUD_ACCESS_KEY_ID", secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
      token: "ALIBABA_CLOUD_SECURITY_TOKEN")
  }

  package func credentials() async throws(CredentialError) -> Credentials? {
    switch (context.variable(id), context.variable(secret)) {
    case (nil, nil): return nil
    case (_?, nil): throw .source(id, reason: "is set without \(secret); set both")
    case (nil, _?): throw .source(secret, reason: "is set without \(id); set both")
    case (let key?, let value?):
      return Credentials(
        accessKeyID: key, accessKeySecret: value, securityToken: context.variable(token),
        source: "the environment (\(id))")
    }
  }
}

/// A role assumed with an OpenID Connect token, as in Kubernetes: requires all three variables.
struct OIDCCredentials: CredentialSource {
  let context: CredentialContext

  func credentials() async throws(CredentialError) -> Credentials? {
    guard let file = context.variable("ALIBABA_CLOUD_OIDC_TOKEN_FILE"),
      let provider = context.variable("ALIBABA_CLOUD_OIDC_PROVIDER_ARN"),
      let role = context.variable("ALIBABA_CLOUD_ROLE_ARN")
    else { return nil }
    let assumption = RoleAssumption(
      roleARN: role, sessionName: context.variable("ALIBABA_CLOUD_ROLE_SESSION_NAME"),
      region: nil, usesVPC: nil)
    return try await SecurityTokenService(context, assumption).assume(
      assumption, oidcProvider: provider, tokenFile: context.resolve(file),
      source: "OIDC (ALIBABA_CLOUD_OIDC_TOKEN_FILE)")
  }
}
