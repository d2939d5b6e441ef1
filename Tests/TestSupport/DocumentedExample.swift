import Foundation

/// The worked example of a module's DocC catalog, which must equal the code of a test.
public enum DocumentedExample {
  /// Returns the Swift code block of `Sources/MODULE/Documentation.docc/MODULE.md`; empty if there is none.
  public static func documented(_ module: String) throws -> [String] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let catalog = root.appendingPathComponent("Sources/\(module)/Documentation.docc/\(module).md")
    return try lines(of: catalog.path, from: "```swift", to: "```")
  }

  /// Returns the lines of a test file between `// Example begins.` and `// Example ends.`; empty if there are none.
  public static func compiled(_ file: String = #filePath) throws -> [String] {
    try lines(of: file, from: "// Example begins.", to: "// Example ends.")
  }

  /// Returns the lines between two markers, without their common indentation.
  private static func lines(of path: String, from first: String, to last: String) throws -> [String] {
    let all = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    let begun = all.drop { $0.drop { $0 == " " } != first }.dropFirst()
    let block = begun.prefix { $0.drop { $0 == " " } != last }
    let indentation = block.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    return block.map { String($0.dropFirst(indentation)) }
  }
}
