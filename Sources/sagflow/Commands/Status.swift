import ArgumentParser
import Collector
import Foundation
import NetworkBytes
import Settings

struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows the state of the running collector: ledger, exporters, rates, loss, clocks, templates, sampling.")

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, json }

  @OptionGroup var file: ConfigurationFile

  @Option(
    help: ArgumentHelp(
      "The collector's HTTP address (default: http.listen of the configuration).", valueName: "host:port"))
  var http: String?

  @OptionGroup var watching: WatchOptions

  @Option(help: "table, or json: the answer of /api/v1/status.")
  var format: Format = .table

  func run() async throws {
    let overrides = http.map { [ConfigurationOverride(option: "--http", key: "http.listen", elements: [$0])] } ?? []
    // Public access is the collector's concern, not the client's.
    let allowance = ConfigurationOverride(option: "--http", key: "http.public", elements: ["true"])
    let settings = try file.load(overrides + (http == nil ? [] : [allowance])).values.http
    let client = CollectorClient(endpoint: settings.listen, tokenFile: settings.tokenFile)
    repeat {
      let status: CollectorStatus
      do throws(CollectorClientError) {
        status = try await client.status()
      } catch {
        throw CommandFailure(.unavailable, error.description)
      }
      let text: String
      switch format {
      case .json: text = String(decoding: try status.encoded(pretty: !watching.watch), as: UTF8.self) + "\n"
      case .table: text = StatusReport(status).text
      }
      // On a terminal, each look replaces the last one.
      let home = watching.watch && format == .table && isatty(STDOUT_FILENO) == 1 ? "\u{1b}[H\u{1b}[2J" : ""
      try FileHandle.standardOutput.write(contentsOf: Data((home + text).utf8))
      if watching.watch { try await Task.sleep(for: .seconds(watching.interval)) }
    } while watching.watch
  }
}
