import Files
import Foundation

/// The files of a support bundle being created. If content is unavailable, its file contains the reason.
struct BundleContent {
  let folder: URL
  private(set) var names: [String] = []
  /// Remarks for the user.
  var notes: [String] = []

  init(folder: URL) { self.folder = folder }

  mutating func add(_ name: String, text: String) { add(name, data: Data(text.utf8)) }

  mutating func add(_ name: String, data: Data) {
    do {
      try data.write(to: folder.appending(path: name))
      names.append(name)
    } catch {
      notes.append("\(name): cannot be written: \(error.systemReason)")
    }
  }

  /// Adds a file written by other means.
  mutating func addWritten(_ name: String) { names.append(name) }

  mutating func add(_ name: String, command: [String]) { add(name, text: Self.section(command)) }

  mutating func append(_ name: String, command: [String]) { append(name, Self.section(command)) }

  mutating func append(_ name: String, file path: String) {
    let content = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "cannot be read\n"
    append(name, "$ cat \(path)\n\(content)")
  }

  private mutating func append(_ name: String, _ text: String) {
    let url = folder.appending(path: name)
    let before = (try? Data(contentsOf: url)) ?? Data()
    do {
      try (before + Data(text.utf8)).write(to: url)
    } catch {
      notes.append("\(name): cannot be written: \(error.systemReason)")
    }
  }

  private static func section(_ command: [String]) -> String {
    let outcome = ToolOutput(command)
    return "$ \(command.joined(separator: " "))\n\(outcome.output)\(outcome.errors)"
  }
}

/// The output of a system tool.
struct ToolOutput {
  private(set) var status: Int32 = 127
  private(set) var output = ""
  private(set) var errors = ""

  /// Runs it to its end.
  init(_ command: [String]) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardInput = FileHandle.nullDevice
    let (out, err) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (out, err)
    do {
      try process.run()
    } catch {
      errors = "\(command.first ?? ""): cannot be run: \(error.systemReason)\n"
      return
    }
    // Error output is short enough to fit into its pipe while the other is read.
    output = String(decoding: (try? out.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
    errors = String(decoding: (try? err.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    status = process.terminationStatus
  }
}

/// Removes secrets from configuration texts.
enum Redaction {
  /// Removes user, path and query from URLs: webhooks have their secrets there.
  static func text(_ text: String) -> String {
    text.replacing(
      /(?<scheme>[a-z][a-z0-9+.\-]*:\/\/)(?:[^@\/\s"']*@)?(?<host>[^\/?#\s"',}\]]*)(?:[\/?#][^\s"',}\]]*)?/
    ) { match in
      "\(match.scheme)\(match.host)/…"
    }
  }
}
