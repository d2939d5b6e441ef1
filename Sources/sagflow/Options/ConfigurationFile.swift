import ArgumentParser
import Collector
import Foundation
import Settings

/// Which configuration file a command reads.
struct ConfigurationFile: ParsableArguments {
  static let standard = "/etc/sagflow/sagflow.yaml"

  @Option(
    name: [.customShort("c"), .long],
    help: ArgumentHelp("Configuration file (default: \(standard) if it exists).", valueName: "file"))
  var config: String?

  /// The file to read: the one given, else the standard one where it exists, else none.
  var path: String? {
    config ?? (FileManager.default.fileExists(atPath: Self.standard) ? Self.standard : nil)
  }

  /// The configuration that the file, the process's environment and options of the command give.
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
