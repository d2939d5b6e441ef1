import CloudAPI
import Foundation
import SmartAccessGateway

/// Common parts of setup and teardown: the record, and steps that are recorded, performed and verified.
struct SetupSession {
  let client: SmartAccessGatewayClient
  let file: SetupRecordFile
  var record: SetupRecord
  /// Refusals that do not prevent other steps, one line each.
  private(set) var failures: [String] = []

  init(_ client: SmartAccessGatewayClient, _ record: SetupRecord, in file: SetupRecordFile) {
    self.client = client
    self.file = file
    self.record = record
  }

  /// Returns the flow log of the setup; nil if there is none.
  mutating func find() async throws(CommandFailure) -> FlowLog? {
    let client = client
    let logs = try await asking { () async throws(CloudAPIError) in try await client.flowLogs() }
    do throws(SetupError) {
      return try record.find(among: logs)
    } catch {
      var line = error.description
      if case .missingFlowLog = error { line += "; if it was deleted, remove \(file.path)" }
      throw CommandFailure(.refused, line)
    }
  }

  /// Changes and saves the record, before the change is made in the cloud.
  mutating func note(_ change: (inout SetupRecord) -> Void) throws(CommandFailure) {
    change(&record)
    record.savedAt = Date()
    try file.save(record)
  }

  /// Records a step that failed.
  mutating func fail(_ line: String) { failures.append(line) }

  /// Performs an operation for each gateway. If one is refused for its own sake, the others continue.
  ///
  /// - Parameters:
  ///   - before: records the intended change.
  ///   - refused: removes it from the record.
  /// - Returns: the gateways for which it succeeded.
  mutating func forEach(
    _ gateways: [Gateway], _ operation: (Gateway) -> FlowLogOperation,
    before: (inout SetupRecord, Gateway) -> Void = { _, _ in },
    refused: (inout SetupRecord, Gateway) -> Void = { _, _ in }
  ) async throws(CommandFailure) -> [Gateway] {
    var done: [Gateway] = []
    for gateway in gateways {
      try note { before(&$0, gateway) }
      do throws(CloudAPIError) {
        try await client.ensure(operation(gateway))
        done.append(gateway)
      } catch {
        let failure = CommandFailure(error)
        guard failure.status == .refused else { throw failure }
        try note { refused(&$0, gateway) }
        fail("\(gateway.title): \(error)")
      }
    }
    return done
  }

  /// Performs an operation.
  func ensure(_ operation: FlowLogOperation) async throws(CommandFailure) {
    let client = client
    try await asking { () async throws(CloudAPIError) in try await client.ensure(operation) }
  }

  /// Verifies that the changes are visible.
  func verify(_ operations: [FlowLogOperation]) async throws(CommandFailure) {
    let client = client
    for operation in operations {
      var tries = 3
      while try await !asking({ () async throws(CloudAPIError) in try await client.isDone(operation) }) {
        tries -= 1
        guard tries > 0 else {
          throw CommandFailure(
            .refused, "the service took \(operation.action), but does not show it; run the same command again")
        }
        // Changes may become visible with a delay.
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }

  /// Prints the gateways of a step, one per line.
  static func show(_ title: String, _ gateways: [Gateway]) {
    print(title)
    for gateway in gateways { print("  \(gateway.title)") }
  }
}

extension Gateway {
  /// `sag-… (name)`.
  var title: String { TerminalText.escaped(id + (name.map { " (\($0))" } ?? "")) }
}
