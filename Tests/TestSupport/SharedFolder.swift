import Foundation

/// Folders of captures and checks that some checkouts have beside them, in `../shared`. Nothing needs them.
public enum SharedFolder {
  /// The folder's path; nil if this checkout has none.
  public static func path(_ name: String) -> String? {
    let package = URL(fileURLWithPath: Fixtures.folder).deletingLastPathComponent().deletingLastPathComponent()
    let path = package.deletingLastPathComponent().appendingPathComponent("shared/\(name)").path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }
}
