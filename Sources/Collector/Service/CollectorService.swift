import Capture
import FlowStore
import Flows
import Foundation
import Logging
import NetFlow
import NetworkBytes
import ServiceLifecycle
import Synchronization

/// The running collector: workers, their stores, and what the service manager hears of them.
///
/// Whatever can go wrong at the start goes wrong in `init`: once there is a service, its sockets are open.
public final class CollectorService: Service {
  private let workers: [Worker]
  private let manager: ServiceManager
  private let logger: Logger
  private let configuration: Mutex<CollectorConfiguration>
  /// The addresses listened on, with the ports that were taken where 0 was asked for.
  public let endpoints: [Endpoint]

  /// Opens sockets and store.
  ///
  /// - Throws: `SocketError`, `StoreError` or `FlowKeyError`.
  public init(
    _ configuration: CollectorConfiguration, createdBy: String, manager: ServiceManager, logger: Logger
  ) throws {
    let count = configuration.receive.workerCount(processors: ProcessInfo.processInfo.activeProcessorCount)
    let options = try configuration.pipelineOptions(workers: count)
    let directory = ExporterDirectory()
    // Every socket first: a port that is taken must not leave threads behind.
    var sockets = try SocketPlan(configuration.listen, workers: count, buffer: configuration.receive.bufferSize, logger)
    endpoints = sockets.endpoints
    workers = try (0..<count).map { index in
      let store = try StoreThread(
        configuration.storeOptions(worker: index, createdBy: createdBy),
        retention: index == 0 ? configuration.retention : Retention(), logger: logger)
      return Worker(
        index: index, receiver: try sockets.takeReceiver(), options: options, directory: directory, store: store,
        logger: logger)
    }
    self.manager = manager
    self.logger = logger
    self.configuration = Mutex(configuration)
  }

  /// Where everything went, over all workers.
  public var ledger: Ledger {
    workers.reduce(into: Ledger()) { $0 += $1.ledger }
  }

  /// What keeps a store from being written, while it does.
  public var storeFailure: StoreError? {
    workers.lazy.compactMap(\.store.currentFailure).first
  }

  /// Collects until a graceful shutdown is asked for; then stops receiving, ages out all flows and commits them.
  public func run() async throws {
    let listening = endpoints.map(\.description).joined(separator: ", ")
    let path = configuration.withLock { $0.store.path }
    logger.info(
      "listening on \(listening) with \(workers.count) worker\(workers.count == 1 ? "" : "s"), writing to \(path)")
    manager.notify(.ready, .status("listening on \(listening)"))
    await cancelWhenGracefulShutdown { await self.report() }
    manager.notify(.stopping)
    logger.info("stopping: flows that are live are written")
    await finish()
  }

  /// Tells the service manager that all threads are alive, and what they do.
  private func report() async {
    let interval = min(manager.watchdogInterval.map { $0 / 3 } ?? .seconds(10), .seconds(10))
    var heartbeats = workers.map(\.heartbeat)
    while true {
      do { try await Task.sleep(for: interval) } catch { return }
      let new = workers.map(\.heartbeat)
      if zip(heartbeats, new).allSatisfy({ $0 != $1 }) { manager.notify(.watchdog) }
      heartbeats = new
      let ledger = ledger
      manager.notify(
        .status(
          "\(ledger.receivedDatagrams) datagrams, \(ledger.decode.flowRecords) records, \(ledger.liveFlows) live flows, \(ledger.store.committed) rows committed"
        ))
    }
  }

  private func finish() async {
    await withCheckedContinuation { continuation in
      // Off the cooperative pool: this waits for disks.
      Thread.detachNewThread { [workers] in
        for worker in workers { worker.finish() }
        continuation.resume()
      }
    }
  }

  /// Applies what can change while running, and says what cannot.
  public func reload(_ loaded: CollectorConfiguration, log: LogOutput) {
    manager.notify(.reloading)
    defer { manager.notify(.ready) }
    let running = configuration.withLock { $0 }
    let reload = ConfigurationReload(from: running, to: loaded)
    let values = reload.values
    if reload.changes.isEmpty { logger.info("configuration read again: nothing has changed") }
    for change in reload.changes { logger.notice("\(change)") }
    configuration.withLock { $0 = values }
    log.level = values.log.level
    for (index, worker) in workers.enumerated() {
      worker.reconfigure(
        aging: values.agingConfiguration(workers: workers.count), decoder: values.decoderOptions)
      worker.store.setMetadata(values.storeMetadata)
      if index == 0 { worker.store.setRetention(values.retention) }
    }
  }
}
