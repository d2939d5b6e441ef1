import Foundation

/// Files in Tests/Fixtures.
public enum Fixtures {
  /// Path of Tests/Fixtures.
  public static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures").path

  /// Returns the path of a file in Tests/Fixtures.
  public static func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Names of the real captures without extension, sorted.
  public static let realCaptures: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path("real"))) ?? []
    return names.filter { $0.hasSuffix(".pcap") }.map { String($0.dropLast(5)) }.sorted()
  }()
}
