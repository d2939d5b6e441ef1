import CloudAPI
import Collector
import Foundation
import Settings
import SmartAccessGateway

/// Waits until the running collector receives from the gateways that were pointed at it.
struct ArrivalWatch {
  private let client: CollectorClient
  /// Seconds.
  private let limit: Int
  /// Seconds without datagrams after which an exporter is silent.
  private static let silence: TimeInterval = 60

  init(_ collector: CollectorConfiguration.HTTP, limit: Int) {
    client = CollectorClient(endpoint: collector.listen, tokenFile: collector.tokenFile)
    self.limit = limit
  }

  /// The exporters known at one time.
  struct Baseline {
    fileprivate var time: Date
    fileprivate var records: [String: UInt64] = [:]
    fileprivate var lastSeen: [String: Date] = [:]
  }

  /// Queries the collector before anything is changed.
  func begin() async throws(CommandFailure) -> Baseline {
    let status = try await status("--wait: ")
    var baseline = Baseline(time: status.time)
    for exporter in status.exporters {
      baseline.records[exporter.address] = exporter.records
      baseline.lastSeen[exporter.address] = exporter.lastSeen
    }
    return baseline
  }

  /// Waits for flow records of an exporter that was unknown or silent, or of any exporter if the gateways already sent
  /// here.
  ///
  /// - Parameters:
  ///   - isNewTarget: whether the gateways sent elsewhere before.
  ///   - read: reads the flow log again, for advice.
  func finish(
    _ baseline: Baseline, _ settings: FlowLogSettings, isNewTarget: Bool,
    _ read: () async throws(CommandFailure) -> FlowLog
  ) async throws(CommandFailure) {
    let target = "\(settings.netflowServerIP ?? "?"):\(settings.netflowServerPort ?? 0)"
    Console.write(
      "waiting for flows of \(isNewTarget ? "a new or silent" : "any") exporter at \(target), \(StatusReport.span(Double(limit))) at most\n"
    )
    let deadline = ContinuousClock.now + .seconds(limit)
    while true {
      let status = try await status("")
      if let found = arrival(in: status, baseline, isNewTarget: isNewTarget) {
        print("flows arrive: \(found)")
        return
      }
      guard ContinuousClock.now < deadline else { break }
      try? await Task.sleep(for: min(.seconds(2), deadline - .now))
    }
    throw CommandFailure(.unavailable, await advice(settings, target, try status(""), read))
  }

  private func status(_ prefix: String) async throws(CommandFailure) -> CollectorStatus {
    do throws(CollectorClientError) {
      return try await client.status()
    } catch {
      throw CommandFailure(.unavailable, prefix + error.description)
    }
  }

  /// Describes the exporter that has arrived; nil if none has.
  private func arrival(in status: CollectorStatus, _ baseline: Baseline, isNewTarget: Bool) -> String? {
    for exporter in status.exporters where exporter.records > baseline.records[exporter.address] ?? 0 {
      let versions = Set(exporter.sessions.map(\.version)).sorted().map { "v\($0)" }.joined(separator: ", ")
      let count = exporter.records - (baseline.records[exporter.address] ?? 0)
      let text = "\(exporter.address) has sent \(count) records (\(versions))"
      guard let before = baseline.lastSeen[exporter.address] else { return "\(text), a new exporter" }
      let silence = baseline.time.timeIntervalSince(before)
      if silence >= Self.silence { return "\(text), after \(StatusReport.span(silence)) of silence" }
      if !isNewTarget { return text }
    }
    return nil
  }

  /// Returns what to check if nothing has arrived.
  private func advice(
    _ settings: FlowLogSettings, _ target: String, _ status: CollectorStatus,
    _ read: () async throws(CommandFailure) -> FlowLog
  ) async -> [String] {
    let port = settings.netflowServerPort ?? 0
    var lines = [
      "no flows of a new or silent exporter within \(StatusReport.span(Double(limit))); the flow log stays changed. Check:"
    ]
    if let log = try? await read() {
      let status = log.status.map(TerminalText.escaped) ?? "unknown"
      lines.append("Status: \(status)" + (log.isActive ? "" : "; activate the flow log, nothing is exported before"))
      lines.append(
        "gateways: \(log.gatewayCount.map(String.init) ?? "unknown") associated"
          + (log.gatewayCount == 0 ? "; associate one, nothing is exported before" : "; are they online, with traffic?")
      )
    }
    let isListening = status.listen.contains { $0.hasSuffix(":\(port)") && !$0.contains("://") }
    lines += [
      "collector: listens on \(status.listen.joined(separator: ", "))"
        + (isListening ? "" : "; not on port \(port): set listen, or give --collector IP:PORT"),
      "route: each gateway must reach \(target) itself (VPN, CEN or the Internet); the cloud does not relay",
      "firewall: UDP \(port) must be open towards this host, also in its security group; see: tcpdump -ni any udp port \(port)",
      "NAT: behind one, \(settings.netflowServerIP ?? "?") must be the address that is translated to this host",
      "time: a gateway sends when connections end or age, after \(settings.activeAging ?? 300) s at the latest",
    ]
    return lines
  }
}
