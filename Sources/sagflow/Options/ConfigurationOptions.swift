import ArgumentParser
import Collector
import Foundation

/// The options that stand before the configuration file and the environment.
struct ConfigurationOptions: ParsableArguments {
  static let standardFile = "/etc/sagflow/sagflow.yaml"

  @Option(
    name: [.customShort("c"), .long],
    help: ArgumentHelp("Configuration file (default: \(standardFile) where it exists).", valueName: "file"))
  var config: String?

  @Option(help: ArgumentHelp("UDP address and port to receive on; repeat for more.", valueName: "host:port"))
  var listen: [String] = []

  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Directory of the flow files.", valueName: "dir"))
  var output: String?

  @Option(help: ArgumentHelp("Write a flow this long after its first packet.", valueName: "duration"))
  var activeTimeout: String?

  @Option(help: ArgumentHelp("Write a flow this long after its last packet.", valueName: "duration"))
  var inactiveTimeout: String?

  @Option(help: ArgumentHelp("Number of workers.", valueName: "n"))
  var workers: String?

  @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
  var logLevel: String?

  /// The file to read: the one given, else the standard one where it exists, else none.
  var file: String? {
    config ?? (FileManager.default.fileExists(atPath: Self.standardFile) ? Self.standardFile : nil)
  }

  private var overrides: [ConfigurationOverride] {
    let values: [(option: String, key: String, value: String?)] = [
      ("--output", "store.path", output),
      ("--active-timeout", "aggregation.activeTimeout", activeTimeout),
      ("--inactive-timeout", "aggregation.inactiveTimeout", inactiveTimeout),
      ("--workers", "receive.workers", workers),
      ("--log-level", "log.level", logLevel),
    ]
    let given = values.compactMap { option, key, value in
      value.map { ConfigurationOverride(option: option, key: key, elements: [$0]) }
    }
    return listen.isEmpty ? given : given + [ConfigurationOverride(option: "--listen", key: "listen", elements: listen)]
  }

  /// The configuration that these options, the process's environment and the file give.
  func load() throws(CommandFailure) -> EffectiveConfiguration {
    do throws(ConfigurationError) {
      return try CollectorConfiguration.load(
        file: file, environment: ProcessInfo.processInfo.environment, overrides: overrides)
    } catch {
      throw CommandFailure(error)
    }
  }
}
