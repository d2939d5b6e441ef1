import CloudAPI
import Foundation
import SmartAccessGateway

/// What a setup and its teardown have in common: the record of what is made, and steps that are noted, done and looked at.
struct SetupSession {
  let client: SmartAccessGatewayClient
  let file: SetupRecordFile
  var record: SetupRecord
  /// What the service has refused of steps that do not stop the others, a line each.
  private(set) var failures: [String] = []

  init(_ client: SmartAccessGatewayClient, _ record: SetupRecord, in file: SetupRecordFile) {
    self.client = client
    self.file = file
    self.record = record
  }

  /// The flow log that it is about; nil if there is none.
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

  /// Changes the record and writes it, before what it says is done.
  mutating func note(_ change: (inout SetupRecord) -> Void) throws(CommandFailure) {
    change(&record)
    record.savedAt = Date()
    try file.save(record)
  }

  /// Notes what stays undone.
  mutating func fail(_ line: String) { failures.append(line) }

  /// Does an operation for each of some gateways. One that the service refuses for its own sake does not stop the others.
  ///
  /// - Parameters:
  ///   - before: notes what will be so.
  ///   - refused: notes that it is not.
  /// - Returns: those for which it was done.
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

  /// Does an operation.
  func ensure(_ operation: FlowLogOperation) async throws(CommandFailure) {
    let client = client
    try await asking { () async throws(CloudAPIError) in try await client.ensure(operation) }
  }

  /// Reads back whether the service shows what it has taken.
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
        // It may take a moment.
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }

  /// The gateways of a step, a line each.
  static func show(_ title: String, _ gateways: [Gateway]) {
    print(title)
    for gateway in gateways { print("  \(gateway.title)") }
  }
}

extension Gateway {
  /// `sag-… (name)`.
  var title: String { TerminalText.escaped(id + (name.map { " (\($0))" } ?? "")) }
}
