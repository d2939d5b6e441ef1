import Capture
import Enrichment
import Files
import FlowAggregation
import FlowOutput
import FlowPipeline
import FlowQuery
import FlowStore
import Foundation
import Journal
import Logging
import NetFlow
import NetworkBytes
import Relay
import Settings
import StreamReception

/// A started collector: sockets, state, and the threads of its workers.
final class RunningCollector: Sendable {
  let workers: [Worker]
  /// The UDP listen addresses, with the assigned port in place of 0.
  let endpoints: [ScopedEndpoint]
  let directory: ExporterDirectory
  /// Unpublished flows.
  let liveFlows: LiveFlows
  /// For queries of this process.
  let own: OwnCollector
  private let liveServer: LiveServer?
  let alerts: AlertThread
  let outputs: OutputSet
  let lines: LineOutputs
  let streams: StreamService
  private let knowledge: KnowledgeThread
  private let sync: JournalSync
  /// Locks journal and checkpoints for this process's lifetime.
  private let state: StateDirectory

  private init(
    _ workers: [Worker], _ endpoints: [ScopedEndpoint], _ directory: ExporterDirectory, _ sync: JournalSync,
    _ state: StateDirectory, _ liveFlows: LiveFlows, _ own: OwnCollector, _ liveServer: LiveServer?,
    _ alerts: AlertThread, _ outputs: OutputSet, _ lines: LineOutputs, _ knowledge: KnowledgeThread,
    _ streams: StreamService
  ) {
    self.streams = streams
    self.knowledge = knowledge
    self.alerts = alerts
    self.outputs = outputs
    self.lines = lines
    self.liveFlows = liveFlows
    self.own = own
    self.liveServer = liveServer
    self.workers = workers
    self.endpoints = endpoints
    self.directory = directory
    self.sync = sync
    self.state = state
  }

  /// Opens sockets, state and store, recovers from an earlier run, and starts all threads.
  ///
  /// - Parameters:
  ///   - assembly: for all workers.
  ///   - passed: sockets passed in by the parent process.
  ///   - manager: keeps the sockets over a restart.
  /// - Throws: `SocketError`, `RelayError`, `FileError`, `StoreError`, `StateError`, or `FlowKeyError` if an earlier
  ///   run's key is invalid.
  static func start(
    _ assembly: PipelineAssembly, workers count: Int, passed: consuming PassedSockets, _ manager: ServiceManager
  ) throws -> RunningCollector {
    let (configuration, logger) = (assembly.configuration, assembly.logger)
    // Sockets first: a port in use must not leave threads behind.
    let sockets = try SocketPlan(
      configuration.datagramEndpoints, workers: count, buffer: configuration.receive.bufferSize, passed: passed, logger)
    let relays = try openRelays(configuration, workers: count, sockets.endpoints, logger)
    let streams = try StreamService(configuration, workers: count, logger)
    do {
      return try start(assembly, sockets, relays, streams, manager)
    } catch {
      streams.finish()
      throw error
    }
  }

