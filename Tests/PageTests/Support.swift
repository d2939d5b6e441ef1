import Foundation
import TestSupport

/// The page's files as they are in the repository.
enum SourceFiles {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  static let assets = "\(root)/Sources/Page/Assets"

  /// Paths below a folder of the repository, sorted.
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

  /// Files of the page that are written here, not the charts' library.
  static let own = names(in: assets).filter { !$0.hasPrefix("vendor/") && $0 != "package.json" }
}

enum Node {
  /// Whether there is one that runs the page's modules.
  static let isInstalled: Bool = {
    guard let version = try? Tool("node")?.runBriefly(["--version"]) else { return false }
    return version.firstMatch(of: /^v(\d+)\./).flatMap { Int($0.1) }.map { $0 >= 18 } ?? false
  }()
}
