import ArgumentParser
import Collector
import Foundation
import Journal
import Logging
import Settings

struct OutputList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the configured outputs and the backlog of each.",
    discussion: """
      For a running collector, counts are since its start; otherwise SHIPPED and SET ASIDE are files of the store that are \
      in the output's cursor. Outputs of lines have a table of their own.
      """)

  @OptionGroup var file: ConfigurationFile

  func run() async throws {
    let values = try file.load().values
    if values.live.outputs.isEmpty, values.lines.isEmpty {
      print("the configuration has no outputs")
      return
    }
    let tables: (files: OutputTable, lines: LineTable)
    if let status = try await running(values) {
      tables = Self.tables(status, values)
    } else {
      tables = (try stopped(values), LineTable(values.lines, state: "stopped"))
    }
    print([tables.files.text, tables.lines.text].filter { !$0.isEmpty }.joined(separator: "\n"), terminator: "")
  }

  /// Returns tables for a running collector, including outputs that are only in the configuration.
  private static func tables(_ status: CollectorStatus, _ values: CollectorConfiguration) -> (OutputTable, LineTable) {
    let (outputs, lines) = (status.outputs ?? [], status.lineOutputs ?? [])
    var table = OutputTable(outputs, at: status.time)
    for output in values.live.outputs where !outputs.contains(where: { $0.name == output.name }) {
      table.append(name: output.name, type: output.kind.rawValue, state: "not started; reload the collector")
    }
    var lineTable = LineTable(lines, at: status.time)
    for output in values.lines where !lines.contains(where: { $0.name == output.name }) {
      lineTable.append(output, state: "not started; restart the collector")
    }
    return (table, lineTable)
  }

  /// Returns the running collector's status; nil if none responds.
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
