import ArgumentParser
import Foundation

/// Asks for confirmation before a change.
struct Confirmation: ParsableArguments {
  @Flag(name: [.customShort("y"), .long], help: "Do not ask for confirmation.")
  var yes = false

  /// Asks whether to continue.
  ///
  /// - Parameters:
  ///   - question: without the possible answers.
  ///   - state: the result if the answer is no.
  func ask(_ question: String, otherwise state: String = "nothing is changed") throws(CommandFailure) {
    if yes { return }
    guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
      throw CommandFailure(.usage, "no terminal to ask for confirmation, \(state); give --yes to apply this")
    }
    Console.write("\(question) [y/N] ")
    let answer = readLine()?.trimmingCharacters(in: .whitespaces).lowercased() ?? ""
    guard ["y", "yes"].contains(answer) else { throw CommandFailure(.refused, state) }
  }
}
