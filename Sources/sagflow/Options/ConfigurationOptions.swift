import ArgumentParser
import Collector
import Settings

/// Options of commands that run the pipeline; they take precedence over the environment and the configuration file.
struct ConfigurationOptions: ParsableArguments {
  @OptionGroup var file: ConfigurationFile

  @Option(help: ArgumentHelp("Active timeout: write a flow this long after its first packet.", valueName: "duration"))
  var activeTimeout: String?

  @Option(help: ArgumentHelp("Inactive timeout: write a flow this long after its last packet.", valueName: "duration"))
  var inactiveTimeout: String?

  @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
  var logLevel: String?

  private var overrides: [ConfigurationOverride] {
    [
      ConfigurationOverride("--active-timeout", "aggregation.activeTimeout", activeTimeout),
      ConfigurationOverride("--inactive-timeout", "aggregation.inactiveTimeout", inactiveTimeout),
      ConfigurationOverride("--log-level", "log.level", logLevel),
    ].compactMap(\.self)
  }

  /// Loads the configuration from these options, the process's environment and the file.
  ///
  /// - Parameter more: additional options of the command.
  func load(_ more: [ConfigurationOverride] = []) throws(CommandFailure) -> EffectiveConfiguration {
    try file.load(overrides + more)
  }
}

/// Options of a collector that listens.
struct ListenOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Address and port to listen on, UDP without tcp:// or tls:// in front; repeatable.", valueName: "host:port"))
  var listen: [String] = []

  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Directory of the flow files.", valueName: "dir"))
  var output: String?

  @Option(help: ArgumentHelp("Number of workers.", valueName: "n"))
  var workers: String?

  var overrides: [ConfigurationOverride] {
    [
      ConfigurationOverride("--output", "store.path", output),
      ConfigurationOverride("--workers", "receive.workers", workers),
      listen.isEmpty ? nil : ConfigurationOverride(option: "--listen", key: "listen", elements: listen),
    ].compactMap(\.self)
  }
}

extension ConfigurationOverride {
  /// Nil if the option was not given.
  init?(_ option: String, _ key: String, _ value: String?) {
    guard let value else { return nil }
    self.init(option: option, key: key, elements: [value])
  }
}
