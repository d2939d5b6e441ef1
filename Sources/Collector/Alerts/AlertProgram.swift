import Dispatch
import Foundation
import Glibc
import Waiting

/// Runs a program for a message: without a shell, with the message as JSON on standard input and as environment
/// variables.
struct AlertProgram {
  /// Path and arguments.
  let words: [String]
  /// Timeout, seconds; then its whole process group is killed.
  var timeout = 30.0

  /// Time between SIGTERM and SIGKILL, seconds.
  private static let grace = 2.0

  /// Runs it to its end. Blocks.
  ///
  /// - Returns: the error, if any.
  func run(_ message: AlertMessage) -> String? {
    guard let path = words.first else { return "no program" }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = Array(words.dropFirst())
    // Excludes the collector's environment, which names sockets.
    let variables = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"]
    process.environment = variables.merging(message.environment) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    let input = Pipe()
    process.standardInput = input
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let ended = Event()
    process.terminationHandler = { _ in ended.happen() }
    do {
      // A pipe holds 64 KiB, far more than a message.
      try input.fileHandleForWriting.write(contentsOf: message.json)
      try process.run()
      try input.fileHandleForWriting.close()
    } catch {
      return "\(path): cannot be run: \(error.localizedDescription)"
    }
    guard ended.wait(until: .now() + timeout) else {
      kill(process, ended)
      return "\(path): killed after \(Int(timeout)) s"
    }
    let status = process.terminationStatus
    if process.terminationReason == .uncaughtSignal { return "\(path): ended by signal \(status)" }
    return status == 0 ? nil : "\(path): exit status \(status)"
  }

  /// Ends the program's process group; Foundation creates one for each program.
  private func kill(_ process: Process, _ ended: Event) {
    let group = process.processIdentifier
    // Never the collector's own group.
    guard group > 1, getpgid(group) == group else {
      process.terminate()
      return
    }
    Glibc.kill(-group, SIGTERM)
    if !ended.wait(until: .now() + Self.grace) {
      Glibc.kill(-group, SIGKILL)
      ended.wait(until: .now() + Self.grace)
    } else {
      Glibc.kill(-group, SIGKILL)
    }
  }
}
