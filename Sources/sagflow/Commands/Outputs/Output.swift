import ArgumentParser
import Collector
import Logging
import Settings

struct Output: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "output", abstract: "Shows, tests and resets outputs of files and rows.",
    subcommands: [OutputList.self, OutputTest.self, OutputReset.self, ClickHouseCommand.self])

  /// Returns the settings of the output with this name.
  static func setting(_ name: String, in values: CollectorConfiguration) throws(CommandFailure) -> ConfiguredOutput {
    if let setting = values.live.outputs.first(where: { $0.name == name }) { return .files(setting) }
    if let setting = values.lines.first(where: { $0.name == name }) { return .lines(setting) }
    let names = (values.live.outputs.map(\.name) + values.lines.map(\.name)).joined(separator: ", ")
    let advice = names.isEmpty ? "the configuration has none" : "the configuration has \(names)"
    throw CommandFailure(.usage, "\(name): no such output; \(advice)")
  }
}

/// The output that a command applies to.
struct OutputName: ParsableArguments {
  @OptionGroup var file: ConfigurationFile

  @Argument(help: "The output's name in the configuration.")
  var name: String

  /// Returns the output's settings, and the whole configuration.
  func load() throws(CommandFailure) -> (ConfiguredOutput, CollectorConfiguration) {
    let values = try file.load().values
    return (try Output.setting(name, in: values), values)
  }
}

extension Logger {
  /// Suppresses messages of the collector in commands that only inspect its state.
  static let quiet = Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() }
}
