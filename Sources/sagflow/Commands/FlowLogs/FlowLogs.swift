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
    discussion: """
      Requires the permission smartag:DescribeFlowLogs, and for names of gateways smartag:DescribeFlowLogSags.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, json }

  @OptionGroup var cloud: CloudOptions

  @Option(help: "table or json.")
  var format: Format = .table

  func run() async throws {
    let values = try cloud.file.load().values
    let region = try cloud.region(values)
    let client = try cloud.client(region: region, endpoint: try cloud.endpoint(values, region: region))
    try await client.introduce()
    let logs = try await asking { () async throws(CloudAPIError) in try await client.flowLogs() }
    switch format {
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(logs), as: UTF8.self))
    case .table:
      if logs.isEmpty {
        Console.write("no flow logs in \(region)\n")
      } else {
        print(await Self.table(logs, client).text, terminator: "")
      }
    }
  }

  private static func table(_ logs: [FlowLog], _ client: SmartAccessGatewayClient) async -> TextTable {
    var names = GatewayNames(client)
    var table = TextTable([
      ("ID", .left), ("NAME", .left), ("STATUS", .left), ("OUTPUT", .left), ("TARGET", .left), ("VERSION", .left),
      ("ACTIVE", .right), ("INACTIVE", .right), ("GATEWAYS", .left),
    ])
    for log in logs {
      func cell(_ text: String?) -> String { text.map(TerminalText.escaped) ?? "-" }
      table.append([
        cell(log.id), cell(log[.name]), cell(log.status), cell(log[.outputType]), log.target,
        cell(log[.netflowVersion]), cell(log[.activeAging].map { "\($0) s" }),
        cell(log[.inactiveAging].map { "\($0) s" }),
        await names.cell(of: log),
      ])
    }
    return table
  }
}

extension FlowLog {
  /// The destination of its records: collector, Log Service or both, according to its output type.
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
