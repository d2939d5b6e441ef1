import FlowOutput
public import FlowPipeline
public import FlowStore
import Foundation
public import Logging
import NetFlow
public import NetworkBytes
import Relay
public import ServiceLifecycle
public import Settings
import Synchronization

/// The running collector: workers, their stores, and what the service manager hears of them.
///
/// A new service has nothing open: whatever can go wrong at the start goes wrong in `run`.
public final class CollectorService: Service {
  private let manager: ServiceManager
  let logger: Logger
  let configuration: Mutex<CollectorConfiguration>
  let vitals: Mutex<ServiceVitals>
  let version: String
  let started = Date()
  private let createdBy: String
  private let passed: Handoff<PassedSockets>
  /// Whether flows that are live when it ends are written rather than kept for the next start.
  private let drains: Bool
  private let collector = Mutex<RunningCollector?>(nil)

  /// - Parameters:
  ///   - version: the program's, for the status.
  ///   - createdBy: program and version, for the files' metadata.
  ///   - passed: sockets that whoever started the process passed in.
  ///   - drains: whether flows that are live when it ends are written rather than kept for the next start.
  public init(
    _ configuration: CollectorConfiguration, version: String, createdBy: String, drains: Bool = false,
    passed: consuming PassedSockets = PassedSockets(), manager: ServiceManager, logger: Logger
  ) {
    self.configuration = Mutex(configuration)
    self.version = version
    self.createdBy = createdBy
    self.drains = drains
    self.passed = Handoff(passed)
    self.manager = manager
    self.logger = logger
    vitals = Mutex(ServiceVitals(started: started))
  }

  /// Nil until it has started.
  var running: RunningCollector? { collector.withLock { $0 } }

  /// Where everything went, over all workers.
  public var ledger: Ledger {
    (running?.workers ?? []).reduce(into: Ledger()) { $0 += $1.ledger }
  }

  /// What keeps a store from being written, while it does.
  public var storeFailure: StoreError? {
    running?.workers.lazy.compactMap(\.store.currentFailure).first
  }

  /// The addresses that datagrams are received on, with the ports that were taken where 0 was asked for; none until it has started.
  public var endpoints: [ScopedEndpoint] { running?.endpoints ?? [] }

  /// All addresses listened on, TCP's and TLS's with their scheme.
  public var listening: [String] { running?.listening ?? [] }

  /// Opens sockets and store, and collects until a graceful shutdown is asked for; then stops receiving and commits all flows,
  /// those that are live as a checkpoint unless they are to be drained.
  ///
  /// - Throws: `SocketError`, `StreamListenError`, `TLSFileError`, `RelayError`, `FileError`, `StoreError`, `FlowKeyError` or `StateError` if it cannot start.
  public func run() async throws {
    let running = try await extendingTimeout { try await Self.offPool { try self.start() } }
    let listening = running.listening.joined(separator: ", ")
    let (count, path) = (running.workers.count, configuration.withLock { $0.store.path })
    logger.info("listening on \(listening) with \(count) worker\(count == 1 ? "" : "s"), writing to \(path)")
    manager.notify(.ready, .status("listening on \(listening)"))
    vitals.withLock { $0.phase = .running }
    // Detached: it goes on to answer while the collector stops, and no client of it can delay the end.
    let server = httpServer.map { server in Task.detached { await server.run() } }
    defer { server?.cancel() }
    await cancelWhenGracefulShutdown { await self.report() }
    manager.notify(.stopping)
    vitals.withLock { $0.phase = .stopping }
    logger.info(
      drains
        ? "stopping: writing live flows"
        : "stopping: keeping live flows for the next start (sagflow drain writes them)"
    )
    try await extendingTimeout { try await Self.offPool { [drains] in running.finish(drains: drains) } }
    for report in running.relayReports {
      logger.info(
        "relayed to \(report.target): \(report.sent) datagrams sent, \(report.failed) failed, \(report.dropped) dropped"
      )
    }
  }

  private func start() throws -> RunningCollector {
    let values = configuration.withLock { $0 }
    let count = values.receive.workerCount(processors: ProcessInfo.processInfo.activeProcessorCount)
    let assembly = PipelineAssembly(values, workers: count, createdBy: createdBy, logger: logger)
    let running = try RunningCollector.start(
      assembly, workers: count, passed: passed.take() ?? PassedSockets(), manager)
    // What was read again meanwhile.
    configuration.withLock { current in
      collector.withLock { $0 = running }
      running.apply(current)
    }
    return running
  }

  /// Runs what waits for disks and threads on a thread of its own.
  private static func offPool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
  }

  /// Has the service manager wait for a start or an end that takes long: a checkpoint is read or written, or a disk is slow.
  private func extendingTimeout<Value: Sendable>(_ body: () async throws -> Value) async rethrows -> Value {
    let extending = Task.detached { [manager] in
      for _ in 0..<Self.extensions {
        manager.notify(.extendTimeout(Self.extensionTime))
        do { try await Task.sleep(for: Self.extensionInterval) } catch { return }
      }
    }
    defer { extending.cancel() }
    return try await body()
  }

  private static let extensionInterval = Duration.seconds(5)
  private static let extensionTime = Duration.seconds(30)
  /// An hour: what takes longer hangs.
  private static let extensions = 720

  /// Tells the service manager that all threads are alive, and what they do.
  private func report() async {
    let interval = min(manager.watchdogInterval.map { $0 / 3 } ?? .seconds(10), .seconds(10))
    var contradictions = ContradictionWatch()
    while true {
      do { try await Task.sleep(for: interval) } catch { return }
      if stalledWorkers.isEmpty { manager.notify(.watchdog) }
      let ledger = ledger
      vitals.withLock { $0.rates.note(ledger.sessions, at: Date()) }
      for exporter in contradictions.newExporters(in: ledger.sessions) {
        logger.warning(
          "exporter \(exporter): its source ports announce different sampling rates, names or start times, which apply to the flows of each port; possibly a spoofed sender: sagflow status --format json shows the ports"
        )
      }
      manager.notify(
        .status(
          "\(ledger.receivedDatagrams) datagrams, \(ledger.decode.flowRecords) records, \(ledger.liveFlows) live flows, \(ledger.store.committed) rows committed"
        ))
    }
  }

  /// Has files of outputs of lines opened anew under their paths: they may have been moved away.
  public func reopenFiles() { running?.lines.reopen() }

  /// Applies what can change while running, and says what cannot.
  public func reload(_ loaded: CollectorConfiguration, log: LogOutput) {
    // While it starts, it is not ready, and takes what has changed when it is.
    let isRunning = running != nil
    if isRunning { manager.notify(.reloading) }
    defer { if isRunning { manager.notify(.ready) } }
    configuration.withLock { current in
      let reload = ConfigurationReload(from: current, to: loaded)
      if reload.changes.isEmpty { logger.info("configuration reloaded: nothing has changed") }
      for change in reload.changes { logger.notice("\(change)") }
      current = reload.values
      log.level = current.live.logLevel
      running?.apply(current)
    }
  }
}
