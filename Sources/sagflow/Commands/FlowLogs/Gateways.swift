import ArgumentParser
import CloudAPI
import Collector
import Files
import FlowText
import Foundation
import Settings
import SmartAccessGateway

struct Gateways: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gateways",
    abstract: "Lists the gateways of flow logs; writes a file to name exporters with.",
    discussion: """
      Exported data do not identify the gateway. With -o this writes a CSV file with a line for each gateway; fill in the \
      address that each sends from. Requires the permissions smartag:DescribeFlowLogs and smartag:DescribeFlowLogSags, \
      with --unbound smartag:DescribeUnbindFlowLogSags.
      """)

  @Option(
    help: ArgumentHelp(
      "Only the gateways of this flow log (default: all flow logs of the region).", valueName: "id"))
  var flowLogId: String?

  @Flag(help: "List gateways without a flow log instead.")
  var unbound = false

  @OptionGroup var cloud: CloudOptions

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Write a file to name exporters with; fill in their addresses.", valueName: "file"))
  var output: String?

  @Flag(help: "Overwrite the file of -o if it exists.")
  var overwrite = false

  @Option(help: "table or json.")
  var format: FlowLogs.Format = .table

  func validate() throws {
    if unbound, flowLogId != nil { throw ValidationError("--unbound: remove --flow-log-id") }
    if overwrite, output == nil { throw ValidationError("--overwrite: give the file with -o") }
  }

  func run() async throws {
    let values = try cloud.file.load().values
    if let flowLogId {
      do throws(ParameterError) { try FlowLogNames.checkFlowLogID(flowLogId) } catch {
        throw CommandFailure(.usage, "--flow-log-id: \(error.reason)")
      }
    }
    // Checked before any request.
    if let output, !overwrite, FileManager.default.fileExists(atPath: output) { throw Self.exists(output) }
    let region = try cloud.region(values)
    let client = try cloud.client(region: region, endpoint: try cloud.endpoint(values, region: region))
    try await client.introduce()
    let found = try await found(client)
    if found.isEmpty {
      Console.write(
        "no gateways \(unbound ? "without a flow log" : "are bound to \(flowLogId ?? "flow logs")") in \(region)\n")
    }
    switch format {
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(found), as: UTF8.self))
    case .table:
      if !found.isEmpty { print(table(found).text, terminator: "") }
    }
    if let output {
      try write(ExporterList(found.map(\.gateway)), to: output)
      Console.write("\(output): \(found.count) gateways written; fill in the address that each sends from\n")
    }
  }

  /// A gateway, and the flow log that it is bound to.
  private struct Found: Encodable {
    var gateway: Gateway
    var flowLog: FlowLog?

    private enum CodingKeys: String, CodingKey {
      case flowLogID = "FlowLogId"
      case flowLogName = "FlowLogName"
    }

    func encode(to encoder: any Encoder) throws {
      try gateway.encode(to: encoder)
      var fields = encoder.container(keyedBy: CodingKeys.self)
      try fields.encodeIfPresent(flowLog?.id, forKey: .flowLogID)
      try fields.encodeIfPresent(flowLog?[.name], forKey: .flowLogName)
    }
  }

  private func found(_ client: SmartAccessGatewayClient) async throws(CommandFailure) -> [Found] {
    if unbound {
      return try await asking { () async throws(CloudAPIError) in try await client.unboundGateways() }
        .map { Found(gateway: $0) }
    }
    let logs: [FlowLog]
    if let flowLogId {
      logs = [try await RetargetSession(client: client, flowLogID: flowLogId).read()]
    } else {
      logs = try await asking { () async throws(CloudAPIError) in try await client.flowLogs() }
    }
    var found: [Found] = []
    for log in logs where log.gatewayCount != 0 {
      let gateways = try await asking { () async throws(CloudAPIError) in try await client.gateways(of: log.id) }
      found += gateways.map { Found(gateway: $0, flowLog: log) }
    }
    return found
  }

  private func table(_ found: [Found]) -> TextTable {
    let hasFlowLog = flowLogId == nil && !unbound
    var table = TextTable(
      [("ID", .left), ("NAME", .left), ("DESCRIPTION", .left)] + (hasFlowLog ? [("FLOW LOG", .left)] : []))
    for entry in found {
      func cell(_ text: String?) -> String { text.map(TerminalText.escaped) ?? "-" }
      let flowLog = entry.flowLog.map { log in log.id + (log[.name].map { " (\($0))" } ?? "") }
      table.append(
        [cell(entry.gateway.id), cell(entry.gateway.name), cell(entry.gateway.description)]
          + (hasFlowLog ? [cell(flowLog)] : []))
    }
    return table
  }

  private func write(_ list: ExporterList, to path: String) throws(CommandFailure) {
    do throws(FileError) {
      let file = try OpenFile(path, overwrite ? .emptying(0o644) : .creating(0o644), for: .create)
      try file.write(list.octets.span)
      try file.close()
    } catch {
      throw error.isExisting ? Self.exists(path) : CommandFailure(error)
    }
  }

  private static func exists(_ path: String) -> CommandFailure {
    CommandFailure(.usage, "-o: \(path): the file exists; choose another name, or give --overwrite to replace it")
  }
}

/// A template of a file with exporter names: one line per gateway, without what the cloud does not know.
struct ExporterList {
  static let header = "exporter,name,site,role,customer,id,description"
  /// Content of the file.
  let octets: [UInt8]

  init(_ gateways: [Gateway]) {
    var text = Array("\(Self.header)\n".utf8)
    for gateway in gateways {
      let fields = ["", gateway.name ?? gateway.id, "", "", "", gateway.id, gateway.description ?? ""]
      for (place, field) in fields.enumerated() {
        if place > 0 { text.append(UInt8(ascii: ",")) }
        // One line each, whatever the cloud's texts contain.
        CSVText.append(TerminalText.escaped(field).utf8, to: &text)
      }
      text.append(UInt8(ascii: "\n"))
    }
    octets = text
  }
}
