import CloudAPI
import Collector
import Files
import FlowText
import Foundation
import SmartAccessGateway

/// A flow log being changed.
struct RetargetSession {
  let client: SmartAccessGatewayClient
  let flowLogID: String

  /// Reads the flow log.
  func read() async throws(CommandFailure) -> FlowLog {
    guard let found = try await asking({ () async throws(CloudAPIError) in try await client.flowLog(flowLogID) }) else {
      throw CommandFailure(
        .refused,
        "\(flowLogID): no such flow log in \(client.region); check id, region and account with `sagflow config flow-logs`"
      )
    }
    return found
  }

  /// Sends the settings, reads them back, and compares.
  func apply(_ settings: FlowLogSettings) async throws(CommandFailure) {
    _ = try await asking { () async throws(CloudAPIError) in
      try await client.modifyFlowLogAttribute(flowLogID, settings)
    }
    try await verify(settings)
  }

  /// Reads the flow log back, and compares.
  func verify(_ settings: FlowLogSettings) async throws(CommandFailure) {
    var differences = settings.differences(from: try await read())
    // Changes may become visible with a delay.
    for _ in 0..<2 where !differences.isEmpty {
      try? await Task.sleep(for: .seconds(1))
      differences = settings.differences(from: try await read())
    }
    guard differences.isEmpty else {
      throw CommandFailure(
        .refused,
        differences.map { difference in
          let (present, wanted) = (Self.cell(difference.present), Self.cell(difference.wanted))
          return
            "\(flowLogID): the service accepted the change, but \(difference.field.rawValue) is \(present) instead of \(wanted); try again, or set it in the console"
        })
    }
  }

  /// Saves the state to a new file; returns its path.
  func save(_ present: FlowLog) throws(CommandFailure) -> String {
    let now = Date()
    let stamp = now.formatted(
      .iso8601.year().month().day().timeZone(separator: .omitted).time(includingFractionalSeconds: true).dateSeparator(
        .omitted
      ).timeSeparator(.omitted))
    let name = "\(StateFolder.safe(flowLogID))-\(stamp).json"
    do {
      return try StateFolder.create(name, SavedFlowLog(present, region: client.region, at: now).encoded())
    } catch {
      throw CommandFailure(
        .inputOutput,
        "\(StateFolder.path)/\(name): cannot save the current state, nothing is changed: \(error.systemReason)")
    }
  }

  /// Formats the differences as a table.
  static func table(_ differences: [FlowLogSettings.Difference]) -> String {
    var table = TextTable([("  FIELD", .left), ("NOW", .left), ("WANTED", .left)])
    for difference in differences {
      table.append(["  \(difference.field.rawValue)", Self.cell(difference.present), Self.cell(difference.wanted)])
    }
    return table.text
  }

  private static func cell(_ text: String) -> String { text.isEmpty ? "(empty)" : TerminalText.escaped(text) }
}

extension FlowLog {
  /// `fl-… (name), Active, 2 gateways`.
  var title: String {
    var title = id
    if let name = self[.name] { title += " (\(name))" }
    if let status { title += ", \(status)" }
    if let gatewayCount { title += ", \(gatewayCount) gateway\(gatewayCount == 1 ? "" : "s")" }
    return TerminalText.escaped(title)
  }
}

extension SavedFlowLog {
  /// Reads a saved state.
  init(_ path: String) throws(CommandFailure) {
    guard FileManager.default.fileExists(atPath: path) else {
      throw CommandFailure(.noInput, "--restore: \(path): no such file")
    }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw CommandFailure(.notPermitted, "--restore: \(path): \(error.systemReason)")
    }
    do {
      try self.init(decoding: data)
    } catch {
      throw CommandFailure(.badData, "--restore: \(path): not a flow log's state as `config retarget` saves it")
    }
  }
}