  /// Starts with all sockets open.
  private static func start(
    _ assembly: PipelineAssembly, _ sockets: consuming SocketPlan, _ relays: [RelayThread?], _ streams: StreamService,
    _ manager: ServiceManager
  ) throws -> RunningCollector {
    let (configuration, logger, count) = (assembly.configuration, assembly.logger, relays.count)
    let key = configuration.aggregation.key
    let listening = sockets.endpoints.map(\.description) + streams.listeners.map(\.description)
    let recovery = try Recovery(opening: assembly)
    let sync = JournalSync(interval: configuration.journal.enabled ? configuration.journal.syncInterval : 0, logger)
    let directory = ExporterDirectory()
    let lines = LineOutputs(configuration.lines, logger: logger)
    let knowledge = KnowledgeThread(
      configuration.enrichmentOptions, interval: configuration.live.labels.interval, logger: logger)
    knowledge.refresh()
    var assembly = assembly
    assembly.knowledge = knowledge.source
    var workers: [Worker] = []
    do {
      for (index, found) in try recovery.workers(count, key.words).enumerated() {
        workers.append(
          try makeWorker(
            index, of: count, assembly, recovery, found, key.words, &sockets, relays[index], lines, directory, sync,
            streams.queues[index], manager))
      }
    } catch {
      for worker in workers { worker.store.finish() }
      lines.finish()
      throw error
    }
    sync.start()
    for worker in workers { worker.start() }
    streams.start()
    let liveFlows = LiveFlows(workers, createdBy: assembly.createdBy, logger: logger)
    let live = liveState(workers, listening, configuration)
    let liveServer = liveServer(liveFlows, live, configuration, recovery.state, logger)
    liveServer?.start()
    let path = configuration.store.path
    let own = OwnCollector(store: path, identity: recovery.state.identity.id) { liveFlows.session(of: path, live()) }
    let outputs = OutputSet(
      files: OwnFiles(in: path, of: FileOwner(identity: recovery.state.identity.id)),
      published: workers.map(\.storeSettings.published), taps: workers.map(\.storeSettings.taps),
      state: recovery.state.path, logger: logger)
    outputs.start()
    let alerts = AlertThread(
      configuration.live.alerts,
      AlertInputs(workers, liveFlows, store: path) { outputs.report.ages(at: Date()) }, state: recovery.state.path,
      logger: logger)
    alerts.start()
    knowledge.start()
    return RunningCollector(
      workers, sockets.endpoints, directory, sync, recovery.state, liveFlows, own, liveServer, alerts, outputs,
      lines, knowledge, streams)
  }

