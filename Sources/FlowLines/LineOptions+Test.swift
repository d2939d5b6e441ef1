public import Files
import Foundation

extension LineOptions {
  /// Looks whether lines could be written. What is not there is not made.
  ///
  /// - Returns: what was found, for people, a line each.
  public func test() throws(FileError) -> [String] {
    if isStandardOutput { return ["lines go to the collector's standard output"] }
    guard try Directory.exists(path) else {
      let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
      try Directory.checkWritable(parent)
      return ["\(path) does not exist yet; \(parent) is writable"]
    }
    let status = try Directory.status(path)
    // Opening a pipe and closing it again would be seen by its reader.
    if status.kind == .other { return ["\(path) is a pipe or a device"] }
    _ = try OpenFile(path, .appending(0o640))
    return ["\(path) can be written; it has \(status.size) bytes"]
  }
}
