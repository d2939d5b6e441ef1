import FlowModel
import FlowPipeline
import Foundation
import NetFlow
import NetworkBytes
import Settings
import Synchronization

extension CollectorService {
  /// The HTTP side, unless it is switched off.
  var statusServer: StatusServer? {
    let http = configuration.withLock { $0.http }
    guard http.enabled else { return nil }
    return StatusServer(
      listen: http.listen,
      source: .init(
        stalled: { self.stalledWorkers }, notReady: { self.reasonsNotReady }, metrics: { self.metrics },
        status: { try self.status.encoded() }),
      logger: logger)
  }

  /// Workers that no longer turn, a line each.
  var stalledWorkers: [String] {
    let heartbeats = running?.workers.map(\.heartbeat) ?? []
    return vitals.withLock { $0.stalled(heartbeats) }.map { "worker \($0) stands still" }
  }

  /// Why the collector is not ready to receive and store flows, a line each.
  var reasonsNotReady: [String] {
    let workers = running?.workers ?? []
    let phase =
      switch vitals.withLock({ $0.phase }) {
      case .starting: ["starting"]
      case .stopping: ["stopping"]
      case .running: [String]()
      }
    let recovering = workers.indices.filter { !workers[$0].isLive }
    return phase + recovering.map { "worker \($0) reads the journal of an earlier run" } + stalledWorkers
      + (storeFailure.map { ["the store cannot be written: \($0)"] } ?? [])
  }

  /// All metrics in Prometheus's text format.
  var metrics: String {
    let ledger = ledger
    let isStoreWritable = storeFailure == nil
    return vitals.withLock {
      MetricsText.page(
        version: version, ledger: ledger, isStoreWritable: isStoreWritable, exporters: &$0.exporterMetrics,
        started: started
      ).text
    }
  }

  /// What the collector tells of itself.
  public var status: CollectorStatus {
    let now = Date()
    let ledger = ledger
    let values = configuration.withLock { $0 }
    let exporters = ExporterList(
      ledger.sessions, rates: vitals.withLock { $0.rates }, names: running?.directory.names ?? NameTable(), at: now)
    return CollectorStatus(
      version: version, host: ProcessInfo.processInfo.hostName, time: now, started: started,
      listen: endpoints.map(\.description), workers: running?.workers.count ?? 0,
      store: .init(path: values.store.path, failure: storeFailure.map { "\($0)" }),
      aggregation: .init(
        enabled: values.aggregation.enabled, activeTimeout: values.live.aggregation.activeTimeout,
        inactiveTimeout: values.live.aggregation.inactiveTimeout),
      ledger: ledger, imbalances: ledger.imbalances, exporterCount: exporters.count, exporters: exporters.exporters)
  }
}
