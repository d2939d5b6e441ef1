import ArgumentParser
import Foundation

/// The command line: parses arguments, calls the library, and prints results to standard output and errors to standard
/// error.
@main
struct Sagflow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sagflow",
    abstract: "Collects NetFlow v5, v9 and IPFIX into Parquet files.",
    version: BuildVersion.description,
    subcommands: [
      Collect.self, Drain.self, Replay.self, Top.self, Query.self, Status.self, Output.self, Generate.self, Config.self,
      LabelsCommand.self, SupportBundle.self,
    ])

  /// The writer of a file, in the form in which Parquet readers look for writers with known bugs.
  static let createdBy =
    "sagflow version \(BuildVersion.number) (build \(BuildVersion.commit.isEmpty ? "release" : BuildVersion.commit))"

  static func main() async {
    // Exceeding the file size limit is an error like a full disk and must not end the process.
    signal(SIGXFSZ, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      Foundation.exit(report(error).rawValue)
    }
  }

  /// Prints an error, or help and version to standard output, and returns the exit status.
  private static func report(_ error: any Error) -> ExitStatus {
    if let failure = error as? CommandFailure {
      failure.lines.forEach(Console.error)
      return failure.status
    }
    guard exitCode(for: error) != .success else {
      print(fullMessage(for: error))
      return .done
    }
    // ArgumentParser's text: the message, possibly of several lines, then usage, then a reference to the help.
    let message = message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
    let help = fullMessage(for: error).split(separator: "\n").last { $0.contains("--help") } ?? ""
    let command = help.split(separator: "'").first { $0.hasPrefix("sagflow") } ?? "sagflow --help"
    let sentence = message.hasSuffix(".") ? message.dropLast() : message[...]
    Console.error("\(sentence.prefix(1).lowercased())\(sentence.dropFirst()); see \(command)")
    return .usage
  }
}
