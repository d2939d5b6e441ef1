public import Foundation

/// What requests are signed with. The secrets stay out of every description, so that no message or log holds them.
public struct Credentials: Sendable {
  public let accessKeyID: String
  package let accessKeySecret: String
  /// Of temporary credentials.
  package let securityToken: String?
  /// When temporary credentials end, if that is known.
  public let expiration: Date?
  /// Which source served, in words for the operator.
  public var source: String
  /// What the operator should know of the source, such as a file that others can read.
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

  /// Whether they end within 15 minutes, when others are looked for.
  var isExpiring: Bool { expiration.map { $0.timeIntervalSinceNow < 900 } ?? false }

  /// Whether they have not ended yet.
  var isValid: Bool { expiration.map { $0.timeIntervalSinceNow > 0 } ?? true }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "credentials of \(source)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["source": source]) }
}

/// Something that may have credentials.
public protocol CredentialSource: Sendable {
  /// - Returns: nil if this source is not set up here.
  /// - Throws: `CredentialError` if it is set up and does not work.
  func credentials() async throws(CredentialError) -> Credentials?
}

/// Credentials that the caller has.
extension Credentials: CredentialSource {
  public func credentials() async throws(CredentialError) -> Credentials? { self }
}

/// Why there are no credentials.
public enum CredentialError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A source is set up and does not work: which, why, and what to do.
  case source(String, reason: String)
  /// No source has any; what those that are set up said.
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
