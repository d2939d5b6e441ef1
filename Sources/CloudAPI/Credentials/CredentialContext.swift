import Files
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
    data = Data(try Self.content(path, source: path))
    self.path = path
    let permissions = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int ?? 0
    warning =
      permissions & 0o044 == 0
      ? nil : "\(path): other users can read these credentials; chmod 600 \(path)"
  }

  /// Reads a token, which may change while a container runs.
  package static func token(_ path: String, source: String) throws(CredentialError) -> String {
    String(decoding: try content(path, source: source), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func content(_ path: String, source: String) throws(CredentialError) -> [UInt8] {
    do throws(WholeFileFault) {
      return try WholeFile.content(of: path, atMost: 1 << 20)
    } catch {
      let reason = error.text(path, expected: "a file with credentials", ifTooLarge: "give a file with credentials")
      throw .source(source, reason: reason)
    }
  }

  package func failure(_ reason: String) -> CredentialError { .source(path, reason: reason) }
}
