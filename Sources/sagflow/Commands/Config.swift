import ArgumentParser
import Collector
import Settings

struct Config: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Checks the configuration, and manages the flow logs of Smart Access Gateways.",
    subcommands: [Check.self, FlowLogs.self, Gateways.self, Retarget.self, Setup.self, Teardown.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Validates the configuration; reports errors with file, line and key.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var listenOptions: ListenOptions

    @Flag(name: .shortAndLong, help: "Print every value and its source.")
    var verbose = false

    func run() throws {
      let effective = try options.load(listenOptions.overrides)
      print("\(options.file.path ?? "defaults"): OK")
      guard verbose else { return }
      let rows = ConfigurationSchema.settings.map { setting in
        ("\(setting.key): \(setting.text(in: effective.values))", effective.origin(of: setting.key))
      }
      let width = min(rows.map(\.0.count).max() ?? 0, 48)
      for (text, origin) in rows {
        print(text + String(repeating: " ", count: max(0, width - text.count)) + "  # \(origin)")
      }
    }
  }
}
