/// The source of a value, in ascending order of precedence.
public enum ConfigurationOrigin: Hashable, Sendable, CustomStringConvertible {
  case standard
  /// Line and column count from 1.
  case file(path: String, line: Int, column: Int)
  /// Name of the variable.
  case environment(String)
  /// The option as given: `--listen`.
  case option(String)

  /// The directory that relative names in the value refer to, with a trailing slash; empty for the working directory.
  var directory: String {
    guard case .file(let path, _, _) = self, let slash = path.lastIndex(of: "/") else { return "" }
    return String(path[...slash])
  }

  public var description: String {
    switch self {
    case .standard: "default"
    case .file(let path, let line, let column): "\(path):\(line):\(column)"
    case .environment(let name), .option(let name): name
    }
  }
}

/// A problem in a configuration.
public struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
  public var origin: ConfigurationOrigin
  /// The setting, or the unknown key in its place; nil for a syntax error.
  public var key: String?
  /// What was expected, what was found, or what to do.
  public var message: String

  /// One line: where, key, what.
  public var description: String {
    switch (origin, key) {
    case (.file, let key?): "\(origin): \(key): \(message)"
    case (.standard, let key?): "\(key): \(message)"
    default: "\(origin): \(message)"
    }
  }
}

/// Why a configuration cannot be used.
public enum ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  case noSuchFile(String)
  case notPermitted(String)
  case unreadable(String, reason: String)
  /// All problems, in the order of the sources.
  case invalid([ConfigurationProblem])

  /// Maximum number of problems in `lines`; a file of another kind may have one per line.
  static let maximumLines = 100

  /// One line per problem, and one for the number of further problems.
  public var lines: [String] {
    switch self {
    case .noSuchFile(let path): ["\(path): no such file; give another one with -c"]
    case .notPermitted(let path): ["\(path): permission denied; give this user read permission"]
    case .unreadable(let path, let reason): ["\(path): \(reason)"]
    case .invalid(let problems):
      problems.prefix(Self.maximumLines).map(\.description)
        + (problems.count > Self.maximumLines
          ? ["and \(problems.count - Self.maximumLines) more; check that this is the right file"] : [])
    }
  }

  public var description: String { lines.joined(separator: "\n") }
}
