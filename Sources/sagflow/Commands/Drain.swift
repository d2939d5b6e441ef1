import ArgumentParser
import Collector
import FlowPipeline
import Foundation
import Logging
import Settings

struct Drain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drain", abstract: "Writes out the state that a stopped collector left for its next start.",
    discussion: """
      For decommissioning a host: live flows at the end of the collector, and datagrams that are only in its journal, \
      become rows. Nothing is kept afterwards, not even templates. Prints the ledger.
      """)

  @OptionGroup var options: ConfigurationOptions

  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Directory of the flow files.", valueName: "dir"))
  var output: String?

  @Flag(help: "Also write the state that collectors with other host names left in the same place, except running ones.")
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
