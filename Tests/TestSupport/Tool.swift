import Foundation

/// How a program ended, and its output.
public struct Outcome: Equatable, Sendable {
  /// The exit status, or 128 plus the signal number as in a shell.
  public var status: Int32
  public var output: String
  public var errors: String

  public init(status: Int32, output: String, errors: String) {
    self.status = status
    self.output = output
    self.errors = errors
  }

  public var lines: [String] { output.split(separator: "\n").map(String.init) }
  public var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
}

/// Another program to compare with.
public struct Tool: Sendable {
  public let path: String

  /// Finds the program by name on the search path, or by path; nil if it is not installed.
  public init?(_ name: String) {
    if name.contains("/") {
      guard FileManager.default.isExecutableFile(atPath: name) else { return nil }
      path = name
      return
    }
    let searched = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let folders = searched.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
    let candidates = folders.map { "\($0)/\(name)" }
    guard let path = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else { return nil }
    self.path = path
  }

  /// The Python for the tests' scripts: set by `SAGFLOW_PYTHON`, python3 by default.
  public static let python = Tool(ProcessInfo.processInfo.environment["SAGFLOW_PYTHON"] ?? "python3")

  public static func isInstalled(_ names: String...) -> Bool { names.allSatisfy { Tool($0) != nil } }

  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Runs the program to its end, in UTC, and returns its standard output; throws its standard error if it fails.
  public func run(_ arguments: [String]) async throws -> String {
    try result(of: await outcome(arguments, environment: Self.plainEnvironment))
  }

  /// The same, but blocks the thread: for programs that end at once, and for test conditions, which are evaluated
  /// before the first test runs.
  public func runBriefly(_ arguments: [String]) throws -> String {
    let folder = try TemporaryFolder()
    let process = try start(arguments, Self.plainEnvironment, nil, folder.path)
    return try result(of: Self.outcome(process.waitForEnd(), folder.path))
  }

  /// Runs the program to its end.
  ///
  /// - Parameter environment: the complete environment; nil for the test's own.
  public func outcome(
    _ arguments: [String], environment: [String: String]? = nil, directory: String? = nil
  ) async throws -> Outcome {
    let folder = try TemporaryFolder()
    let process = try start(arguments, environment, directory, folder.path)
    return Self.outcome(await process.end(), folder.path)
  }

  private static var plainEnvironment: [String: String] {
    ProcessInfo.processInfo.environment.merging(["TZ": "UTC", "LC_ALL": "C.UTF-8"]) { $1 }
  }

  private func start(
    _ arguments: [String], _ environment: [String: String]?, _ directory: String?, _ folder: String
  ) throws -> ChildProcess {
    try ChildProcess(
      path, arguments, environment: environment, directory: directory, output: "\(folder)/stdout",
      errors: "\(folder)/stderr")
  }

  private static func outcome(_ status: Int32, _ folder: String) -> Outcome {
    Outcome(status: status, output: text("\(folder)/stdout"), errors: text("\(folder)/stderr"))
  }

  private func result(of outcome: Outcome) throws -> String {
    guard outcome.status == 0 else {
      throw Failure(description: "\(path) ended with status \(outcome.status): \(outcome.errors)")
    }
    return outcome.output
  }

  private static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
}
