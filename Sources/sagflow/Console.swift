import Foundation

/// Standard error: everything that is not a result goes there.
enum Console {
  static func write(_ text: String) {
    // What was printed before comes before, also where both go to one file.
    fflush(nil)
    // Nothing is left to do where standard error is closed; the exit status still tells.
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Prints one line of what went wrong.
  static func error(_ line: String) {
    write("sagflow: \(line)\n")
  }
}
