import ArgumentParser
import Collector
import Settings

/// Options for waiting until flows arrive.
struct ArrivalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Then wait up to this long for flows of a new or silent exporter.", valueName: "duration"))
  var wait: String?

  func validate() throws {
    if let wait, Quantity.seconds(wait).map({ $0 < 1 }) ?? true {
      throw ValidationError("--wait: expected a duration such as 90s or 5m, found '\(wait)'")
    }
  }

  /// Returns the watch, or nil if the command does not wait.
  func watch(_ collector: CollectorConfiguration.HTTP) -> ArrivalWatch? {
    wait.flatMap { Quantity.seconds($0) }.map { ArrivalWatch(collector, limit: $0) }
  }
}
