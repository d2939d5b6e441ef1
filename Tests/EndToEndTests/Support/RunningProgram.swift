import Foundation
import TestSupport
import Testing

/// How a program ended, and what it said.
struct Outcome {
  /// The exit status; 128 and the signal's number after a signal, as a shell tells it.
  var status: Int32
  var output: String
  var errors: String

  var lines: [String] { output.split(separator: "\n").map(String.init) }
  var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
}

/// A program that runs beside the test, with standard output and standard error in files.
///
/// Waiting suspends the test instead of blocking its thread, so that many tests can wait at a time.
final class RunningProgram: @unchecked Sendable {
  // Sound: `process` is started in `init`, and afterwards only asked and signalled.
  private let process = Process()
  private let folder: TemporaryFolder

  struct Impatience: Error, CustomStringConvertible {
    let description: String
  }

  init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:], input: String? = nil,
    directory: String? = nil
  ) throws {
    folder = try TemporaryFolder()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8"]
      .merging(environment) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: directory ?? folder.path)
    process.standardInput = input.flatMap { FileHandle(forReadingAtPath: $0) } ?? FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: try folder.write([], as: "stdout"))
    process.standardError = FileHandle(forWritingAtPath: try folder.write([], as: "stderr"))
    try process.runWithSignals()
  }

  var identifier: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }
  var output: String { text("stdout") }
  var errors: String { text("stderr") }

  private func text(_ name: String) -> String {
    String(decoding: FileManager.default.contents(atPath: "\(folder.path)/\(name)") ?? Data(), as: UTF8.self)
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits for the end.
  func end(within seconds: Double = 60) async throws -> Outcome {
    do {
      try await eventually(within: seconds, "the end of \(process.arguments ?? [])") { !self.process.isRunning }
    } catch {
      let threads = threads
      signal(SIGKILL)
      throw Impatience(description: "\(error); standard error: \(errors); threads: \(threads)")
    }
    let status = process.terminationStatus
    return Outcome(
      status: process.terminationReason == .uncaughtSignal ? 128 + status : status, output: output, errors: errors)
  }

  /// What each thread of the program waits for, and the signals that it has pending, blocks and catches.
  private var threads: String {
    let tasks = "/proc/\(process.processIdentifier)/task"
    func text(_ path: String) -> String { (try? String(contentsOfFile: "\(tasks)/\(path)", encoding: .utf8)) ?? "" }
    return ((try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []).map { task in
      let status = text("\(task)/status").split(separator: "\n").filter { line in
        ["Name", "State", "SigPnd", "ShdPnd", "SigBlk", "SigCgt"].contains { line.hasPrefix($0) }
      }
      return "\(status.joined(separator: " ").replacing("\t", with: " ")) at \(text("\(task)/wchan"))"
    }
    .joined(separator: "; ")
  }

  /// Waits until standard error has a line that contains `words`, and gives the first such line.
  @discardableResult
  func says(_ words: String, within seconds: Double = 30) async throws -> String {
    var found: String?
    do {
      try await eventually(within: seconds, "'\(words)'") {
        found = self.errors.split(separator: "\n").first { $0.contains(words) }.map(String.init)
        return found != nil || !self.process.isRunning
      }
    } catch {
      throw Impatience(description: "\(error); standard error: \(errors)")
    }
    guard let found else { throw Impatience(description: "no '\(words)' before the end: \(errors)") }
    return found
  }

  deinit {
    // Whatever became of the test, nothing is left running.
    if process.isRunning { signal(SIGKILL) }
  }
}

/// Waits until a condition holds.
func eventually(
  within seconds: Double = 30, _ what: String, _ condition: () throws -> Bool
) async throws {
  let end = Date(timeIntervalSinceNow: seconds)
  while try !condition() {
    guard Date() < end else { throw RunningProgram.Impatience(description: "waited \(seconds) s for \(what)") }
    try await Task.sleep(for: .milliseconds(10))
  }
}

func pause(_ seconds: Double) async throws { try await Task.sleep(for: .seconds(seconds)) }
