package import Foundation

/// Where to look for credentials: the process's environment and home directory, and credential services.
public struct CredentialContext: Sendable {
  public var environment: [String: String]
  public var homeDirectory: String
  /// The Security Token Service; nil to follow the environment and profile.
  public var tokenService: ServiceEndpoint?
  /// The metadata service of ECS instances.
  public var metadataService = "http://100.100.100.200"
  /// Its timeout; on other hosts, nothing responds.
  public var metadataTimeout: Duration = .seconds(1)

  public init(environment: [String: String], homeDirectory: String, tokenService: ServiceEndpoint? = nil) {
    self.environment = environment
    self.homeDirectory = homeDirectory
    self.tokenService = tokenService
  }

  /// Returns a variable; nil if it is unset or empty.
  package func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

  package func isTrue(_ name: String) -> Bool { variable(name)?.lowercased() == "true" }

  /// Resolves a leading `~/`.
  package func resolve(_ path: String) -> String {
    path.hasPrefix("~/") ? homeDirectory + path.dropFirst() : path
  }
}

/// A file with secrets.
package struct CredentialFile {
  package let path: String
  package let data: Data
  /// Set if other users can read the file.
  package let warning: String?

  /// - Returns: nil if there is no such file.
  package init?(_ path: String) throws(CredentialError) {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw .source(path, reason: "cannot be read; give this user read permission")
    }
    self.path = path
    let permissions = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int ?? 0
    warning =
      permissions & 0o044 == 0
      ? nil : "\(path): other users can read these credentials; chmod 600 \(path)"
  }

  package func failure(_ reason: String) -> CredentialError { .source(path, reason: reason) }
}
