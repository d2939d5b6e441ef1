import Foundation

/// Folders of captures and checks that some checkouts have in `../shared`. Nothing requires them.
public enum SharedFolder {
  /// Returns the folder's path; nil if this checkout does not have it.
  public static func path(_ name: String) -> String? {
    let package = URL(fileURLWithPath: Fixtures.folder).deletingLastPathComponent().deletingLastPathComponent()
    let path = package.deletingLastPathComponent().appendingPathComponent("shared/\(name)").path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }
}
