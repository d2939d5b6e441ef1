import Collector
import Foundation
import Testing

/// The package's own files, found from this one.
enum PackageFiles {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func path(_ relative: String) -> String { root.appendingPathComponent(relative).path }

  static func text(_ relative: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(relative), encoding: .utf8)
  }
}

/// A directory that is gone when its owner is.
final class TemporaryDirectory {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("sagflow-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String, _ text: String) throws -> String {
    let file = url.appendingPathComponent(name)
    try text.write(to: file, atomically: false, encoding: .utf8)
    return file.path
  }
}

/// Loads a YAML text as a file, with nothing else said.
func load(
  _ yaml: String, environment: [String: String] = [:], overrides: [ConfigurationOverride] = [],
  verify: @escaping @Sendable (String, String) -> String? = { _, _ in nil }
) throws -> EffectiveConfiguration {
  let directory = try TemporaryDirectory()
  return try CollectorConfiguration.load(
    file: directory.file("c.yaml", yaml), environment: environment, overrides: overrides, verify: verify)
}

/// What `load` finds wrong, one line each, the file's directory cut off; empty if nothing is.
func complaints(
  _ yaml: String, environment: [String: String] = [:], overrides: [ConfigurationOverride] = [],
  verify: @escaping @Sendable (String, String) -> String? = { _, _ in nil }
) throws -> [String] {
  do {
    _ = try load(yaml, environment: environment, overrides: overrides, verify: verify)
    return []
  } catch let error as ConfigurationError {
    return error.lines.map { line in
      line.range(of: "c.yaml").map { String(line[$0.lowerBound...]) } ?? line
    }
  }
}
