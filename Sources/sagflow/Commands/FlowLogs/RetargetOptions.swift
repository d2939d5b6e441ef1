import ArgumentParser
import CloudAPI
import Collector
import NetworkBytes
import Settings
import SmartAccessGateway

/// Desired changes of a flow log.
struct RetargetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "This host's address as the gateways reach it (default: smartAccessGateway.collector, with the port of listen).",
      valueName: "ip[:port]"))
  var collector: String?

  @Option(help: ArgumentHelp("V5, V9 or V10 (default: smartAccessGateway.netflowVersion).", valueName: "version"))
  var netflowVersion: String?

  @Option(
    help: ArgumentHelp(
      "Report a live connection this often, 60 to 6000 s (default: aggregation.activeTimeout).", valueName: "duration"))
  var activeAging: String?

  @Option(
    help: ArgumentHelp(
      "Report an idle connection after this, 10 to 600 s (default: aggregation.inactiveTimeout).", valueName: "duration"
    ))
  var inactiveAging: String?

  @Flag(help: "Send aging times outside of these ranges, too; the service decides.")
  var ignoreRanges = false

  @Option(
    help: ArgumentHelp(
      "netflow, all (Log Service too) or sls (default: unchanged; all if it is sls).", valueName: "type"))
  var outputType: String?

  @Option(help: "Name of the flow log.")
  var name: String?

  @Option(help: "Description of the flow log.")
  var description: String?

  @Option(help: ArgumentHelp("Region of the Log Service project.", valueName: "region"))
  var slsRegionId: String?

  @Option(help: ArgumentHelp("Log Service project.", valueName: "name"))
  var projectName: String?

  @Option(help: ArgumentHelp("Log Service Logstore.", valueName: "name"))
  var logstoreName: String?

  /// Names of the options given.
  var given: [String] {
    let all: [(String, String?)] = [
      ("--collector", collector), ("--netflow-version", netflowVersion), ("--active-aging", activeAging),
      ("--inactive-aging", inactiveAging), ("--output-type", outputType), ("--name", name),
      ("--description", description), ("--sls-region-id", slsRegionId), ("--project-name", projectName),
      ("--logstore-name", logstoreName),
    ]
    return all.filter { $0.1 != nil }.map(\.0)
  }

  /// Returns the desired changes from options, configuration and defaults.
  ///
  /// - Throws: `CommandFailure` with a line for each value that the service would refuse, as far as that is known.
  func changes(_ configuration: CollectorConfiguration) throws(CommandFailure) -> FlowLogChanges {
    var changes = FlowLogChanges()
    var problems: [String] = []
    func take<Value>(_ option: String, _ parse: () throws(ParameterError) -> Value?) -> Value? {
      do throws(ParameterError) {
        return try parse()
      } catch {
        problems.append("\(option): \(error.reason)")
        return nil
      }
    }
    changes.outputType = take("--output-type") { () throws(ParameterError) in
      try outputType.map { text throws(ParameterError) in try OutputType(parsing: text) }
    }
    let standard = configuration.live.smartAccessGateway
    changes.netflowVersion = take("--netflow-version") { () throws(ParameterError) in
      try NetFlowVersion(parsing: netflowVersion ?? standard.netflowVersion.rawValue)
    }
    let target = collector ?? (standard.collector.isEmpty ? configuration.onlyListeningAddress : standard.collector)
    // Without an address, only Log Service as output is complete.
    if changes.outputType != .sls || target != nil {
      let parsed = take("--collector") { () throws(ParameterError) in try CollectorTarget(target ?? "") }
      changes.collectorAddress = parsed?.address
      changes.collectorPort = parsed?.port ?? configuration.datagramEndpoints.first.map { Int($0.port) }
    }
    changes.activeAging = seconds(
      activeAging, "--active-aging", configuration.live.aggregation.activeTimeout, "aggregation.activeTimeout",
      FlowLogSettings.activeAgingRange, &problems)
    changes.inactiveAging = seconds(
      inactiveAging, "--inactive-aging", configuration.live.aggregation.inactiveTimeout, "aggregation.inactiveTimeout",
      FlowLogSettings.inactiveAgingRange, &problems)
    changes.name = name
    changes.description = description
    changes.slsRegionID = slsRegionId
    changes.projectName = projectName
    changes.logstoreName = logstoreName
    if !problems.isEmpty { throw CommandFailure(.usage, problems) }
    return changes
  }

  private func seconds(
    _ text: String?, _ option: String, _ standard: Int, _ key: String, _ range: ClosedRange<Int>,
    _ problems: inout [String]
  ) -> Int? {
    let allowed = ignoreRanges ? 1...Int(Int32.max) : range
    let value = text.map { Quantity.seconds($0) } ?? standard
    if let value, allowed.contains(value) { return value }
    let expected = "expected \(allowed.lowerBound) to \(allowed.upperBound) seconds, found"
    problems.append(
      text.map { "\(option): \(expected) '\(TerminalText.escaped($0))'" }
        ?? "\(option): \(expected) \(standard) in \(key); give the option")
    return nil
  }
}

extension CollectorConfiguration {
  /// The listen address if there is exactly one; nil for the unspecified address.
  fileprivate var onlyListeningAddress: String? {
    guard let address = datagramEndpoints.first?.address, address.isUnicastV4 else { return nil }
    return address.description
  }
}
