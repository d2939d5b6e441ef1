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

/// What a collector has once it has started: sockets, state, and the threads of its workers.
final class RunningCollector: Sendable {
  let workers: [Worker]
  /// The addresses that datagrams are received on, with the ports that were taken where 0 was asked for.
  let endpoints: [ScopedEndpoint]
  let directory: ExporterDirectory
  /// What no published file has.
  let liveFlows: LiveFlows
  /// What questions of this process ask.
  let own: OwnCollector
  private let liveServer: LiveServer?
  let alerts: AlertThread
  let outputs: OutputSet
  let lines: LineOutputs
  let streams: StreamService
  private let knowledge: KnowledgeThread
  private let sync: JournalSync
  /// Journal and checkpoints are this process's as long as it lives.
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

  /// Opens sockets, state and store, reads what an earlier run has left, and starts all threads.
  ///
  /// - Parameters:
  ///   - assembly: for all workers.
  ///   - passed: sockets that whoever started the process passed in.
  ///   - manager: keeps the sockets over a restart.
  /// - Throws: `SocketError`, `RelayError`, `FileError`, `StoreError`, `StateError`, or `FlowKeyError` if an earlier run's key is none.
  static func start(
    _ assembly: PipelineAssembly, workers count: Int, passed: consuming PassedSockets, _ manager: ServiceManager
  ) throws -> RunningCollector {
    let (configuration, logger) = (assembly.configuration, assembly.logger)
    // Every socket first: a port that is taken must not leave threads behind.
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

  /// What relays each worker's datagrams, its sockets open and its thread not started; nil: nothing is relayed.
  private static func openRelays(
    _ configuration: CollectorConfiguration, workers count: Int, _ endpoints: [ScopedEndpoint], _ logger: Logger
  ) throws -> [RelayThread?] {
    let options = configuration.relayOptions(workers: count)
    if options.targets.isEmpty { return Array(repeating: nil, count: count) }
    // Only now are all addresses known that are listened on.
    if let loop = configuration.relay.loop(to: endpoints.map(\.endpoint), isOwn: RelaySocket.isOwn) {
      throw RelayError.loop(target: loop.target, listening: loop.listening)
    }
    let log = RelayLog(options.targets, logger)
    let relays = try (0..<count).map { try RelayThread(options, worker: $0, log) }
    let targets = options.targets.map(\.description).joined(separator: ", ")
    logger.info("relaying to \(targets)\(options.keepsSource ? " from the exporters' own addresses" : "")")
    return relays
  }

  /// All addresses listened on, as an operator writes them.
  var listening: [String] { endpoints.map(\.description) + streams.listeners.map(\.description) }

  /// How the files of labels are.
  var labelReport: KnowledgeReport { knowledge.report }

  /// How all outputs are.
  var outputReport: OutputReport {
    var report = outputs.report
    report.lines = lines.report
    return report
  }

  /// What became of datagrams that were to be relayed, a report for each target over all workers.
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

  /// How the collector is at the moment of the call.
  private static func liveState(
    _ workers: [Worker], _ listen: [String], _ configuration: CollectorConfiguration
  ) -> @Sendable () -> LiveState {
    let (started, rotation) = (WorkerLoop.now, configuration.store.rotation * 1000)
    return {
      // Not added up as ledgers: those have each session.
      let ledgers = workers.map(\.ledger)
      let now = WorkerLoop.now
      return LiveState(
        started: started, datagrams: ledgers.reduce(0) { $0 &+ $1.receivedDatagrams },
        liveFlows: ledgers.reduce(0) { $0 &+ $1.liveFlows },
        nextFile: now - now % rotation + rotation, listen: listen)
    }
  }

  /// Answers programs that ask for live flows; nil: it cannot be, and the collector goes on without.
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

  /// A worker whose store is open and whose thread is not started.
  private static func makeWorker(
    _ index: Int, of count: Int, _ assembly: PipelineAssembly, _ recovery: Recovery, _ found: WorkerRecovery,
    _ key: [String], _ sockets: inout SocketPlan, _ relay: RelayThread?, _ lines: LineOutputs,
    _ directory: ExporterDirectory, _ sync: JournalSync, _ streams: StreamQueue, _ manager: ServiceManager
  ) throws -> Worker {
    let (configuration, logger) = (assembly.configuration, assembly.logger)
    let isJournaled = configuration.journal.enabled
    // Without a journal, too, for what an earlier run with one has left.
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
  /// - Parameter drains: whether flows that are live are written rather than kept for the next start.
  func finish(drains: Bool) {
    alerts.finish()
    knowledge.finish()
    // The workers take what it still brings.
    streams.finish()
    for worker in workers { worker.finish(drains: drains) }
    lines.finish()
    outputs.finish()
    // Until then, who asks is told that flows are missing: they are on their way to files.
    liveServer?.finish()
    sync.finish()
  }

  /// Applies a configuration's settings that can change while it runs.
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
