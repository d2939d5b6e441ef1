import Foundation

/// A file in memory for readers that take a path; rewritten for each input.
package enum ScratchFile {
  private static let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()

  /// Calls `body` with the path of a file of these octets, then removes it.
  package static func with<Result>(
    _ octets: [UInt8], _ body: (String) throws(FuzzViolation) -> Result
  ) throws(FuzzViolation) -> Result {
    let path = "\(folder)/sagflow-fuzz-\(UUID().uuidString)"
    guard FileManager.default.createFile(atPath: path, contents: Data(octets)) else {
      throw FuzzViolation("cannot write \(path)")
    }
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }
}
