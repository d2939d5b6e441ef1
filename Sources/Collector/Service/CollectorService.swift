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
  let workers: [Worker]
  private let manager: ServiceManager
  let logger: Logger
  let configuration: Mutex<CollectorConfiguration>
  let vitals: Mutex<ServiceVitals>
  let version: String
  let started = Date()
  let directory: ExporterDirectory
  private let sync: JournalSync
  /// Journal and checkpoints are this process's as long as it lives.
  private let state: StateFolder
  /// Whether flows that are live when it ends are written rather than kept for the next start.
  private let drains: Bool
  /// The addresses listened on, with the ports that were taken where 0 was asked for.
  public let endpoints: [ScopedEndpoint]

  /// Opens sockets and store.
  ///
  /// - Parameters:
  ///   - version: the program's, for the status.
  ///   - createdBy: program and version, for the files' metadata.
  ///   - passed: sockets that whoever started the process passed in.
  ///   - drains: whether flows that are live when it ends are written rather than kept for the next start.
  /// - Throws: `SocketError`, `StoreError`, `FlowKeyError` or `RecoveryError`.
  public init(
    _ configuration: CollectorConfiguration, version: String, createdBy: String, drains: Bool = false,
    passed: consuming PassedSockets = PassedSockets(), manager: ServiceManager, logger: Logger
  ) throws {
    let count = configuration.receive.workerCount(processors: ProcessInfo.processInfo.activeProcessorCount)
    let options = try configuration.pipelineOptions(workers: count)
    let directory = ExporterDirectory()
    // Every socket first: a port that is taken must not leave threads behind.
    var sockets = try SocketPlan(
      configuration.listen, workers: count, buffer: configuration.receive.bufferSize, passed: passed, logger)
    endpoints = sockets.endpoints
    let recovery = try Recovery(configuration, createdBy: createdBy, logger)
    let sync = JournalSync(
      interval: configuration.journal.enabled ? configuration.journal.syncInterval : 0, logger)
    let journaling: WorkerRecovery.Journaling? =
      configuration.journal.enabled
      ? .init(limit: UInt64(configuration.journal.maximumSize / count)) : nil
    let recoveries = try recovery.workers(count, options.key.words, journaling, DispatchGroup())
    workers = try (0..<count).map { index in
      let store = try recovery.store(
        recoveries[index], retention: index == 0 ? configuration.retention : Retention())
      // Without a journal, too, for what an earlier run with one has left.
      let rings = recoveries[index].folder.rings
      let receiver = try sockets.takeReceiver(
        journaling != nil ? rings : rings.filter(FileManager.default.fileExists),
        capacity: configuration.journal.bufferSize / count, logger)
      let journal: JournalThread? =
        switch (journaling, receiver.buffer) {
        case (_?, let buffer?): JournalThread(buffer, recoveries[index].folder, sync, logger)
        default: nil
        }
      for socket in 0..<receiver.socketCount {
        manager.store(receiver.descriptor(socket), named: PassedSockets.name(worker: index))
      }
      return Worker(
        index: index, receiver: receiver, options: options, directory: directory, store: store,
        recovery: recoveries[index], journal: journal, logger: logger)
    }
    self.directory = directory
    self.sync = sync
    self.drains = drains
    state = recovery.state
    self.manager = manager
    self.logger = logger
    self.configuration = Mutex(configuration)
    self.version = version
    vitals = Mutex(ServiceVitals(started: started))
  }

  /// Where everything went, over all workers.
  public var ledger: Ledger {
    workers.reduce(into: Ledger()) { $0 += $1.ledger }
  }

  /// What keeps a store from being written, while it does.
  public var storeFailure: StoreError? {
    workers.lazy.compactMap(\.store.currentFailure).first
  }

  /// Collects until a graceful shutdown is asked for; then stops receiving and commits all flows, those that are live
  /// as a checkpoint unless they are to be drained.
  public func run() async throws {
    let listening = endpoints.map(\.description).joined(separator: ", ")
    let path = configuration.withLock { $0.store.path }
    logger.info(
      "listening on \(listening) with \(workers.count) worker\(workers.count == 1 ? "" : "s"), writing to \(path)")
    manager.notify(.ready, .status("listening on \(listening)"))
    vitals.withLock { $0.phase = .running }
    // Detached: it goes on to answer while the collector stops, and no client of it can delay the end.
    let server = statusServer.map { server in Task.detached { await server.run() } }
    defer { server?.cancel() }
    await cancelWhenGracefulShutdown { await self.report() }
    manager.notify(.stopping)
    vitals.withLock { $0.phase = .stopping }
    logger.info(
      drains
        ? "stopping: flows that are live are written"
        : "stopping: flows that are live are kept for the next start (sagflow drain writes them)"
    )
    await finish()
  }

  /// Tells the service manager that all threads are alive, and what they do.
  private func report() async {
    let interval = min(manager.watchdogInterval.map { $0 / 3 } ?? .seconds(10), .seconds(10))
    while true {
      do { try await Task.sleep(for: interval) } catch { return }
      if ailments.isEmpty { manager.notify(.watchdog) }
      let ledger = ledger
      vitals.withLock { $0.rates.note(ledger.sessions, at: Date()) }
      manager.notify(
        .status(
          "\(ledger.receivedDatagrams) datagrams, \(ledger.decode.flowRecords) records, \(ledger.liveFlows) live flows, \(ledger.store.committed) rows committed"
        ))
    }
  }

  private func finish() async {
    await withCheckedContinuation { continuation in
      // Off the cooperative pool: this waits for disks.
      Thread.detachNewThread { [workers, sync, drains] in
        for worker in workers { worker.finish(drains: drains) }
        sync.finish()
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
        aging: values.agingConfiguration(workers: workers.count), decoder: values.decoderOptions,
        filter: values.recordFilter)
      worker.store.setMetadata(values.storeMetadata)
      if index == 0 { worker.store.setRetention(values.retention) }
    }
  }
}
