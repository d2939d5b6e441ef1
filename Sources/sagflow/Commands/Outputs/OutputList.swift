import ArgumentParser
import Collector
import Foundation
import Journal
import Logging
import Settings

struct OutputList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Shows the outputs of the configuration, and what waits for each.",
    discussion: """
      Of a running collector, what is counted is counted since it started; else SHIPPED and SET ASIDE are files of the store \
      that the output's cursor has.
      """)

  @OptionGroup var file: ConfigurationFile

  func run() async throws {
    let values = try file.load().values
    let outputs = values.live.outputs
    if outputs.isEmpty {
      print("the configuration has no outputs")
      return
    }
    if let status = try await running(values) {
      let known = status.outputs ?? []
      var table = OutputTable(known, at: status.time)
      for output in outputs where !known.contains(where: { $0.name == output.name }) {
        table.append(name: output.name, type: output.kind.rawValue, state: "not started; reload the collector")
      }
      print(table.text, terminator: "")
    } else {
      print(try stopped(values).text, terminator: "")
    }
  }

  /// The running collector's status; nil: none answers.
  private func running(_ values: CollectorConfiguration) async throws(CommandFailure) -> CollectorStatus? {
    guard values.http.enabled else { return nil }
    do throws(CollectorClientError) {
      return try await CollectorClient(endpoint: values.http.listen, tokenFile: values.http.tokenFile).status()
    } catch {
      if case .unreachable = error { return nil }
      throw CommandFailure(.unavailable, error.description)
    }
  }

  private func stopped(_ values: CollectorConfiguration) throws(CommandFailure) -> OutputTable {
    var table = OutputTable()
    let states: [OutputState]
    do {
      states = try OutputState.all(values, .quiet)
    } catch StateError.inUse(let path) {
      throw CommandFailure(
        .unavailable, "\(path): its collector is running and does not answer at \(values.http.listen); see http.enabled"
      )
    } catch {
      throw CommandFailure(collecting: error)
    }
    for state in states { table.append(state, at: Date()) }
    if states.isEmpty {
      for output in values.live.outputs {
        table.append(name: output.name, type: output.kind.rawValue, state: "no collector has run yet")
      }
    }
    return table
  }
}
