/// The places where the vendor's own libraries look for credentials, in their order: environment, OIDC, the profile of the
/// command line, the ini file, the ECS instance's role, a credentials URI. The first that yields serves.
public struct CredentialChain: CredentialSource {
  private let sources: [any CredentialSource]

  public init(_ context: CredentialContext) {
    sources = [
      EnvironmentCredentials.alibaba(context), OIDCCredentials(context: context),
      ProfileCredentials(context: context), IniCredentials(context: context),
      InstanceRoleCredentials(context: context), URICredentials(context: context),
    ]
  }

  /// What failed before the source that serves is told among its warnings: it was meant to serve.
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

/// A key in the environment: the variables that a vendor's libraries read.
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

  /// `ALIBABA_CLOUD_ACCESS_KEY_ID` and its companions.
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

/// A role taken on with an OpenID Connect token, as in clusters: all of three variables set.
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
