import Foundation
import TestSupport

/// The page's files in the repository.
enum SourceFiles {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  static let assets = "\(root)/Sources/Page/Assets"

  /// Returns sorted paths below a folder of the repository.
  static func names(in folder: String) -> [String] {
    guard let enumerator = FileManager.default.enumerator(atPath: folder) else { return [] }
    var names: [String] = []
    while let name = enumerator.nextObject() as? String {
      if enumerator.fileAttributes?[.type] as? FileAttributeType == .typeRegular { names.append(name) }
    }
    return names.sorted()
  }

  static func text(_ asset: String) throws -> String {
    try String(contentsOfFile: "\(assets)/\(asset)", encoding: .utf8)
  }

  /// The page's own files, without the chart library.
  static let own = names(in: assets).filter { !$0.hasPrefix("vendor/") && $0 != "package.json" }
}

enum Node {
  /// Whether a Node that can run the page's modules is installed.
  static let isInstalled: Bool = {
    guard let version = try? Tool("node")?.runBriefly(["--version"]) else { return false }
    return version.firstMatch(of: /^v(\d+)\./).flatMap { Int($0.1) }.map { $0 >= 18 } ?? false
  }()
}
