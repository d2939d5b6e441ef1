import ArgumentParser
import Collector
import Foundation
import Settings

/// Option for the configuration file.
struct ConfigurationFile: ParsableArguments {
  static let standard = "/etc/sagflow/sagflow.yaml"

  @Option(
    name: [.customShort("c"), .long],
    help: ArgumentHelp("Configuration file (default: \(standard) if it exists).", valueName: "file"))
  var config: String?

  /// The file given, otherwise the default one if it exists, otherwise nil.
  var path: String? {
    config ?? (FileManager.default.fileExists(atPath: Self.standard) ? Self.standard : nil)
  }

  /// Loads the configuration from the file, the process's environment and options.
  func load(_ overrides: [ConfigurationOverride] = []) throws(CommandFailure) -> EffectiveConfiguration {
    do throws(ConfigurationError) {
      return try CollectorConfiguration.load(
        file: path, environment: ProcessInfo.processInfo.environment, overrides: overrides,
        verify: ConfigurationVerification.verify)
    } catch {
      throw CommandFailure(error)
    }
  }
}
