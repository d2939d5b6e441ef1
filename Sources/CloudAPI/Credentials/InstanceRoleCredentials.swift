import Foundation

/// The RAM role of this ECS instance, from its metadata service: version 2 with a token, otherwise version 1.
struct InstanceRoleCredentials: CredentialSource {
  let context: CredentialContext
  /// The role's name; queried if nil.
  var role: String?
  /// Whether this is known to be an instance with a role, so that a missing response is an error.
  var isExpected = false

  private static let source = "the ECS instance's role"
  private static let tokenHeader = "x-aliyun-ecs-metadata-token"
  private var web: WebClient { WebClient(timeout: context.metadataTimeout) }

  init(context: CredentialContext, role: String? = nil, isExpected: Bool = false) {
    self.context = context
    self.role = role
    self.isExpected = isExpected
  }

  func credentials() async throws(CredentialError) -> Credentials? {
    if context.isTrue("ALIBABA_CLOUD_ECS_METADATA_DISABLED") {
      if isExpected { throw failure("ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids it; unset it") }
      return nil
    }
    let token = await token()
    let named = role ?? context.variable("ALIBABA_CLOUD_ECS_METADATA")
    let name: String
    if let named {
      name = named
    } else {
      guard let answer = await get("", token) else {
        if isExpected {
          throw failure("the metadata service does not answer; check that this is an ECS instance with a RAM role")
        }
        return nil
      }
      name = String(decoding: answer, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    guard let answer = await get(PercentEncoding.encode(name), token) else {
      if named != nil || !name.isEmpty {
        throw failure("the metadata service has no role '\(TerminalText.escaped(name))'; attach it to the instance")
      }
      return nil
    }
    guard let body = try? JSONDecoder().decode(CredentialBody.self, from: Data(answer)),
      let credentials = body.credentials(source: "\(Self.source) \(TerminalText.escaped(name))")
    else { throw failure("the metadata service gave no credentials for '\(TerminalText.escaped(name))'") }
    return credentials
  }

  private func failure(_ reason: String) -> CredentialError { .source(Self.source, reason: reason) }

  /// Returns a session token for version 2 of the metadata service; nil if it has none.
  private func token() async -> String? {
    let request = WebRequest(
      method: "PUT", url: "\(context.metadataService)/latest/api/token",
      headers: [("x-aliyun-ecs-metadata-token-ttl-seconds", "21600")])
    guard let answer = try? await web.send(request), answer.status == 200, !answer.body.isEmpty else { return nil }
    return String(decoding: answer.body, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Returns the service's document for a role: with the token, then without unless version 1 is disabled.
  private func get(_ name: String, _ token: String?) async -> [UInt8]? {
    let url = "\(context.metadataService)/latest/meta-data/ram/security-credentials/\(name)"
    if let token, let body = await get(WebRequest(url: url, headers: [(Self.tokenHeader, token)])) { return body }
    if context.isTrue("ALIBABA_CLOUD_IMDSV1_DISABLED") { return nil }
    return await get(WebRequest(url: url))
  }

  private func get(_ request: WebRequest) async -> [UInt8]? {
    guard let answer = try? await web.send(request), answer.status == 200, !answer.body.isEmpty else { return nil }
    return answer.body
  }
}

/// Credentials from a web server such as a sidecar: `ALIBABA_CLOUD_CREDENTIALS_URI`.
struct URICredentials: CredentialSource {
  let context: CredentialContext
  /// The address; from the environment if nil.
  var uri: String?

  func credentials() async throws(CredentialError) -> Credentials? {
    guard let uri = uri ?? context.variable("ALIBABA_CLOUD_CREDENTIALS_URI") else { return nil }
    let source = "the credentials URI"
    guard let url = URL(string: uri), let host = url.host, ["http", "https"].contains(url.scheme) else {
      throw .source(source, reason: "expected http://HOST/PATH, found '\(TerminalText.escaped(uri))'")
    }
    let answer: WebAnswer
    do throws(WebFailure) {
      answer = try await WebClient().send(WebRequest(url: uri))
    } catch {
      throw .source(source, reason: "\(error)")
    }
    guard answer.status == 200, let body = try? JSONDecoder().decode(CredentialBody.self, from: Data(answer.body)),
      let credentials = body.credentials(source: "\(source) on \(TerminalText.escaped(host))")
    else {
      throw .source(
        source, reason: "\(host) answered HTTP \(answer.status) without credentials; check that server")
    }
    return credentials
  }
}