  /// Creates the relay of each worker, with open sockets and its thread not started; nil if the relay is disabled.
  private static func openRelays(
    _ configuration: CollectorConfiguration, workers count: Int, _ endpoints: [ScopedEndpoint], _ logger: Logger
  ) throws -> [RelayThread?] {
    let options = configuration.relayOptions(workers: count)
    if options.targets.isEmpty { return Array(repeating: nil, count: count) }
    // All listen addresses are known only now.
    if let loop = configuration.relay.loop(to: endpoints.map(\.endpoint), isOwn: RelaySocket.isOwn) {
      throw RelayError.loop(target: loop.target, listening: loop.listening)
    }
    let log = RelayLog(options.targets, logger)
    let relays = try (0..<count).map { try RelayThread(options, worker: $0, log) }
    let targets = options.targets.map(\.description).joined(separator: ", ")
    logger.info("relaying to \(targets)\(options.keepsSource ? " from the exporters' own addresses" : "")")
    return relays
  }

  /// All listen addresses in the form of the configuration file.
  var listening: [String] { endpoints.map(\.description) + streams.listeners.map(\.description) }

  /// The state of label files.
  var labelReport: KnowledgeReport { knowledge.report }

  /// The state of all outputs.
  var outputReport: OutputReport {
    var report = outputs.report
    report.lines = lines.report
    return report
  }

  /// Relay counters per target, over all workers.
  var relayReports: [RelayReport] {
    workers.reduce(into: []) { sums, worker in
      let reports = worker.relayReports
      if sums.isEmpty {
        sums = reports
        return
      }
      for (index, report) in reports.enumerated() { sums[index] += report }
    }
  }

  /// Returns the state of the collector for live queries.
  private static func liveState(
    _ workers: [Worker], _ listen: [String], _ configuration: CollectorConfiguration
  ) -> @Sendable () -> LiveState {
    let (started, rotation) = (WorkerLoop.now, configuration.store.rotation * 1000)
    return {
      // Not summed as ledgers, which contain every session.
      let ledgers = workers.map(\.ledger)
      let now = WorkerLoop.now
      return LiveState(
        started: started, datagrams: ledgers.reduce(0) { $0 &+ $1.receivedDatagrams },
        liveFlows: ledgers.reduce(0) { $0 &+ $1.liveFlows },
        nextFile: now - now % rotation + rotation, listen: listen)
    }
  }

  /// Creates the server for live flows; nil if that fails, and the collector continues without it.
  private static func liveServer(
    _ flows: LiveFlows, _ live: @escaping @Sendable () -> LiveState, _ configuration: CollectorConfiguration,
    _ state: StateDirectory, _ logger: Logger
  ) -> LiveServer? {
    do throws(FileError) {
      return try LiveServer(
        flows, at: "\(state.path)/live", link: LiveAddress.link(in: configuration.store.path, state.identity.id),
        logger: logger, state: live)
    } catch {
      logger.error("\(error); live flows are not available to sagflow top and query")
      return nil
    }
  }

  /// Creates a worker with an open store and its thread not started.
  private static func makeWorker(
    _ index: Int, of count: Int, _ assembly: PipelineAssembly, _ recovery: Recovery, _ found: WorkerRecovery,
    _ key: [String], _ sockets: inout SocketPlan, _ relay: RelayThread?, _ lines: LineOutputs,
    _ directory: ExporterDirectory, _ sync: JournalSync, _ streams: StreamQueue, _ manager: ServiceManager
  ) throws -> Worker {
    let (configuration, logger) = (assembly.configuration, assembly.logger)
    let isJournaled = configuration.journal.enabled
    // Even without a journal, for state left by an earlier run with one.
    let rings = isJournaled ? found.directory.rings : found.directory.rings.filter(FileManager.default.fileExists)
    let keepsSockets = manager.isPresent || sockets.areNextPassedIn
    let receiver = try sockets.takeReceiver(rings, capacity: configuration.journal.bufferSize / count, logger)
    for socket in 0..<receiver.socketCount {
      manager.store(receiver.descriptor(socket), named: PassedSockets.name(worker: index))
    }
    var journal: Worker.Journal?
    if isJournaled, let buffer = receiver.buffer {
      journal = .init(
        thread: JournalThread(buffer, found.directory, sync, logger),
        limit: UInt64(configuration.journal.maximumSize / count))
    }
    let wakeUp = receiver.wakeUp
    streams.attach(wakeUp)
    let settings = StoreSettings(retention: index == 0 ? configuration.live.retention : Retention())
    let store = recovery.store(found, settings: settings, isJournaled: isJournaled)
    let sink = OutputSink(store, from: found.checkpoint?.sink ?? SinkCounters())
    let pipeline = assembly.pipeline(
      from: .exporters, directory: directory, isPrompt: !lines.isEmpty, to: try lines.sink(beside: sink, worker: index))
    try store.start()
    return Worker(
      index: index,
      loop: WorkerLoop(
        receiver, pipeline, sink, found, streams: streams, relay: relay, key: key, keepsSockets: keepsSockets,
        logger),
      store: store, storeSettings: settings, directory: found.directory, wakeUp: wakeUp, journal: journal, relay: relay,
      logger: logger)
  }

  /// Ends reception and commits; returns when all threads have ended.
  ///
  /// - Parameter drains: whether live flows are written instead of kept for the next start.
  func finish(drains: Bool) {
    alerts.finish()
    knowledge.finish()
    // The workers process what it still delivers.
    streams.finish()
    for worker in workers { worker.finish(drains: drains) }
    lines.finish()
    outputs.finish()
    // Until now, responses to live queries report flows as missing, because they are being written.
    liveServer?.finish()
    sync.finish()
  }

  /// Applies the settings that can change while it runs.
  func apply(_ values: CollectorConfiguration) {
    let options = LiveOptions(values, workers: workers.count)
    alerts.reconfigure(options.alerts)
    outputs.reconfigure(options.outputs)
    streams.reload(options.tls, options.admission.addresses)
    knowledge.reconfigure(options.enrichment, interval: options.enrichmentInterval)
    for (index, worker) in workers.enumerated() {
      worker.reconfigure(options)
      worker.storeSettings.setMetadata(options.storeMetadata)
      if index == 0 { worker.storeSettings.retention = options.retention }
    }
  }
}
