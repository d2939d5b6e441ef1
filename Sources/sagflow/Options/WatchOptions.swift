import ArgumentParser

/// Options of commands that can refresh their output.
struct WatchOptions: ParsableArguments {
  @Flag(help: "Refresh continuously, until Ctrl-C.")
  var watch = false

  @Option(help: ArgumentHelp("Interval of --watch, seconds.", valueName: "s"))
  var interval: Double = 2

  func validate() throws {
    guard interval >= 0.1, interval <= 86_400 else {
      throw ValidationError("--interval \(interval): expected 0.1 to 86400 seconds")
    }
  }
}
