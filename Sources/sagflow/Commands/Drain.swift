import ArgumentParser
import Collector
import FlowPipeline
import Foundation
import Logging
import Settings

struct Drain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drain", abstract: "Writes what a stopped collector has kept for its next start.",
    discussion: """
      For a host that is taken out of service: flows that were live when the collector ended, and datagrams that only its \
      journal has, become rows. Nothing is kept then, templates neither. Prints the ledger.
      """)

  @OptionGroup var options: ConfigurationOptions

  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Directory of the flow files.", valueName: "dir"))
  var output: String?

  @Flag(help: "Also write state that collectors under other host names left in the same place, except running ones.")
  var all = false

  func run() throws {
    let configuration = try options.load([ConfigurationOverride("--output", "store.path", output)].compactMap(\.self))
      .values
    guard FileManager.default.fileExists(atPath: configuration.store.path) else {
      throw CommandFailure(.noInput, "\(configuration.store.path): no such store")
    }
    let log = LogOutput(configuration, environment: ProcessInfo.processInfo.environment)
    log.bootstrap()
    do {
      let ledger = try Recovery.drain(
        configuration, all: all, createdBy: Sagflow.createdBy, Logger(label: "sagflow"))
      Console.write(ledger.table())
    } catch {
      throw CommandFailure(collecting: error)
    }
  }
}
