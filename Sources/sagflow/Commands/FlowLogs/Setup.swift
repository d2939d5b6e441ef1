import ArgumentParser
import CloudAPI
import Collector
import Foundation
import Settings
import SmartAccessGateway

struct Setup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "setup",
    abstract: "Creates a flow log for this collector, binds gateways, activates it, and waits for flows.",
    discussion: """
      Shows each step and asks for confirmation; what exists already is used. Steps are recorded before they are done: \
      if interrupted, the same command continues, and `sagflow config teardown` undoes it. Requires smartag:CreateFlowLog, \
      smartag:ModifyFlowLogAttribute, smartag:AssociateFlowLog, smartag:ActiveFlowLog, smartag:DescribeFlowLogs, \
      smartag:DescribeFlowLogSags and smartag:DescribeUnbindFlowLogSags.
      """)

  @OptionGroup var cloud: CloudOptions
  @OptionGroup var wanted: RetargetOptions

  @Option(
    help: ArgumentHelp(
      "Gateways to bind: all without a flow log, or a comma-separated list of ids.",
      valueName: "all|id,…"))
  var gateways = "all"

  @Flag(help: "Print the requests that would be sent; needs neither network nor credentials.")
  var dryRun = false

  @OptionGroup var confirmation: Confirmation
  @OptionGroup var arrivalOptions: ArrivalOptions

  func validate() throws {
    if wanted.name?.isEmpty ?? true { throw ValidationError("--name is missing: the flow log's name") }
  }

  func run() async throws {
    let values = try cloud.file.load().values
    let region = try cloud.region(values)
    let endpoint = try cloud.endpoint(values, region: region)
    // Validated before anything is sent.
    let selection = try selection()
    let changes = try wanted.changes(values)
    if dryRun { return try preview(changes, selection, region, endpoint) }

    let client = try cloud.client(region: region, endpoint: endpoint)
    try await client.introduce()
    let arrival = arrivalOptions.watch(values.http)
    let before = try await arrival?.begin()
    let name = wanted.name ?? ""
    let file = SetupRecordFile(region: region, name: name)
    var run = SetupRun(
      SetupSession(client, try file.load() ?? SetupRecord(region: region, name: name), in: file), confirmation)
    let plan = try await run.plan(changes, selection, ignoresRanges: wanted.ignoreRanges)
    for remark in plan.settings.outputRemarks(over: plan.flowLog ?? FlowLog(id: "")) {
      Console.error("warning: \(remark)")
    }
    if plan.steps.isEmpty {
      print("\(plan.flowLog?.title ?? name): already as wanted, nothing is changed")
    } else {
      try await run.carryOut(plan)
    }
    if let arrival, let before {
      let session = RetargetSession(client: client, flowLogID: run.session.record.flowLogID ?? "")
      // If the gateways already sent here, an earlier run has got as far as waiting.
      try await arrival.finish(before, plan.settings, isNewTarget: !plan.steps.isEmpty) {
        () async throws(CommandFailure) in
        try await session.read()
      }
    }
  }

  private func selection() throws(CommandFailure) -> GatewaySelection {
    do throws(ParameterError) {
      return try GatewaySelection(parsing: gateways)
    } catch {
      throw CommandFailure(.usage, "--gateways: \(error.reason)")
    }
  }

  /// Prints the requests, as far as they are known without reading the present state.
  private func preview(
    _ changes: FlowLogChanges, _ selection: GatewaySelection, _ region: String, _ endpoint: ServiceEndpoint
  ) throws(CommandFailure) {
    let settings = try SetupRun.settings(changes, over: FlowLog(id: ""), ignoresRanges: wanted.ignoreRanges)
    for warning in settings.warnings { Console.error("warning: \(warning)") }
    let id = "ID-OF-THE-ANSWER"
    var operations = [FlowLogOperation.create(settings)]
    if case .ids(let ids) = selection { operations += ids.map { .associate(flowLog: id, gateway: $0) } }
    operations.append(.activate(flowLog: id))
    operations.show(region, endpoint)
    Console.write("a dry run reads nothing: what exists already would be skipped\n")
    if selection == .all {
      Console.write("AssociateFlowLog would be sent for each gateway without a flow log, before ActiveFlowLog\n")
    }
    if changes.description == nil {
      Console.write("CreateFlowLog would have a Description by which the flow log is recognized later\n")
    }
  }
}

extension [FlowLogOperation] {
  /// Prints all requests.
  func show(_ region: String, _ endpoint: ServiceEndpoint) {
    for (place, operation) in enumerated() {
      if place > 0 { print("") }
      operation.preview(region: region, endpoint: endpoint).show()
    }
  }
}
