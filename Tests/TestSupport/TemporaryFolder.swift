import Foundation
import NetworkBytes

/// A folder that is removed with its owner.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("sagflow-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Returns the path of a file in the folder, whether it exists or not.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file into the folder and returns its path.
  public func write(_ octets: Octets, as name: String) throws -> String {
    try Data(octets).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// Writes a text file into the folder and returns its path.
  public func write(_ text: String, as name: String) throws -> String {
    try write(Array(text.utf8), as: name)
  }
}
