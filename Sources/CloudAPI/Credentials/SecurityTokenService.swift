import Foundation

/// A role to assume.
struct RoleAssumption {
  var roleARN: String
  /// Session name in the account's audit log; nil for the default.
  var sessionName: String?
  /// Seconds, at least 900.
  var duration = 3600
  var externalID: String?
  /// Additional restrictions of the role's permissions.
  var policy: String?
  /// Region of the Security Token Service; from the environment if nil.
  var region: String?
  /// Whether to use its VPC endpoint; from the environment if nil.
  var usesVPC: Bool?

  /// The parameters common to both operations.
  fileprivate var parameters: [String: String] {
    var parameters = [
      "RoleArn": roleARN, "RoleSessionName": sessionName ?? "sagflow", "DurationSeconds": String(duration),
    ]
    parameters["ExternalId"] = externalID
    parameters["Policy"] = policy
    return parameters
  }
}

/// The service that issues temporary credentials for a role (product `Sts`, version 2015-04-01).
struct SecurityTokenService {
  private static let version = "2015-04-01"
  private let service: RPCService

  init(_ context: CredentialContext, _ assumption: RoleAssumption) {
    let region = assumption.region ?? context.variable("ALIBABA_CLOUD_STS_REGION")
    let usesVPC = assumption.usesVPC ?? context.isTrue("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED")
    let standard = region.map { ServiceEndpoint(service: usesVPC ? "sts-vpc" : "sts", region: $0) }
    service = RPCService(endpoint: context.tokenService ?? standard ?? .tokenService)
  }

  /// AssumeRole with the credentials of a user.
  func assume(
    _ assumption: RoleAssumption, with user: Credentials, source: String
  ) async throws(CredentialError) -> Credentials {
    let request = RPCRequest(action: "AssumeRole", version: Self.version, parameters: assumption.parameters)
    let endpoint = service.endpoint
    return try await call(source) { request.signed(for: endpoint, with: user) }
  }

  /// AssumeRoleWithOIDC, which is not signed: the token authenticates the caller. It is sent in the body, so that no
  /// log contains it.
  func assume(
    _ assumption: RoleAssumption, oidcProvider: String, tokenFile: String, source: String
  ) async throws(CredentialError) -> Credentials {
    let token = try CredentialFile.token(tokenFile, source: source)
    var form = assumption.parameters
    form["ExternalId"] = nil
    form["OIDCProviderArn"] = oidcProvider
    form["OIDCToken"] = token
    let body = Array(PercentEncoding.query(form).utf8)
    let endpoint = service.endpoint
    return try await call(source) {
      let query = PercentEncoding.query([
        "Action": "AssumeRoleWithOIDC", "Format": "JSON", "Version": Self.version,
        "Timestamp": Date().formatted(.iso8601), "SignatureNonce": UUID().uuidString,
      ])
      return WebRequest(
        method: RPCRequest.method, url: "\(endpoint.url)/?\(query)",
        headers: [("host", endpoint.host), ("content-type", "application/x-www-form-urlencoded")],
        body: body)
    }
  }

  private struct Answer: Decodable {
    var credentials: CredentialBody

    private enum CodingKeys: String, CodingKey { case credentials = "Credentials" }
  }

  private func call(
    _ source: String, _ request: @Sendable () -> WebRequest
  ) async throws(CredentialError) -> Credentials {
    let body: [UInt8]
    do throws(CloudAPIError) {
      body = try await service.call { () async throws(CloudAPIError) in request() }
    } catch {
      throw .source(source, reason: "\(error)")
    }
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)),
      let credentials = answer.credentials.credentials(source: source)
    else { throw .source(source, reason: "\(service.endpoint) gave no credentials; check the endpoint") }
    return credentials
  }
}

extension ServiceEndpoint {
  /// The Security Token Service's central endpoint.
  fileprivate static var tokenService: ServiceEndpoint { ServiceEndpoint(publicHost: "sts.aliyuncs.com") }
}

/// Temporary credentials in the format of all services.
struct CredentialBody: Decodable {
  /// `Success`, if the service sends it.
  var code: String?
  var accessKeyID: String?
  var accessKeySecret: String?
  var securityToken: String?
  var expiration: String?

  private enum CodingKeys: String, CodingKey {
    case code = "Code"
    case accessKeyID = "AccessKeyId"
    case accessKeySecret = "AccessKeySecret"
    case securityToken = "SecurityToken"
    case expiration = "Expiration"
  }

  /// Nil if a member is missing.
  func credentials(source: String) -> Credentials? {
    guard code == nil || code == "Success", let accessKeyID, let accessKeySecret, let securityToken else { return nil }
    return Credentials(
      accessKeyID: accessKeyID, accessKeySecret: accessKeySecret, securityToken: securityToken,
      expiration: expiration.flatMap { try? Date($0, strategy: .iso8601) }, source: source)
  }
}
