public import CloudAPI

extension ObjectStorageOptions {
  /// Returns the source named by the options, otherwise the sources of the cloud's own tools.
  public func credentials(environment: [String: String], homeDirectory: String) -> any CredentialSource {
    var environment = environment
    switch service {
    case .s3:
      if !credentialsFile.isEmpty || !profile.isEmpty {
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] { environment[name] = nil }
      }
      if !credentialsFile.isEmpty { environment["AWS_SHARED_CREDENTIALS_FILE"] = credentialsFile }
      if !profile.isEmpty { environment["AWS_PROFILE"] = profile }
      return AmazonCredentialChain(CredentialContext(environment: environment, homeDirectory: homeDirectory))
    case .oss:
      if !credentialsFile.isEmpty || !profile.isEmpty {
        for name in ["ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN", "OIDC_TOKEN_FILE"] {
          environment["ALIBABA_CLOUD_\(name)"] = nil
        }
      }
      if !credentialsFile.isEmpty {
        environment["ALIBABA_CLOUD_CREDENTIALS_FILE"] = credentialsFile
        environment["ALIBABA_CLOUD_CLI_PROFILE_DISABLED"] = "true"
      }
      if !profile.isEmpty { environment["ALIBABA_CLOUD_PROFILE"] = profile }
      return CredentialChain(CredentialContext(environment: environment, homeDirectory: homeDirectory))
    }
  }
}
