import Foundation
import TestSupport
import Testing

/// A program that runs beside the test, with standard output and standard error in files.
///
/// Waiting suspends the test instead of blocking its thread, so that many tests can wait at a time.
final class RunningProgram: Sendable {
  private let process: ChildProcess
  private let command: String
  private let folder: TemporaryFolder

  struct Impatience: Error, CustomStringConvertible {
    let description: String
  }

  init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:], input: String? = nil,
    directory: String? = nil
  ) throws {
    folder = try TemporaryFolder()
    command = ([path] + arguments).joined(separator: " ")
    process = try ChildProcess(
      path, arguments,
      environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8"].merging(environment) {
        $1
      },
      directory: directory ?? folder.path, input: input ?? "/dev/null", output: "\(folder.path)/stdout",
      errors: "\(folder.path)/stderr")
  }

  var identifier: Int32 { process.identifier }
  var isRunning: Bool { process.isRunning }
  var output: String { text("stdout") }
  var errors: String { text("stderr") }

  private func text(_ name: String) -> String {
    String(decoding: FileManager.default.contents(atPath: "\(folder.path)/\(name)") ?? Data(), as: UTF8.self)
  }

  func signal(_ number: Int32) { process.signal(number) }

  /// Waits for the end.
  func end(within seconds: Double = 180) async throws -> Outcome {
    do {
      try await eventually(within: seconds, "the end of \(command)") { !self.process.isRunning }
    } catch {
      let threads = threads
      signal(SIGKILL)
      throw Impatience(description: "\(error); standard error: \(errors); threads: \(threads)")
    }
    return Outcome(status: process.status ?? -1, output: output, errors: errors)
  }

  /// What each thread of the program waits for, and its pending, blocked and caught signals.
  private var threads: String {
    let tasks = "/proc/\(process.identifier)/task"
    func text(_ path: String) -> String { (try? String(contentsOfFile: "\(tasks)/\(path)", encoding: .utf8)) ?? "" }
    return ((try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []).map { task in
      let status = text("\(task)/status").split(separator: "\n").filter { line in
        ["Name", "State", "SigPnd", "ShdPnd", "SigBlk", "SigCgt"].contains { line.hasPrefix($0) }
      }
      return "\(status.joined(separator: " ").replacing("\t", with: " ")) at \(text("\(task)/wchan"))"
    }
    .joined(separator: "; ")
  }

  /// Waits until standard error has a line that contains `words`, and returns the first such line.
  @discardableResult
  func says(_ words: String, within seconds: Double = 120) async throws -> String {
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
}

func pause(_ seconds: Double) async throws { try await Task.sleep(for: .seconds(seconds)) }
