import Foundation
import TestSupport
import Testing

/// A library of these tests that changes what a program sees of the system (LD_PRELOAD).
enum PreloadedLibrary {
  static let compiler = Tool("clang") ?? Tool("cc")

  /// Compiles `NAME.c` of this folder's parent.
  ///
  /// - Returns: the library's path.
  static func compile(_ name: String, into folder: TemporaryFolder) async throws -> String {
    let compiler = try #require(compiler)
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("\(name).c").path
    let library = "\(folder.path)/\(name).so"
    _ = try await compiler.run(
      ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", library, source, "-ldl"])
    return library
  }
}
