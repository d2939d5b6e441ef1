import Enrichment
import FlowModel
import FlowPipeline
import Foundation
import HostNames
import NetFlow
import NetworkBytes
import Page
import Settings
import Synchronization

extension CollectorService {
  /// The HTTP server; nil if disabled.
  var httpServer: HTTPServer? {
    let (http, path) = configuration.withLock { ($0.http, $0.store.path) }
    guard http.enabled else { return nil }
    let names = ReverseNames(wait: 0.5, lifetime: 600)
    return HTTPServer(
      listen: http.listen, hosts: http.hosts, tokenFile: http.tokenFile,
      source: .init(
        stalled: { self.stalledWorkers }, notReady: { self.reasonsNotReady }, metrics: { self.metrics },
        status: { try self.status.encoded() }, exporters: { try self.exporterStatus.encoded() },
        sessions: { self.ledger.sessions }, templates: { self.running?.directory.definitions(of: $0) ?? [:] },
        description: APIDescription.json,
        names: { self.configuration.withLock { $0.live.http.resolve } ? names : nil },
        asset: { path in
          PageAssets.asset(path).map { StaticAsset(contentType: $0.contentType, octets: $0.octets, etag: $0.etag) }
        }),
      supply: FlowSupply(path) { self.running?.own }, logger: logger)
  }

  /// Workers that are stalled, one line each.
  var stalledWorkers: [String] {
    let heartbeats = running?.workers.map(\.heartbeat) ?? []
    return vitals.withLock { $0.stalled(heartbeats) }.map { "worker \($0) is stalled" }
  }

  /// Why the collector is not ready to receive and store flows, one line each.
  var reasonsNotReady: [String] {
    let workers = running?.workers ?? []
    let phase =
      switch vitals.withLock({ $0.phase }) {
      case .starting: ["starting"]
      case .stopping: ["stopping"]
      case .running: [String]()
      }
    let recovering = workers.indices.filter { !workers[$0].isLive }
    return phase + recovering.map { "worker \($0) is reading the journal of an earlier run" } + stalledWorkers
      + (storeFailure.map { ["the store cannot be written: \($0)"] } ?? [])
  }

  /// All metrics in Prometheus's text format.
  var metrics: String {
    let ledger = ledger
    let isStoreWritable = storeFailure == nil
    let alerts = running?.alerts.report ?? AlertReport()
    let relay = running?.relayReports ?? []
    let outputs = running?.outputReport ?? OutputReport()
    let streams = running?.streams.report
    let labels = running?.labelReport ?? KnowledgeReport()
    return vitals.withLock {
      MetricsText.page(
        version: version, ledger: ledger, isStoreWritable: isStoreWritable, exporters: &$0.exporterMetrics,
        alerts: alerts, streams: streams, relay: relay, labels: labels, outputs: outputs,
        started: started
      ).text
    }
  }

  /// The exporters' part of the status.
  private var exporterStatus: ExporterStatus {
    let now = Date()
    let list = exporterList(ledger, at: now)
    return ExporterStatus(
      time: Int64(now.timeIntervalSince1970 * 1000), exporterCount: list.count, exporters: list.exporters)
  }

  private func exporterList(_ ledger: Ledger, at now: Date) -> ExporterList {
    ExporterList(
      ledger.sessions, rates: vitals.withLock { $0.rates }, names: running?.directory.names ?? NameTable(), at: now)
  }

  /// The state of the collector.
  public var status: CollectorStatus {
    let now = Date()
    let ledger = ledger
    let values = configuration.withLock { $0 }
    let exporters = exporterList(ledger, at: now)
    let relay = (running?.relayReports ?? []).map(CollectorStatus.Relay.init)
    let outputs = running?.outputReport
    return CollectorStatus(
      version: version, host: ProcessInfo.processInfo.hostName, time: now, started: started,
      listen: listening, workers: running?.workers.count ?? 0,
      store: .init(path: values.store.path, failure: storeFailure.map { "\($0)" }),
      aggregation: .init(
        enabled: values.aggregation.enabled, activeTimeout: values.live.aggregation.activeTimeout,
        inactiveTimeout: values.live.aggregation.inactiveTimeout),
      alerts: running?.alerts.report.status, outputs: outputs?.status(at: now), lineOutputs: outputs?.lineStatus,
      relay: relay.isEmpty ? nil : relay, streams: running?.streams.status,
      labels: running.flatMap { CollectorStatus.Labels($0.labelReport) }, ledger: ledger,
      imbalances: ledger.imbalances,
      exporterCount: exporters.count, exporters: exporters.exporters)
  }
}
