package import CloudAPI

/// The sources used by Amazon's own libraries, in the same order: environment, profile, container endpoint, instance
/// role. The first one that has credentials is used.
package struct AmazonCredentialChain: CredentialSource {
  private let sources: [any CredentialSource]

  package init(_ context: CredentialContext) {
    sources = [
      EnvironmentCredentials(
        context, id: "AWS_ACCESS_KEY_ID", secret: "AWS_SECRET_ACCESS_KEY", token: "AWS_SESSION_TOKEN"),
      AmazonProfileCredentials(context: context),
      AmazonContainerCredentials(context: context), AmazonInstanceCredentials(context: context),
    ]
  }

  package func credentials() async throws(CredentialError) -> Credentials? {
    for source in sources {
      if let found = try await source.credentials() { return found }
    }
    throw .source(
      "credentials",
      reason:
        "none found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, make a profile with `aws configure`, or attach a role"
    )
  }
}

/// A section of `~/.aws/credentials`, otherwise of `~/.aws/config`, or of the files named by
/// `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE`.
struct AmazonProfileCredentials: CredentialSource {
  let context: CredentialContext

  func credentials() async throws(CredentialError) -> Credentials? {
    let named = context.variable("AWS_PROFILE")
    let name = named ?? "default"
    var looked: [String] = []
    for (variable, standard, section) in [
      ("AWS_SHARED_CREDENTIALS_FILE", "credentials", name),
      ("AWS_CONFIG_FILE", "config", name == "default" ? name : "profile \(name)"),
    ] {
      let path = context.variable(variable).map(context.resolve) ?? "\(context.homeDirectory)/.aws/\(standard)"
      guard let file = try CredentialFile(path) else {
        if context.variable(variable) != nil { throw .source(variable, reason: "\(path): no such file") }
        continue
      }
      looked.append(path)
      let sections = IniFile.sections(String(decoding: file.data, as: UTF8.self))
      guard let keys = sections[section] else { continue }
      if let found = try credentials(of: keys, section, file) { return found }
    }
    guard let named else { return nil }
    throw .source(
      "profile '\(TerminalText.escaped(named))'",
      reason: looked.isEmpty ? "no ~/.aws/credentials" : "has no keys in \(looked.joined(separator: " and "))")
  }

  private func credentials(
    of keys: [String: String], _ section: String, _ file: CredentialFile
  ) throws(CredentialError) -> Credentials? {
    let place = "section [\(TerminalText.escaped(section))]"
    for other in ["role_arn", "sso_session", "sso_start_url", "credential_process", "web_identity_token_file"]
    where keys[other] != nil && keys["aws_access_key_id"] == nil {
      throw file.failure(
        "\(place) has \(other), which is not supported; use keys, or a role of the instance or container")
    }
    switch (keys["aws_access_key_id"], keys["aws_secret_access_key"]) {
    case (let key?, let secret?) where !key.isEmpty && !secret.isEmpty:
      var found = Credentials(
        accessKeyID: key, accessKeySecret: secret, securityToken: keys["aws_session_token"],
        source: "\(place) of \(file.path)")
      if let warning = file.warning { found.warnings.append(warning) }
      return found
    case (nil, nil): return nil
    default: throw file.failure("\(place) needs aws_access_key_id and aws_secret_access_key")
    }
  }
}
