import ArgumentParser
import CloudAPI
import Collector
import Foundation
import Settings
import SmartAccessGateway

struct Teardown: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "teardown", abstract: "Undoes what `config setup` created, and nothing else.",
    discussion: """
      Shows each step and asks for confirmation: gateways that setup bound are released; a flow log that it created is \
      deactivated and deleted; one that existed before gets its settings and its status back. Requires the permissions \
      smartag:DisassociateFlowLog, smartag:DeactiveFlowLog, smartag:DeleteFlowLog, smartag:DescribeFlowLogs and \
      smartag:DescribeFlowLogSags, and for a flow log that existed before smartag:ModifyFlowLogAttribute.
      """)

  @Option(help: "The name given to setup.")
  var name: String

  @OptionGroup var cloud: CloudOptions

  @Flag(help: "Print the requests that would be sent; needs neither network nor credentials.")
  var dryRun = false

  @OptionGroup var confirmation: Confirmation

  func run() async throws {
    let values = try cloud.file.load().values
    let region = try cloud.region(values)
    let endpoint = try cloud.endpoint(values, region: region)
    let file = SetupRecordFile(region: region, name: name)
    guard let record = try file.load() else {
      throw CommandFailure(
        .noInput,
        "\(file.path): no such file: this user has set up nothing called '\(TerminalText.escaped(name))' in \(region)")
    }
    if dryRun { return try preview(record, region, endpoint) }
    let client = try cloud.client(region: region, endpoint: endpoint)
    try await client.introduce()
    var session = SetupSession(client, record, in: file)
    guard let flowLog = try await session.find() else {
      try file.remove()
      print("\(TerminalText.escaped(name)): nothing is left in \(region)")
      return
    }
    let bound = try await asking { () async throws(CloudAPIError) in try await client.gateways(of: flowLog.id) }
    let plan = try Self.plan(session.record, flowLog, bound)
    print("\(flowLog.title) in \(region)")
    for step in plan.steps { try await carryOut(step, of: flowLog, in: &session) }
    if session.record.createsFlowLog, !plan.staying.isEmpty {
      session.fail(
        "\(flowLog.id): kept, because others have bound gateways to it: \(plan.staying.text(limit: 10)); release them, and run it again"
      )
    }
    guard session.failures.isEmpty else {
      throw CommandFailure(.refused, session.failures + ["not all is undone; run the same command again to continue"])
    }
    try file.remove()
    print(
      "\(flowLog.id): \(plan.steps.isEmpty ? "nothing is left to undo" : "everything that setup created is undone")")
  }

  private static func plan(
    _ record: SetupRecord, _ flowLog: FlowLog, _ bound: [Gateway]
  ) throws(CommandFailure) -> TeardownPlan {
    do throws(ParameterError) {
      return try TeardownPlan(record, flowLog: flowLog, bound: bound)
    } catch {
      throw CommandFailure(.badData, "the recorded state of \(flowLog.id) cannot be restored: \(error)")
    }
  }

  private func carryOut(
    _ step: TeardownPlan.Step, of flowLog: FlowLog, in session: inout SetupSession
  ) async throws(CommandFailure) {
    let id = flowLog.id
    switch step {
    case .dissociate(let gateways):
      SetupSession.show("release gateways from it:", gateways)
      try ask("release \(gateways.count == 1 ? "it" : "these")?")
      let done = try await session.forEach(gateways, { .dissociate(flowLog: id, gateway: $0.id) })
      try await session.verify(done.suffix(1).map { .dissociate(flowLog: id, gateway: $0.id) })
      try session.note { record in record.gateways.removeAll { gateway in done.contains { $0.id == gateway } } }
      print("\(id): \(done.count) gateway\(done.count == 1 ? "" : "s") released")
    case .deactivate:
      print("deactivate it: its gateways stop exporting")
      try ask("deactivate it?")
      try await session.ensure(.deactivate(flowLog: id))
      try await session.verify([.deactivate(flowLog: id)])
      try session.note { $0.activates = false }
      print("\(id): not active")
    case .restore(let settings):
      print("restore its settings:")
      print(RetargetSession.table(settings.differences(from: flowLog)), terminator: "")
      try ask("change them?")
      try await RetargetSession(client: session.client, flowLogID: id).apply(settings)
      try session.note { $0.before = nil }
      print("\(id): changed and read back, as it was")
    case .delete:
      // The service does not delete a flow log with bound gateways; failures were reported.
      guard session.failures.isEmpty else { return }
      print("delete it: \(flowLog.title)")
      try ask("delete it?")
      try session.note { $0.deletes = true }
      try await session.ensure(.delete(flowLog: id))
      try await session.verify([.delete(flowLog: id)])
      print("\(id): deleted")
    }
  }

  private func ask(_ question: String) throws(CommandFailure) {
    try confirmation.ask(question, otherwise: "what is undone stays undone; run it again to continue")
  }

  /// Prints the requests according to the record.
  private func preview(
    _ record: SetupRecord, _ region: String, _ endpoint: ServiceEndpoint
  ) throws(CommandFailure) {
    guard let id = record.flowLogID else {
      Console.write(
        "setup has not recorded which flow log it created: teardown would look for it by name and description\n")
      return
    }
    var flowLog = FlowLog(id: id)
    flowLog.status = "Active"
    let plan = try Self.plan(record, flowLog, record.gateways.map { Gateway(id: $0) })
    let operations = plan.steps.flatMap { step -> [FlowLogOperation] in
      switch step {
      case .dissociate(let gateways): gateways.map { .dissociate(flowLog: id, gateway: $0.id) }
      case .deactivate: [.deactivate(flowLog: id)]
      case .restore(let settings): [.modify(flowLog: id, settings)]
      case .delete: [.delete(flowLog: id)]
      }
    }
    operations.show(region, endpoint)
    Console.write("a dry run reads nothing: what is undone already would be skipped\n")
  }
}
