import ArgumentParser
import Collector
import Logging
import Settings

struct Output: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "output", abstract: "Shows, tests and resets outputs of files and rows.",
    subcommands: [OutputList.self, OutputTest.self, OutputReset.self, ClickHouseCommand.self])

  /// The settings of the output of this name.
  static func setting(_ name: String, in values: CollectorConfiguration) throws(CommandFailure) -> ConfiguredOutput {
    if let setting = values.live.outputs.first(where: { $0.name == name }) { return .files(setting) }
    if let setting = values.lines.first(where: { $0.name == name }) { return .lines(setting) }
    let names = (values.live.outputs.map(\.name) + values.lines.map(\.name)).joined(separator: ", ")
    let advice = names.isEmpty ? "the configuration has none" : "the configuration has \(names)"
    throw CommandFailure(.usage, "\(name): no such output; \(advice)")
  }
}

/// An output that a command is for.
struct OutputName: ParsableArguments {
  @OptionGroup var file: ConfigurationFile

  @Argument(help: "The output's name in the configuration.")
  var name: String

  /// The output's settings, and all others.
  func load() throws(CommandFailure) -> (ConfiguredOutput, CollectorConfiguration) {
    let values = try file.load().values
    return (try Output.setting(name, in: values), values)
  }
}

extension Logger {
  /// Of commands that look at the state of a collector: what the collector would say about it is not their concern.
  static let quiet = Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() }
}
