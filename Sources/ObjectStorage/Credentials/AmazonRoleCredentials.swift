import CloudAPI
import Files
import Foundation

/// Temporary credentials in the format of Amazon's endpoints.
private struct AmazonCredentialBody: Decodable {
  /// `Success`, if the endpoint sends it.
  var code: String?
  var accessKeyID: String?
  var secretAccessKey: String?
  var token: String?
  var expiration: String?

  private enum CodingKeys: String, CodingKey {
    case code = "Code"
    case accessKeyID = "AccessKeyId"
    case secretAccessKey = "SecretAccessKey"
    case token = "Token"
    case expiration = "Expiration"
  }

  static func credentials(_ body: [UInt8], source: String) -> Credentials? {
    guard let read = try? JSONDecoder().decode(Self.self, from: Data(body)), read.code == nil || read.code == "Success",
      let id = read.accessKeyID, let secret = read.secretAccessKey
    else { return nil }
    return Credentials(
      accessKeyID: id, accessKeySecret: secret, securityToken: read.token,
      expiration: read.expiration.flatMap { try? Date($0, strategy: .iso8601) }, source: source)
  }
}

/// Credentials of a container agent: `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` in ECS,
/// `AWS_CONTAINER_CREDENTIALS_FULL_URI` in EKS.
struct AmazonContainerCredentials: CredentialSource {
  let context: CredentialContext
  private static let source = "the container's role"
  private static let agent = "http://169.254.170.2"
  /// Hosts that may be queried without TLS.
  private static let plainHosts: Set = [
    "127.0.0.1", "localhost", "[::1]", "::1", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "fd00:ec2::23",
  ]

  func credentials() async throws(CredentialError) -> Credentials? {
    let address: String
    if let path = context.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
      address = Self.agent + path
    } else if let full = context.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
      address = full
    } else {
      return nil
    }
    guard let url = URL(string: address), let host = url.host,
      url.scheme == "https" || (url.scheme == "http" && Self.plainHosts.contains(host))
    else { throw failure("'\(TerminalText.escaped(address))' is neither an https:// address nor a local one") }
    var request = WebRequest(url: address)
    if let token = try token() { request.headers = [("authorization", token)] }
    let answer: WebAnswer
    do throws(WebFailure) { answer = try await WebClient().send(request) } catch { throw failure("\(error)") }
    guard answer.status == 200, let found = AmazonCredentialBody.credentials(answer.body, source: Self.source) else {
      throw failure("\(host) answered HTTP \(answer.status) without credentials; check the task's role")
    }
    return found
  }

  /// Read each time, because it changes while a container runs.
  private func token() throws(CredentialError) -> String? {
    guard let path = context.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") else {
      return context.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    }
    return try CredentialFile.token(path, source: Self.source)
  }

  private func failure(_ reason: String) -> CredentialError { .source(Self.source, reason: reason) }
}

/// The role of this EC2 instance, from its metadata service, version 2.
struct AmazonInstanceCredentials: CredentialSource {
  let context: CredentialContext
  private static let source = "the EC2 instance's role"

  func credentials() async throws(CredentialError) -> Credentials? {
    if context.isTrue("AWS_EC2_METADATA_DISABLED") { return nil }
    let service = context.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254"
    let base = (service.hasSuffix("/") ? String(service.dropLast()) : service) + "/latest"
    let web = WebClient(timeout: context.metadataTimeout)
    func text(_ request: WebRequest) async -> String? {
      guard let answer = try? await web.send(request), answer.status == 200, !answer.body.isEmpty else { return nil }
      return String(decoding: answer.body, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    // On other hosts, nothing responds.
    guard
      let token = await text(
        WebRequest(
          method: "PUT", url: "\(base)/api/token", headers: [("x-aws-ec2-metadata-token-ttl-seconds", "21600")]))
    else { return nil }
    let headers = [(name: "x-aws-ec2-metadata-token", value: token)]
    let list = "\(base)/meta-data/iam/security-credentials/"
    guard let role = await text(WebRequest(url: list, headers: headers))?.split(separator: "\n").first.map(String.init)
    else { return nil }
    guard let body = await text(WebRequest(url: list + PercentEncoding.encode(role), headers: headers)),
      let found = AmazonCredentialBody.credentials(
        Array(body.utf8), source: "\(Self.source) \(TerminalText.escaped(role))")
    else {
      throw .source(Self.source, reason: "the metadata service gave no credentials for '\(TerminalText.escaped(role))'")
    }
    return found
  }
}
