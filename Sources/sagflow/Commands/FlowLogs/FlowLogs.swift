import ArgumentParser
import CloudAPI
import Collector
import FlowText
import Foundation
import Settings
import SmartAccessGateway

struct FlowLogs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flow-logs", abstract: "Lists the account's flow logs in a region.",
    discussion: "Needs the permission smartag:DescribeFlowLogs.")

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, json }

  @OptionGroup var cloud: CloudOptions

  @Option(help: "table or json.")
  var format: Format = .table

  func run() async throws {
    let values = try cloud.file.load().values
    let region = try cloud.region(values)
    let client = try cloud.client(region: region, endpoint: try cloud.endpoint(values, region: region))
    try await client.introduce()
    let logs: [FlowLog]
    do throws(CloudAPIError) {
      logs = try await client.flowLogs()
    } catch {
      throw CommandFailure(error)
    }
    switch format {
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(logs), as: UTF8.self))
    case .table:
      if logs.isEmpty {
        Console.write("no flow logs in \(region)\n")
      } else {
        print(Self.table(logs).text, terminator: "")
      }
    }
  }

  private static func table(_ logs: [FlowLog]) -> TextTable {
    var table = TextTable([
      ("ID", .left), ("NAME", .left), ("STATUS", .left), ("OUTPUT", .left), ("TARGET", .left), ("VERSION", .left),
      ("ACTIVE", .right), ("INACTIVE", .right), ("GATEWAYS", .right),
    ])
    for log in logs {
      func cell(_ text: String?) -> String { text.map(TerminalText.escaped) ?? "-" }
      table.append([
        cell(log.id), cell(log[.name]), cell(log.status), cell(log[.outputType]), log.target,
        cell(log[.netflowVersion]), cell(log[.activeAging].map { "\($0) s" }),
        cell(log[.inactiveAging].map { "\($0) s" }),
        cell(log.gatewayCount.map(String.init)),
      ])
    }
    return table
  }
}

extension FlowLog {
  /// Where its records go: collector, Log Service or both, as far as its output type says so.
  var target: String {
    var targets: [String] = []
    if outputType != OutputType.sls.rawValue, let address = self[.netflowServerIP] {
      targets.append("\(address):\(self[.netflowServerPort] ?? "?")")
    }
    if outputType != OutputType.netflow.rawValue, let project = self[.projectName] {
      targets.append("\(project)/\(self[.logstoreName] ?? "?") in \(self[.slsRegionID] ?? "?")")
    }
    return targets.isEmpty ? "-" : TerminalText.escaped(targets.joined(separator: ", "))
  }
}
