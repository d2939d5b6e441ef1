import ArgumentParser
import Collector
import FlowPipeline
import FlowQuery
import Foundation
import Logging
import ServiceLifecycle
import Settings
import UnixSignals

struct Collect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect", abstract: "Collects flows into the store; run by the systemd service.",
    discussion: """
      SIGHUP reloads the configuration and reopens the files of lines outputs. SIGTERM and SIGINT stop it: it stops \
      receiving, writes what it has received, keeps live flows for the next start, and prints the ledger. A second signal \
      stops it immediately.
      """)

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var listenOptions: ListenOptions

  @Flag(help: "On exit, write live flows instead of keeping them for the next start.")
  var drain = false

  func run() async throws {
    // Continue when the reader of the log ends.
    signal(SIGPIPE, SIG_IGN)
    let environment = ProcessInfo.processInfo.environment
    let configuration = try load()
    let processors = ProcessInfo.processInfo.activeProcessorCount
    ScanMemory.share(heaps: max(2, configuration.receive.workerCount(processors: processors)))
    let log = LogOutput(configuration, environment: environment)
    log.bootstrap()
    let logger = Logger(label: "sagflow")
    let service = CollectorService(
      configuration, version: BuildVersion.number, createdBy: Sagflow.createdBy, drains: drain,
      passed: PassedSockets(environment: environment, logger: logger),
      manager: ServiceManager(environment: environment), logger: logger)
    // If the start fails, the error contains everything that the group would log.
    let quiet = Logger(label: "services") { _ in SwiftLogNoOpLogHandler() }
    let group = ServiceGroup(configuration: .init(services: [.init(service: service)], logger: quiet))
    let signals = await UnixSignalsSequence(trapping: .sighup, .sigterm, .sigint)
    let watch = Task { await obey(signals, service, group, log, logger) }
    defer { watch.cancel() }
    do { try await group.run() } catch { throw CommandFailure(collecting: error) }
    Console.write(service.ledger.table())
    if let failure = service.storeFailure { throw CommandFailure(failure) }
  }

  private func load() throws(CommandFailure) -> CollectorConfiguration {
    try options.load(listenOptions.overrides).values
  }

  private func obey(
    _ signals: UnixSignalsSequence, _ service: CollectorService, _ group: ServiceGroup, _ log: LogOutput,
    _ logger: Logger
  ) async {
    var isStopping = false
    for await signal in signals {
      if signal == .sighup {
        // Regardless of the configuration: files may have been moved away.
        service.reopenFiles()
        reload(service, log, logger)
      } else if isStopping {
        logger.warning("stopped immediately: uncommitted data stays in the journal for the next start")
        Foundation.exit(128 + (signal == .sigint ? SIGINT : SIGTERM))
      } else {
        isStopping = true
        await group.triggerGracefulShutdown()
      }
    }
  }

  private func reload(_ service: CollectorService, _ log: LogOutput, _ logger: Logger) {
    do throws(CommandFailure) {
      service.reload(try load(), log: log)
    } catch {
      for line in error.lines { logger.error("configuration not reloaded, the old one stays in force: \(line)") }
    }
  }
}
