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

/// The running collector: workers, their stores, and notifications to the service manager.
///
/// A new service has opened nothing: all errors of the start occur in `run`.
public final class CollectorService: Service {
  private let manager: ServiceManager
  let logger: Logger
  let configuration: Mutex<CollectorConfiguration>
  let vitals: Mutex<ServiceVitals>
  let version: String
  let started = Date()
  private let createdBy: String
  private let passed: Handoff<PassedSockets>
  /// Whether flows that are live at shutdown are written instead of kept for the next start.
  private let drains: Bool
  private let collector = Mutex<RunningCollector?>(nil)

  /// - Parameters:
  ///   - version: the program's version, for the status.
  ///   - createdBy: program and version, for the files' metadata.
  ///   - passed: sockets passed in by the parent process.
  ///   - drains: whether flows that are live at shutdown are written instead of kept for the next start.
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

  /// Nil before it has started.
  var running: RunningCollector? { collector.withLock { $0 } }

  /// The ledger over all workers.
  public var ledger: Ledger {
    (running?.workers ?? []).reduce(into: Ledger()) { $0 += $1.ledger }
  }

  /// The error that currently prevents writing to a store; nil if none does.
  public var storeFailure: StoreError? {
    running?.workers.lazy.compactMap(\.store.currentFailure).first
  }

  /// The UDP listen addresses, with the assigned port in place of 0; empty before it has started.
  public var endpoints: [ScopedEndpoint] { running?.endpoints ?? [] }

  /// All listen addresses, those of TCP and TLS with their scheme.
  public var listening: [String] { running?.listening ?? [] }

  /// Opens sockets and store, and collects until a graceful shutdown; then stops receiving and commits all flows. Live
  /// ones are kept in a checkpoint unless they are to be drained.
  ///
  /// - Throws: `SocketError`, `StreamListenError`, `TLSFileError`, `RelayError`, `FileError`, `StoreError`,
  ///   `FlowKeyError` or `StateError` if it cannot start.
  public func run() async throws {
    let running = try await extendingTimeout { try await Self.offPool { try self.start() } }
    let listening = running.listening.joined(separator: ", ")
    let (count, path) = (running.workers.count, configuration.withLock { $0.store.path })
    logger.info("listening on \(listening) with \(count) worker\(count == 1 ? "" : "s"), writing to \(path)")
    manager.notify(.ready, .status("listening on \(listening)"))
    vitals.withLock { $0.phase = .running }
    // Detached: it continues to respond while the collector stops, and no client can delay the shutdown.
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
    // Applies a reload that happened meanwhile.
    configuration.withLock { current in
      collector.withLock { $0 = running }
      running.apply(current)
    }
    return running
  }

  /// Runs blocking work on its own thread.
  private static func offPool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
  }

  /// Extends the service manager's timeout during a slow start or shutdown, such as while a checkpoint is read or
  /// written.
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
  /// An hour; anything longer is a hang.
  private static let extensions = 720

  /// Reports to the service manager that all threads are alive, with a status line.
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

  /// Reopens the files of line outputs, after they were moved away.
  public func reopenFiles() { running?.lines.reopen() }

  /// Applies settings that can change while running, and logs those that cannot.
  public func reload(_ loaded: CollectorConfiguration, log: LogOutput) {
    // During startup it is not ready; changes are applied when it is.
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
