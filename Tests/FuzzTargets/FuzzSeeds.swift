import Foundation

/// Seed files.
package enum FuzzSeeds {
  /// Path of the package.
  package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  private static let fixtures = root + "/Tests/Fixtures"

  /// Returns paths of the fixtures in a folder with this suffix.
  package static func files(_ folder: String, _ suffix: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(fixtures)/\(folder)")) ?? []
    return names.filter { $0.hasSuffix("." + suffix) }.sorted().map { "\(fixtures)/\(folder)/\($0)" }
  }

  package static func contents(_ folder: String, _ suffix: String) -> [[UInt8]] {
    files(folder, suffix).compactMap { try? [UInt8](Data(contentsOf: URL(fileURLWithPath: $0))) }
  }
}
