public import Files
import Foundation

extension LineOptions {
  /// Checks whether lines could be written. Creates nothing.
  ///
  /// - Returns: findings for display, one per line.
  public func test() throws(FileError) -> [String] {
    if isStandardOutput { return ["lines go to the collector's standard output"] }
    guard try Directory.exists(path) else {
      let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
      try Directory.checkWritable(parent)
      return ["\(path) does not exist yet; \(parent) is writable"]
    }
    let status = try Directory.status(path)
    // A reader of the pipe would notice it being opened and closed.
    if status.kind == .other { return ["\(path) is a pipe or a device"] }
    _ = try OpenFile(path, .appending(0o640))
    return ["\(path) can be written; it has \(status.size) bytes"]
  }
}
