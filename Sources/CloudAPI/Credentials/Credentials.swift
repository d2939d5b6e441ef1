public import Foundation

/// Credentials for signing requests. Secrets are excluded from descriptions, so that no message or log contains them.
public struct Credentials: Sendable {
  public let accessKeyID: String
  package let accessKeySecret: String
  /// Of temporary credentials.
  package let securityToken: String?
  /// When temporary credentials expire, if known.
  public let expiration: Date?
  /// The source, for display.
  public var source: String
  /// Warnings about the source, such as a file that others can read.
  public var warnings: [String] = []

  public init(
    accessKeyID: String, accessKeySecret: String, securityToken: String? = nil, expiration: Date? = nil, source: String
  ) {
    self.accessKeyID = accessKeyID
    self.accessKeySecret = accessKeySecret
    self.securityToken = securityToken.flatMap { $0.isEmpty ? nil : $0 }
    self.expiration = expiration
    self.source = source
  }

  /// Whether they expire within 15 minutes, so that new ones are requested.
  var isExpiring: Bool { expiration.map { $0.timeIntervalSinceNow < 900 } ?? false }

  /// Whether they have not expired.
  var isValid: Bool { expiration.map { $0.timeIntervalSinceNow > 0 } ?? true }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "credentials of \(source)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["source": source]) }
}

/// A source of credentials.
public protocol CredentialSource: Sendable {
  /// - Returns: nil if this source is not configured.
  /// - Throws: `CredentialError` if it is configured and does not work.
  func credentials() async throws(CredentialError) -> Credentials?
}

/// Credentials supplied by the caller.
extension Credentials: CredentialSource {
  public func credentials() async throws(CredentialError) -> Credentials? { self }
}

/// Why there are no credentials.
public enum CredentialError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A configured source does not work: which, why, and what to do.
  case source(String, reason: String)
  /// No source has credentials; errors of the configured ones.
  case none([String])

  public var description: String {
    switch self {
    case .source(let name, let reason): return "\(name): \(reason)"
    case .none(let reasons):
      let advice =
        "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or create a profile with `aliyun configure`"
      return "no credentials found"
        + (reasons.isEmpty ? "; \(advice)" : ": \(reasons.joined(separator: "; "))")
    }
  }
}
