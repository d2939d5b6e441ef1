import ArgumentParser
import CloudAPI
import Collector
import Foundation
import Settings
import SmartAccessGateway

struct Retarget: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retarget", abstract: "Points a flow log's gateways at this collector, and waits for their flows.",
    discussion: """
      Reads the flow log, saves its state, shows what would change and asks for confirmation; then sends the complete \
      state, reads it back and compares. Requires the permissions smartag:ModifyFlowLogAttribute and \
      smartag:DescribeFlowLogs, and for names of gateways smartag:DescribeFlowLogSags.
      """)

  @Option(help: ArgumentHelp("The flow log, as `sagflow config flow-logs` lists it.", valueName: "id"))
  var flowLogId: String?

  @OptionGroup var cloud: CloudOptions
  @OptionGroup var wanted: RetargetOptions

  @Flag(help: "Print the request that would be sent; needs neither network nor credentials.")
  var dryRun = false

  @OptionGroup var confirmation: Confirmation

  @OptionGroup var arrivalOptions: ArrivalOptions

  @Option(help: ArgumentHelp("Restore the state saved by an earlier run.", valueName: "file"))
  var restore: String?

  func validate() throws {
    if restore == nil, flowLogId == nil { throw ValidationError("--flow-log-id is missing; or give --restore FILE") }
    if restore != nil, let option = wanted.given.first {
      throw ValidationError("--restore restores the complete saved state; remove \(option)")
    }
  }

  func run() async throws {
    let values = try cloud.file.load().values
    var saved: SavedFlowLog?
    if let restore { saved = try SavedFlowLog(restore) }
    let place = try place(saved, values)
    // Validated before anything is sent.
    let goal: Goal = if let saved { .saved(saved) } else { .changes(try wanted.changes(values)) }
    if dryRun { return try preview(place, goal) }

    let client = try cloud.client(region: place.region, endpoint: place.endpoint)
    try await client.introduce()
    let session = RetargetSession(client: client, flowLogID: place.flowLogID)
    let arrival = arrivalOptions.watch(values.http)
    let before = try await arrival?.begin()
    let present = try await session.read()
    let settings = try settings(goal, over: present)
    for remark in settings.remarks(over: present) { Console.error("warning: \(remark)") }
    let differences = settings.differences(from: present)
    if differences.isEmpty {
      print("\(present.title): already as wanted, nothing is changed")
      return
    }
    let isNewTarget = differences.contains {
      $0.field == .outputType || $0.field == .netflowServerIP || $0.field == .netflowServerPort
    }
    print("\(present.title) in \(place.region)")
    var names = GatewayNames(client)
    if let gateways = await names.text(of: present, limit: 20) {
      print("gateways that will \(isNewTarget ? "move" : "follow"): \(gateways)")
    }
    print(RetargetSession.table(differences), terminator: "")
    print("state saved: \(try session.save(present)) (restore it with --restore)")
    try confirmation.ask("apply this?")
    try await session.apply(settings)
    print("\(present.id): changed and read back, as wanted")
    if let arrival, let before {
      try await arrival.finish(before, settings, isNewTarget: isNewTarget) { () async throws(CommandFailure) in
        try await session.read()
      }
    }
  }

  private struct Place {
    var flowLogID: String
    var region: String
    var endpoint: ServiceEndpoint
  }

  /// Returns the flow log to change.
  private func place(_ saved: SavedFlowLog?, _ values: CollectorConfiguration) throws(CommandFailure) -> Place {
    let id = flowLogId ?? saved?.flowLog.id ?? ""
    if let saved, saved.flowLog.id != id {
      throw CommandFailure(
        .usage,
        "--restore: the saved state is that of \(saved.flowLog.id), not of --flow-log-id \(id); remove one of them")
    }
    do throws(ParameterError) { try FlowLogNames.checkFlowLogID(id) } catch {
      throw CommandFailure(.usage, "--flow-log-id: \(error.reason)")
    }
    var cloud = cloud
    cloud.region = cloud.region ?? saved?.regionID
    let region = try cloud.region(values)
    return Place(flowLogID: id, region: region, endpoint: try cloud.endpoint(values, region: region))
  }

  /// The desired state of a flow log.
  private enum Goal {
    case changes(FlowLogChanges)
    case saved(SavedFlowLog)

    func settings(over present: FlowLog) throws(CommandFailure) -> FlowLogSettings {
      do throws(ParameterError) {
        switch self {
        case .changes(let changes): return try changes.settings(over: present)
        case .saved(let saved): return try saved.settings(over: present)
        }
      } catch {
        throw CommandFailure(.usage, error.description)
      }
    }
  }

  /// Returns the complete state to send, validated.
  private func settings(_ goal: Goal, over present: FlowLog) throws(CommandFailure) -> FlowLogSettings {
    // Values that the service had before are always accepted.
    try goal.settings(over: present).checked(ignoresRanges: wanted.ignoreRanges || restore != nil)
  }

  /// Prints the request, as far as it is known without reading the flow log.
  private func preview(_ place: Place, _ goal: Goal) throws(CommandFailure) {
    let settings = try goal.settings(over: FlowLog(id: place.flowLogID))
    for warning in settings.warnings { Console.error("warning: \(warning)") }
    FlowLogOperation.modify(flowLog: place.flowLogID, settings).preview(region: place.region, endpoint: place.endpoint)
      .show()
    guard case .changes(let changes) = goal else { return }
    Console.write(
      "a dry run reads nothing: Name, Description and Log Service would be sent as the flow log has them\n")
    if changes.outputType == nil {
      Console.write("without --output-type, a flow log that delivers to Log Service would be sent OutputType all\n")
    }
  }
}

extension RequestPreview {
  /// Prints the request.
  func show() {
    print("\(method) \(url)")
    for header in headers { print("\(header.name): \(header.value)") }
    print("")
    let width = parameters.map(\.name.count).max() ?? 0
    for (name, value) in parameters {
      print(name + String(repeating: " ", count: width - name.count + 2) + TerminalText.escaped(value))
    }
  }
}

extension FlowLogSettings {
  /// Returns the settings if they are valid.
  func checked(ignoresRanges: Bool) throws(CommandFailure) -> FlowLogSettings {
    let problems = problems(ignoresRanges: ignoresRanges)
    if !problems.isEmpty { throw CommandFailure(.usage, problems.map(\.description)) }
    return self
  }
}
