/// A syntax error in a filter, with its place and what was expected; or a file that could not be read.
public struct FilterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Path of the file; nil for the text itself.
  public internal(set) var file: String?
  /// Line and column, from 1.
  public internal(set) var line: Int
  public internal(set) var column: Int
  public let expected: String
  /// The unexpected token; nil at the end of the text.
  public let found: String?
  /// What is wrong with the file named there.
  public let fault: FileFault?

  init(line: Int, column: Int, expected: String, found: String?) {
    self.line = line
    self.column = column
    self.expected = expected
    self.found = found
    fault = nil
  }

  init(file: String? = nil, line: Int = 0, column: Int = 0, fault: FileFault) {
    self.file = file
    self.line = line
    self.column = column
    expected = ""
    found = nil
    self.fault = fault
  }

  /// Why a filter file was rejected.
  public struct FileFault: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
      case missing, notPermitted, unreadable
    }

    public let path: String
    public let kind: Kind
    public let reason: String

    public var description: String { "\(path): \(reason)" }
  }

  public var description: String {
    let text = fault?.description ?? "expected \(expected), found \(found.map { "'\($0)'" } ?? "the end")"
    if line == 0 { return text }
    if let file { return "\(file):\(line):\(column): \(text)" }
    return (line > 1 ? "line \(line), column \(column)" : "column \(column)") + ": \(text)"
  }
}
