import ArgumentParser
import Collector
import Foundation
import Logging
import Settings

struct OutputReset: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset",
    abstract:
      "Restarts an output at the next start of the collector: with all files of the store, or with the next one.",
    discussion: """
      Stop the collector first. A destination stores files that are shipped again only once, as long as it remembers \
      their names; see docs/outputs.md for how long that is.
      """)

  enum Beginning: String, CaseIterable, ExpressibleByArgument {
    case oldest, now
    case setAside = "set-aside"

    var meaning: OutputState.Beginning {
      switch self {
      case .oldest: .oldest
      case .now: .now
      case .setAside: .setAside
      }
    }
  }

  @OptionGroup var output: OutputName

  @Option(
    help:
      "oldest: all files of the store; now: the next one committed; set-aside: keep the position, and retry files set aside."
  )
  var from: Beginning = .oldest

  @OptionGroup var confirmation: Confirmation

  func run() throws {
    let (configured, values) = try output.load()
    guard case .files(let setting) = configured else {
      throw CommandFailure(
        .usage,
        "\(output.name): is of type \(configured.kind.rawValue), which has no cursor: lost rows are not written again"
      )
    }
    let isReset: Bool
    do {
      isReset = try OutputState.reset(setting, to: from.meaning, values, .quiet) { state in
        print(
          "\(setting.name): \(state.takenFiles) files taken, \(state.setAsideFiles) set aside, \(state.waitingFiles) wait"
        )
        try confirmation.ask(Self.question(from, state))
      }
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(collecting: error)
    }
    print(isReset ? "\(setting.name): reset" : "\(setting.name): no collector has run yet, nothing to reset")
  }

  private static func question(_ beginning: Beginning, _ state: OutputState) -> String {
    switch beginning {
    case .oldest: "ship all files of the store again?"
    case .now: "skip all files that are in the store now?"
    case .setAside: "ship \(state.setAsideFiles) files that were set aside?"
    }
  }
}
