import ArgumentParser
import Collector
import Flows
import Foundation

/// The options of every command that runs the pipeline; they stand before the configuration file and the environment.
struct ConfigurationOptions: ParsableArguments {
  static let standardFile = "/etc/sagflow/sagflow.yaml"

  @Option(
    name: [.customShort("c"), .long],
    help: ArgumentHelp("Configuration file (default: \(standardFile) where it exists).", valueName: "file"))
  var config: String?

  @Option(help: ArgumentHelp("Write a flow this long after its first packet.", valueName: "duration"))
  var activeTimeout: String?

  @Option(help: ArgumentHelp("Write a flow this long after its last packet.", valueName: "duration"))
  var inactiveTimeout: String?

  @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
  var logLevel: String?

  /// The file to read: the one given, else the standard one where it exists, else none.
  var file: String? {
    config ?? (FileManager.default.fileExists(atPath: Self.standardFile) ? Self.standardFile : nil)
  }

  private var overrides: [ConfigurationOverride] {
    [
      ConfigurationOverride("--active-timeout", "aggregation.activeTimeout", activeTimeout),
      ConfigurationOverride("--inactive-timeout", "aggregation.inactiveTimeout", inactiveTimeout),
      ConfigurationOverride("--log-level", "log.level", logLevel),
    ].compactMap(\.self)
  }

  /// The configuration that these options, the process's environment and the file give.
  ///
  /// - Parameter more: further options of the command.
  func load(_ more: [ConfigurationOverride] = []) throws(CommandFailure) -> EffectiveConfiguration {
    do throws(ConfigurationError) {
      return try CollectorConfiguration.load(
        file: file, environment: ProcessInfo.processInfo.environment, overrides: overrides + more,
        verify: Self.verify)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// What was expected of an element that the schema takes, if it is wrong all the same.
  @Sendable
  private static func verify(_ key: String, _ element: String) -> String? {
    guard key == "aggregation.key" else { return nil }
    do throws(FlowKeyError) {
      _ = try FlowKey(parsing: [element])
      return nil
    } catch {
      return switch error {
      case .unknownField(_, let nearest): "the name of a key column such as \(nearest.joined(separator: ", "))"
      default: "a column, for addresses with a prefix length as in src_addr/24 or src_addr/24/48"
      }
    }
  }
}

/// The options of a collector that listens.
struct ListenOptions: ParsableArguments {
  @Option(help: ArgumentHelp("UDP address and port to receive on; repeat for more.", valueName: "host:port"))
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
  fileprivate init?(_ option: String, _ key: String, _ value: String?) {
    guard let value else { return nil }
    self.init(option: option, key: key, elements: [value])
  }
}
