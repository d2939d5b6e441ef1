import Dispatch
import Foundation
import Glibc

/// Runs a program for a message: without a shell, the message as JSON on its standard input and as variables.
struct AlertProgram {
  /// Path and arguments.
  let words: [String]
  /// Longest that it may run, seconds; then it and all that it has started in its process group are killed.
  var timeout = 30.0

  /// Time between SIGTERM and SIGKILL, seconds.
  private static let grace = 2.0

  /// Runs it to its end. Blocks.
  ///
  /// - Returns: what went wrong, if anything.
  func run(_ message: AlertMessage) -> String? {
    guard let path = words.first else { return "no program" }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = Array(words.dropFirst())
    // Nothing of the collector's own: there are sockets' names in it.
    let variables = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"]
    process.environment = variables.merging(message.environment) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    let input = Pipe()
    process.standardInput = input
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do {
      // A pipe takes 64 KiB without a reader, of which a message is a small part.
      try input.fileHandleForWriting.write(contentsOf: message.json)
      try process.run()
      try input.fileHandleForWriting.close()
    } catch {
      return "\(path): cannot be run: \(error.localizedDescription)"
    }
    guard ended.wait(timeout: .now() + timeout) == .success else {
      kill(process, ended)
      return "\(path): killed after \(Int(timeout)) s"
    }
    let status = process.terminationStatus
    if process.terminationReason == .uncaughtSignal { return "\(path): ended by signal \(status)" }
    return status == 0 ? nil : "\(path): exit status \(status)"
  }

  /// Ends a program's process group: Foundation gives each program one of its own.
  private func kill(_ process: Process, _ ended: DispatchSemaphore) {
    let group = process.processIdentifier
    // Never that of the collector.
    guard group > 1, getpgid(group) == group else {
      process.terminate()
      return
    }
    Glibc.kill(-group, SIGTERM)
    if ended.wait(timeout: .now() + Self.grace) == .timedOut {
      Glibc.kill(-group, SIGKILL)
      _ = ended.wait(timeout: .now() + Self.grace)
    } else {
      Glibc.kill(-group, SIGKILL)
    }
  }
}
