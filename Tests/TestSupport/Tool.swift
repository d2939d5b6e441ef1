import Foundation

/// Another program, asked as a witness.
public struct Tool: Sendable {
  public let path: String

  /// The program of this name on the search path, or at this path; nil if it is not installed.
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

  public static func isInstalled(_ names: String...) -> Bool { names.allSatisfy { Tool($0) != nil } }

  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Runs the program to its end, in UTC, and gives its standard output; throws what it wrote to standard error if it failed.
  public func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["TZ": "UTC", "LC_ALL": "C.UTF-8"]) { $1 }
    let output = Pipe()
    let errors = try TemporaryFolder()
    let errorFile = errors.path + "/stderr"
    _ = FileManager.default.createFile(atPath: errorFile, contents: nil)
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: errorFile)
    try process.runWithSignals()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let message = (try? String(contentsOfFile: errorFile, encoding: .utf8)) ?? ""
      throw Failure(description: "\(path) ended with status \(process.terminationStatus): \(message)")
    }
    return text
  }
}

/// A folder that lives as long as its owner.
public struct TemporaryFolder: ~Copyable, Sendable {
  public let path: String

  public init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("sagflow-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  /// Writes a file into the folder and gives its path.
  public func write(_ octets: Octets, as name: String) throws -> String {
    let file = "\(path)/\(name)"
    try Data(octets).write(to: URL(fileURLWithPath: file))
    return file
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }
}

extension Process {
  /// Runs the process with no signal blocked. Tests run on threads that block most signals, and a child inherits that:
  /// it would never see a SIGTERM.
  public func runWithSignals() throws {
    var none = sigset_t()
    var before = sigset_t()
    // Sound: both sets are local and outlive the calls.
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    try run()
  }
}
