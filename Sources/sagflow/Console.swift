import Foundation

/// Standard error, for everything that is not a result.
enum Console {
  static func write(_ text: String) {
    // Keeps the order of output if both streams go to one file.
    fflush(nil)
    // If standard error is closed, only the exit status is left.
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Prints an error line.
  static func error(_ line: String) {
    write("sagflow: \(line)\n")
  }
}
